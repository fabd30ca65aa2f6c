import { AppError, WEBHOOKS_BINDING, WEBHOOKS_QUEUE } from '@notify/contracts';
import { type Broker, BrokerUnavailableError } from '@notify/messaging';
import { type Database, type DatabaseClient, inTransaction } from '@notify/service-kit';
import { listEnabledWebhooks, type Webhook } from './webhook-store.ts';

/** Held by any number of transactions that bind, or by a single one that unbinds. */
const LOCK_KEY = `hashtext('webhooks binding')`;

/** Whether a webhook asks for anything that the broker has to bring: what becomes of other webhooks is known here. */
export function wantsNotifications({ events }: Pick<Webhook, 'events'>): boolean {
  return events.some((event) => event.startsWith('notification.'));
}

/**
 * Has events come to webhooks.queue, for a webhook that is about to want them: what is published once this resolved is there. Nobody unbinds it
 * before the transaction ends, and nobody afterwards who could not see the webhook.
 * @param client in the transaction that makes it want them.
 * @throws AppError `dependency_unavailable` when the broker did not confirm; the transaction must then change nothing.
 */
export async function bindEvents(client: DatabaseClient, broker: Pick<Broker, 'bind'>): Promise<void> {
  await client.query(`SELECT pg_advisory_xact_lock_shared(${LOCK_KEY})`);
  try {
    await broker.bind(WEBHOOKS_QUEUE, WEBHOOKS_BINDING);
  } catch (cause) {
    if (!(cause instanceof BrokerUnavailableError)) throw cause;
    throw new AppError('dependency_unavailable', 'The message broker did not confirm: nothing was changed', { cause });
  }
}

/**
 * Makes the binding what the enabled webhooks want, whatever it is.
 * @throws BrokerUnavailableError, and what PostgreSQL throws while it is away. An unbinding of which nothing was heard may be done once others may
 *   bind again: it takes another call to be sure.
 */
export async function settleBinding(database: Database, broker: Pick<Broker, 'bind' | 'unbind'>): Promise<void> {
  await inTransaction(database, async (client) => {
    // A statement of its own: the next one sees what was committed while this one waited.
    await client.query(`SELECT pg_advisory_xact_lock(${LOCK_KEY})`);
    const isWanted = (await listEnabledWebhooks(client)).some(wantsNotifications);
    await broker[isWanted ? 'bind' : 'unbind'](WEBHOOKS_QUEUE, WEBHOOKS_BINDING);
  });
}
