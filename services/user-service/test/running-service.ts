import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import {
  EVENTS_EXCHANGE,
  RECIPIENT_REJECTED,
  type RecipientRejectedJson,
  USER_CHANGED,
  type UserChangedJson,
} from '@notify/contracts';
import type { DatabaseOptions } from '@notify/service-kit';
import { createTestKit, openServiceBed, type ServiceBed, type ServiceCall, testRedisUrl } from '@notify/testing';
import { readConfig } from '../src/config.ts';
import { SERVICE_NAME, startUserService } from '../src/start-user-service.ts';

/** The real service on real servers of its own, and someone who listens to its events. */
export interface RunningService extends Omit<ServiceBed, 'close'> {
  url: string;
  /** A request with a valid service token. */
  call: ServiceCall;
  /** A provider says that an address is not to be used any more; by default FCM of a device token. */
  reject(rejected: Partial<RecipientRejectedJson> | Buffer): Promise<void>;
  /** Of its database. */
  databaseOptions: DatabaseOptions;
  /** Each `user.changed`, as it arrived. */
  changed: UserChangedJson[];
  stop(): Promise<void>;
}

/** @param redisUrl default: the test Redis. */
export async function runUserService(redisUrl = testRedisUrl()): Promise<RunningService> {
  const { close, ...bed } = await openServiceBed();
  const kit = createTestKit(SERVICE_NAME);
  const config = readConfig({ ...bed.env, REDIS_URL: redisUrl });
  const server = await startUserService(config, kit.logger, kit.lifecycle);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const changed: UserChangedJson[] = [];
  await bed.broker.subscribe({
    routingKeys: [USER_CHANGED],
    onMessage: ({ body }) => changed.push(JSON.parse(body.toString())),
  });
  return {
    ...bed,
    url,
    call: bed.callerOf(SERVICE_NAME, url),
    databaseOptions: {
      url: bed.databaseUrl,
      poolSize: 5,
      migrationsDir: fileURLToPath(new URL('../migrations', import.meta.url)),
    },
    changed,
    reject(rejected) {
      const event = {
        version: 1,
        event_id: randomUUID(),
        channel: 'push',
        provider: 'fcm',
        error_code: 'UNREGISTERED',
        occurred_at: new Date().toISOString(),
        ...rejected,
      };
      return bed.broker.publish({
        exchange: EVENTS_EXCHANGE,
        routingKey: RECIPIENT_REJECTED,
        messageId: event.event_id,
        body: Buffer.isBuffer(rejected) ? rejected : event,
      });
    },
    async stop() {
      await kit.lifecycle.shutdown('end of the test');
      await close();
    },
  };
}
