import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import {
  EVENTS_EXCHANGE,
  type NewWebhookJson,
  type NotificationEventJson,
  notificationEventRoutingKey,
  type WebhookDeliveryJson,
} from '@notify/contracts';
import { type Database, openDatabase } from '@notify/service-kit';
import { createTestKit, openServiceBed, type ServiceBed, type ServiceCall, TEST_SECRET } from '@notify/testing';
import { readConfig } from '../src/config.ts';
import { SERVICE_NAME, startWebhookService } from '../src/start-webhook-service.ts';
import { eventOf } from './event-builder.ts';

/** The real service on real servers of its own, once or several times, and someone who publishes events. */
export interface RunningService extends Omit<ServiceBed, 'close'> {
  /** The service's own. */
  database: Database;
  /** A request with a valid service token, to the first instance unless another one is named. */
  call(...request: [...Parameters<ServiceCall>, instance?: number]): ReturnType<ServiceCall>;
  addWebhook(webhook: Record<string, unknown>, instance?: number): Promise<NewWebhookJson>;
  deliveriesOf(webhookId: string, query?: string): Promise<WebhookDeliveryJson[]>;
  /** Publishes what a worker would, with one line in its timeline unless there are others. */
  tell(event: Partial<NotificationEventJson>): Promise<NotificationEventJson>;
  publish(body: Buffer): Promise<void>;
  metrics(): Promise<string>;
  /** The service's instances alone. */
  stopInstances(): Promise<void>;
  /** As many as before. */
  startInstances(): Promise<void>;
  stop(): Promise<void>;
}

export async function runWebhookService(settings: Record<string, string> = {}, instances = 1): Promise<RunningService> {
  const { close, ...bed } = await openServiceBed();
  const config = readConfig({ ...bed.env, WEBHOOK_ENCRYPTION_KEY: TEST_SECRET, ...settings });
  let running: { kit: ReturnType<typeof createTestKit>; url: string }[] = [];
  async function startInstances(): Promise<void> {
    for (let n = 0; n < instances; n += 1) {
      const kit = createTestKit(SERVICE_NAME);
      const server = await startWebhookService(config, kit.logger, kit.lifecycle);
      running.push({ kit, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
    }
  }
  const urlOf = (instance: number) => running[instance]?.url ?? '';
  await startInstances();

  const database = await openDatabase(
    { url: bed.databaseUrl, poolSize: 2, migrationsDir: new URL('../migrations', import.meta.url).pathname },
    bed.kit.logger,
    bed.kit.lifecycle,
  );
  const call: RunningService['call'] = (method, path, body, instance = 0) =>
    bed.callerOf(SERVICE_NAME, urlOf(instance))(method, path, body);

  async function stopInstances(): Promise<void> {
    const stopping = running;
    running = [];
    await Promise.all(stopping.map(({ kit }) => kit.lifecycle.shutdown('end of the test')));
  }

  return {
    ...bed,
    database,
    call,
    async addWebhook(webhook, instance) {
      const asked = { events: ['notification.sent'], ...webhook };
      const { status, body } = await call('post', '/webhooks', asked, instance);
      if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
      return body;
    },
    async deliveriesOf(webhookId, query = '') {
      return (await call('get', `/webhooks/${webhookId}/deliveries${query}`)).body.data;
    },
    async tell(parts) {
      const body = eventOf(parts);
      await bed.broker.publish({
        exchange: EVENTS_EXCHANGE,
        routingKey: notificationEventRoutingKey(body.event),
        messageId: body.event_id,
        body,
      });
      return body;
    },
    async publish(body) {
      await bed.broker.publish({
        exchange: EVENTS_EXCHANGE,
        routingKey: 'notification.sent',
        messageId: randomUUID(),
        body,
      });
    },
    async metrics() {
      return (await fetch(`${urlOf(0)}/metrics`)).text();
    },
    stopInstances,
    startInstances,
    async stop() {
      await stopInstances();
      await close();
    },
  };
}
