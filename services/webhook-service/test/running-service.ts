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
  /** A request with a valid service token, to the first instance. */
  call: ServiceCall;
  addWebhook(webhook: Record<string, unknown>): Promise<NewWebhookJson>;
  deliveriesOf(webhookId: string, query?: string): Promise<WebhookDeliveryJson[]>;
  /** Publishes what a worker would, with one line in its timeline unless there are others. */
  tell(event: Partial<NotificationEventJson>): Promise<NotificationEventJson>;
  publish(body: Buffer): Promise<void>;
  metrics(): Promise<string>;
  /** The service's instances alone. */
  stopInstances(): Promise<void>;
  stop(): Promise<void>;
}

export async function runWebhookService(settings: Record<string, string> = {}, instances = 1): Promise<RunningService> {
  const { close, ...bed } = await openServiceBed();
  const config = readConfig({ ...bed.env, WEBHOOK_ENCRYPTION_KEY: TEST_SECRET, ...settings });
  const kits = Array.from({ length: instances }, () => createTestKit(SERVICE_NAME));
  const ports: number[] = [];
  for (const kit of kits) {
    const server = await startWebhookService(config, kit.logger, kit.lifecycle);
    ports.push((server.address() as AddressInfo).port);
  }
  const url = `http://127.0.0.1:${ports[0]}`;

  const database = await openDatabase(
    { url: bed.databaseUrl, poolSize: 2, migrationsDir: new URL('../migrations', import.meta.url).pathname },
    bed.kit.logger,
    bed.kit.lifecycle,
  );
  const call = bed.callerOf(SERVICE_NAME, url);

  async function stopInstances(): Promise<void> {
    await Promise.all(kits.map(({ lifecycle }) => lifecycle.shutdown('end of the test')));
  }

  return {
    ...bed,
    database,
    call,
    async addWebhook(webhook) {
      const { status, body } = await call('post', '/webhooks', { events: ['notification.sent'], ...webhook });
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
      return (await fetch(`${url}/metrics`)).text();
    },
    stopInstances,
    async stop() {
      await stopInstances();
      await close();
    },
  };
}
