import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createNotificationTypes, laneQueue, NOTIFICATIONS_EXCHANGE } from '@notify/contracts';
import { type Broker, openBroker } from '@notify/messaging';
import { createMetrics, openRedis } from '@notify/service-kit';
import { createTestBroker, createTestKit, eventually, testRedisUrl } from '@notify/testing';
import type { Response } from 'express';
import { createAcceptSummaries } from '../src/accept-summary.ts';
import { type LaneDepths, watchLaneDepths } from '../src/lane-depths.ts';
import { createRateLimits } from '../src/rate-limits.ts';
import { type SendDependencies, sendNotification } from '../src/send-notification.ts';

let server: Awaited<ReturnType<typeof createTestBroker>>;
let kit: ReturnType<typeof createTestKit>;
let broker: Broker;

beforeEach(async () => {
  server = await createTestBroker();
  kit = createTestKit('lane-depths-test');
  broker = await openBroker({ url: server.url, name: 'lane-depths-test', ...kit });
});
afterEach(async () => {
  await kit.lifecycle.shutdown('test');
  await server.drop();
});

async function fillEmailLane(messages: number): Promise<void> {
  for (let index = 0; index < messages; index += 1) {
    await broker.publish({
      exchange: NOTIFICATIONS_EXCHANGE,
      routingKey: 'email.medium',
      messageId: `${index}`,
      body: {},
    });
  }
}

const isRefused = (lanes: LaneDepths, ...lane: Parameters<LaneDepths['refuseWhenFull']>): boolean => {
  try {
    lanes.refuseWhenFull(...lane);
    return false;
  } catch {
    return true;
  }
};

test('a lane above the limit is refused until it is worked off; critical and other lanes are not', async () => {
  const lanes = watchLaneDepths({ broker, limit: 2, ...kit });
  await fillEmailLane(3);
  await eventually(() => isRefused(lanes, ['email'], 'medium'));
  expect(() => lanes.refuseWhenFull(['email'], 'medium')).toThrow(
    expect.objectContaining({
      code: 'dependency_unavailable',
      retryAfterSeconds: 10,
      detail: expect.stringContaining('email.queue'),
    }),
  );
  expect(isRefused(lanes, ['sms', 'email'], 'medium')).toBe(true);
  expect(isRefused(lanes, ['email'], 'critical')).toBe(false);
  expect(isRefused(lanes, ['email'], 'high')).toBe(false);
  expect(isRefused(lanes, ['sms'], 'medium')).toBe(false);
  await broker.consume({ queue: laneQueue('email', 'medium'), prefetch: 10, onMessage: async () => {} });
  await eventually(() => !isRefused(lanes, ['email'], 'medium'));
});

test('a notification is refused by its first channel, and taken by another one or for later', async () => {
  const redis = await openRedis(testRedisUrl(), kit.logger, kit.lifecycle);
  const lanes = watchLaneDepths({ broker, limit: 2, ...kit });
  const dependencies: SendDependencies = {
    broker,
    lanes,
    summaries: createAcceptSummaries(redis, kit.logger),
    types: createNotificationTypes(),
    limits: createRateLimits([], redis, kit.logger),
    // Neither a user nor a template is named here.
    users: {} as SendDependencies['users'],
    templates: {} as SendDependencies['templates'],
  };
  const response = { locals: {}, set() {} } as unknown as Response;
  const send = (fields: Record<string, unknown>) => {
    const to = { email: 'person@sandbox.test', phone: '+14155550123' };
    const body = { to, content: { title: 'T', body: 'B' }, ...fields };
    return sendNotification(body, randomUUID(), response, dependencies);
  };
  await fillEmailLane(3);
  await eventually(() => isRefused(lanes, ['email'], 'medium'));

  await expect(send({ channels: ['email', 'sms'] })).rejects.toMatchObject({ code: 'dependency_unavailable' });
  await expect(send({ channels: ['sms', 'email'], mode: 'all' })).rejects.toMatchObject({ retryAfterSeconds: 10 });
  expect(await send({ channels: ['sms', 'email'] })).toMatchObject({ status: 'accepted' });
  expect(await send({ channels: ['email'], priority: 'critical' })).toMatchObject({ status: 'accepted' });
  expect(await send({ channels: ['email'], send_at: '2099-01-01T00:00:00Z' })).toMatchObject({ status: 'scheduled' });
  expect((await broker.queueDepths([laneQueue('email', 'medium')])).get('email.queue')).toBe(3);
});

test('a limit of 0 refuses nothing', async () => {
  const deep = { queueDepths: async () => new Map([['email.queue', 1_000_000]]) };
  const off = watchLaneDepths({ broker: deep, limit: 0, ...kit, metrics: createMetrics('other') });
  const on = watchLaneDepths({ broker: deep, limit: 1, ...kit });
  await eventually(() => isRefused(on, ['email'], 'medium'));
  expect(isRefused(off, ['email'], 'medium')).toBe(false);
});
