import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createAddressDigest, createClaims, createClosings, createSuppressedAddresses } from '@notify/claims';
import {
  AppError,
  createNotificationTypes,
  type Envelope,
  FAILED_QUEUE,
  laneQueue,
  type NotificationEventJson,
  type Profile,
  positionKey,
  type QuietHours,
  STATUS_QUEUE,
} from '@notify/contracts';
import { createUnsubscribeLinks } from '@notify/enrichment';
import { type Broker, openBroker } from '@notify/messaging';
import { createMetrics, openRedis } from '@notify/service-kit';
import { createTestBroker, createTestKit, eventually, testRedisUrl } from '@notify/testing';
import type { Redis } from 'ioredis';
import { createDeliver, type DeliverOptions } from '../src/deliver.ts';
import { guardProvider } from '../src/guarded-provider.ts';
import type { Enrichment } from '../src/prepare.ts';
import {
  deliveryError,
  type OutgoingDelivery,
  type Provider,
  RecipientInvalidError,
  TransientDeliveryError,
} from '../src/provider.ts';
import { createWorkerMetrics } from '../src/worker-metrics.ts';
import { collectFrom, deliveryOf, envelopeOf } from './messages.ts';

const digestOf = createAddressDigest('a-secret-of-the-tests-that-is-long-enough');

const links = createUnsubscribeLinks('a-secret-of-the-tests', 'https://notify.example');

let server: Awaited<ReturnType<typeof createTestBroker>>;
let kit: ReturnType<typeof createTestKit>;
let broker: Broker;
let redis: Redis;
let calls: OutgoingDelivery[];
let events: NotificationEventJson[];
/** What the vendor answers; the vendors' own protocols are tested with their adapters. */
let answer: Provider['send'];
let userServiceIsAway: boolean;

beforeEach(async () => {
  server = await createTestBroker();
  kit = createTestKit('channel-worker-test');
  redis = await openRedis(testRedisUrl(), kit.logger, kit.lifecycle);
  broker = await openBroker({ url: server.url, name: 'channel-worker-test', ...kit });
  calls = [];
  answer = async () => ({ status: 'sent' });
  userServiceIsAway = false;
  events = await collectFrom<NotificationEventJson>(broker, STATUS_QUEUE);
});
afterEach(async () => {
  await kit.lifecycle.shutdown('test');
  await server.drop();
});

const testVendor: Provider = {
  name: 'test-vendor',
  send: async (delivery, signal) => {
    calls.push(delivery);
    return answer(delivery, signal);
  },
};

function createEmailDeliver(overrides: Partial<DeliverOptions> = {}) {
  const metrics = createWorkerMetrics(createMetrics('channel-worker-test'), 'email');
  return createDeliver({
    channel: 'email',
    providers: [guardProvider(testVendor, { logger: kit.logger, metrics })],
    claims: createClaims(redis, digestOf),
    types: createNotificationTypes(),
    userCap: { perWindow: 0, windowMs: 1_000 },
    enrichment: {
      users: {
        lookUp: async () => {
          if (userServiceIsAway) throw new AppError('dependency_unavailable', 'user-service is away');
          return undefined;
        },
        drop: () => {},
      },
      templates: { lookUp: async () => undefined, drop: () => {} },
      links,
    },
    broker,
    logger: kit.logger,
    metrics,
    callTimeoutMs: 10_000,
    syncCallTimeoutMs: 10_000,
    ...overrides,
  });
}

const collect = (queue: string) => collectFrom(broker, queue);
const eventNames = () => events.map(({ event }) => event);

test('what was sent is not sent again when the broker delivers it again: only the publications are repeated', async () => {
  const deliver = createEmailDeliver();
  const envelope = envelopeOf();
  await deliver(deliveryOf(envelope));
  await deliver(deliveryOf(envelope, true));
  await deliver(deliveryOf(envelope, false));
  expect(calls).toHaveLength(1);
  await eventually(() => events.length === 3);
  expect(new Set(events.map(({ event_id }) => event_id)).size).toBe(1);
});

test('twenty concurrent copies are one send', async () => {
  const deliver = createEmailDeliver();
  const envelope = envelopeOf();
  answer = () => new Promise((resolve) => setTimeout(() => resolve({ status: 'sent' }), 200));
  await Promise.all(Array.from({ length: 20 }, () => deliver(deliveryOf(envelope))));
  expect(calls).toHaveLength(1);
});

test('a refused recipient moves the notification to the next channel, with what was tried', async () => {
  const sms = await collect(laneQueue('sms', 'medium'));
  const rejected: string[] = [];
  await broker.subscribe({
    routingKeys: ['recipient.rejected'],
    onMessage: ({ body }) => rejected.push((JSON.parse(body.toString()) as { address: string }).address),
  });
  answer = async () => {
    throw new RecipientInvalidError('no such mailbox', '5.1.1');
  };
  await createEmailDeliver()(deliveryOf(envelopeOf()));
  const next = await eventually(() => sms[0]);
  expect(next).toMatchObject({
    hop: 1,
    attempt: 1,
    tried: [{ channel: 'email', error_class: 'recipient', error_code: '5.1.1' }],
  });
  await eventually(() => eventNames().includes('failover'));
  await eventually(() => rejected.includes('a@example.com'));
});

test('a temporary failure comes back to its lane from a rung, one try further', async () => {
  const email = await collect(laneQueue('email', 'medium'));
  answer = async () => {
    throw new TransientDeliveryError('busy', '451');
  };
  await createEmailDeliver()(deliveryOf(envelopeOf()));
  await eventually(() => eventNames().includes('retrying'));
  const again = await eventually(() => email[0]);
  expect(again).toMatchObject({ hop: 0, attempt: 2, tried: [{ attempt: 1, error_class: 'transient' }] });
});

test('the claim of a worker that died while sending becomes an unknown outcome once its deadline has passed', async () => {
  const sms = await collect(laneQueue('sms', 'medium'));
  const envelope = envelopeOf();
  const [seconds] = await redis.time();
  await redis.hset(`notification:${envelope.notificationId}`, positionKey(envelope), `sending:${Number(seconds) - 60}`);
  await createEmailDeliver()(deliveryOf(envelope, true));
  expect(calls).toHaveLength(0);
  expect(await eventually(() => sms[0])).toMatchObject({
    hop: 1,
    tried: [{ status: 'unknown', error_code: 'worker_died' }],
  });
});

test('a claim that may still be alive is waited for, without using up a try', async () => {
  const email = await collect(laneQueue('email', 'medium'));
  const envelope = envelopeOf();
  const [seconds] = await redis.time();
  await redis.hset(`notification:${envelope.notificationId}`, positionKey(envelope), `sending:${seconds}`);
  await createEmailDeliver()(deliveryOf(envelope, true));
  expect(calls).toHaveLength(0);
  expect(await eventually(() => email[0])).toMatchObject({ hop: 0, attempt: 1, deferrals: 1 });
});

test('a claim whose answer was lost is taken again with its token, by one of two copies', async () => {
  const deliver = createEmailDeliver();
  const envelope = envelopeOf();
  await createClaims(redis, digestOf).begin(envelope.notificationId, envelope, 'token-1');
  const copy = deliveryOf({ ...envelope, claimToken: 'token-1' });
  await Promise.all([deliver(copy), deliver(copy)]);
  expect(calls).toHaveLength(1);
});

test('when user-service is away the notification is put off, and no try is used up', async () => {
  userServiceIsAway = true;
  const email = await collect(laneQueue('email', 'medium'));
  await createEmailDeliver()(deliveryOf(envelopeOf({ recipient: { userId: 'u' } })));
  expect(calls).toHaveLength(0);
  expect(await eventually(() => email[0])).toMatchObject({ attempt: 1, deferrals: 1, tried: [] });
  await eventually(() => events.find(({ event }) => event === 'deferred'));
  expect(events[0]?.timeline).toMatchObject([{ event: 'deferred', reason: 'dependency_unavailable' }]);
});

test('without Redis nothing is sent: the notification waits on a rung', async () => {
  redis.disconnect();
  const email = await collect(laneQueue('email', 'medium'));
  await createEmailDeliver()(deliveryOf(envelopeOf()));
  expect(calls).toHaveLength(0);
  expect(await eventually(() => email[0])).toMatchObject({ attempt: 1, deferrals: 1 });
});

test('a user who is gone ends it as failed, in the failed queue as well', async () => {
  const failed = await collect(FAILED_QUEUE);
  const envelope = envelopeOf({ recipient: { userId: 'gone' } });
  await createEmailDeliver()(deliveryOf(envelope));
  expect(await eventually(() => failed[0])).toMatchObject({ notification_id: envelope.notificationId });
  await eventually(() =>
    events.find(({ event, timeline }) => event === 'failed' && timeline.at(-1)?.reason === 'user_not_found'),
  );
});

test('a provider that ignores its deadline is left behind, and its outcome is unknown', async () => {
  const sms = await collect(laneQueue('sms', 'medium'));
  answer = () => new Promise(() => {});
  await createEmailDeliver({ callTimeoutMs: 200 })(deliveryOf(envelopeOf()));
  expect(await eventually(() => sms[0])).toMatchObject({ tried: [{ status: 'unknown', error_code: 'deadline' }] });
});

test('a bug in an adapter is ours, and never blamed on the recipient', async () => {
  const sms = await collect(laneQueue('sms', 'medium'));
  answer = async () => {
    throw new TypeError('undefined is not a function');
  };
  await createEmailDeliver()(deliveryOf(envelopeOf()));
  expect(await eventually(() => sms[0])).toMatchObject({
    tried: [{ error_class: 'config', error_code: 'internal_error' }],
  });
});

test('a message for another channel is no message for this lane', async () => {
  const failed = await collect(FAILED_QUEUE);
  const envelope = envelopeOf({ plan: ['sms'] });
  await createEmailDeliver()(deliveryOf(envelope));
  expect(await eventually(() => failed[0])).toMatchObject({ notification_id: envelope.notificationId });
  expect(calls).toHaveLength(0);
});

test('what is past its time is not sent, and no operator is bothered with it', async () => {
  const failed = await collect(FAILED_QUEUE);
  await createEmailDeliver()(deliveryOf(envelopeOf({ expiresAt: new Date(Date.now() - 1).toISOString() })));
  expect(await eventually(() => events[0])).toMatchObject({ event: 'expired', status: 'expired', attempts: [] });
  expect(calls).toHaveLength(0);
  expect(failed).toHaveLength(0);
});

test('what was cancelled in time is not sent; the record hears it, as one event from wherever it is found', async () => {
  const envelope = envelopeOf();
  expect(await createClosings(redis).cancel(envelope.notificationId, envelope.epoch)).toBe(true);
  await createEmailDeliver()(deliveryOf(envelope));
  await createEmailDeliver()(deliveryOf({ ...envelope, attempt: 2 }));
  await eventually(() => events.length === 2);
  expect(calls).toHaveLength(0);
  expect(events[0]).toMatchObject({ event: 'cancelled', status: 'cancelled', attempts: [], attempt: 1 });
  expect(events.map(({ event_id }) => event_id)).toEqual(Array(2).fill(`${envelope.notificationId}.0.0.0.cancelled`));
});

test('what has arrived after all is not sent again, and nothing is told of it', async () => {
  const envelope = envelopeOf();
  await createClosings(redis).closeDelivered(envelope.notificationId);
  await createEmailDeliver()(deliveryOf(envelope));
  expect(calls).toHaveLength(0);
  await createEmailDeliver()(deliveryOf(envelopeOf()));
  await eventually(() => events.length === 1);
  expect(events[0]?.notification_id).not.toBe(envelope.notificationId);
});

test('what was cut off, and of which a receipt says before its second try that it arrived, is not sent once more', async () => {
  const types = createNotificationTypes({
    defaults: {},
    types: { test: { retry: { default: { last_channel: ['1s'] } } } },
  });
  const email = await collect(laneQueue('email', 'medium'));
  const deliver = createEmailDeliver({ types });
  const envelope = envelopeOf({ plan: ['email'] });
  answer = async () => {
    throw deliveryError('unknown', 'cut off', 'ECONNRESET');
  };
  await deliver(deliveryOf(envelope));
  await createClosings(redis).closeDelivered(envelope.notificationId);
  const again = await eventually(() => email[0]);
  expect(again).toMatchObject({ attempt: 2, tried: [{ status: 'unknown', error_code: 'ECONNRESET' }] });
  await deliver(deliveryOf({ ...envelope, attempt: 2 }));
  expect(calls).toHaveLength(1);
});

test('what fails on its last channel and would expire before the next try has expired, and says what was tried', async () => {
  const failed = await collect(FAILED_QUEUE);
  answer = async () => {
    throw new TransientDeliveryError('busy', '451');
  };
  const expiresAt = new Date(Date.now() + 20_000).toISOString();
  await createEmailDeliver()(deliveryOf(envelopeOf({ plan: ['email'], expiresAt })));
  expect(await eventually(() => events[0])).toMatchObject({
    event: 'expired',
    status: 'expired',
    attempts: [{ error_class: 'transient', error_code: '451' }],
    timeline: [{ event: 'processing' }, { event: 'expired', reason: 'no_time_left' }],
  });
  expect(failed).toHaveLength(0);
});

test('a suppressed address is passed over, saying why, and the next channel takes over', async () => {
  const sms = await collect(laneQueue('sms', 'medium'));
  const email = `${randomUUID()}@example.com`;
  await createSuppressedAddresses(redis).add('email', new Map([[digestOf(email), 'hard_bounce']]));
  await createEmailDeliver()(deliveryOf(envelopeOf({ recipient: { to: { email, phone: '+14155550123' } } })));
  expect(await eventually(() => sms[0])).toMatchObject({
    skipped: [{ channel: 'email', reason: 'suppressed_bounce' }],
  });
  expect(calls).toHaveLength(0);
  expect(await eventually(() => events[0])).toMatchObject({
    event: 'skipped',
    timeline: [{ reason: 'suppressed_bounce' }],
  });
});

test('a confirmation is waited for only where a receipt can come and another channel is left', async () => {
  const deliver = createEmailDeliver();
  const telling = createEmailDeliver({
    providers: [
      guardProvider(
        { ...testVendor, sendsReceipts: true },
        { logger: kit.logger, metrics: createWorkerMetrics(createMetrics('telling'), 'email') },
      ),
    ],
  });
  const wish = { confirmWithinSeconds: 60 };
  await deliver(deliveryOf(envelopeOf(wish)));
  await telling(deliveryOf(envelopeOf({ ...wish, plan: ['email'] })));
  const before = Date.now();
  await telling(deliveryOf(envelopeOf(wish)));
  await eventually(() => events.length === 3);
  const [confirmBy, ...others] = events.map((event) => event.confirm_by).filter((each) => each !== undefined);
  expect(others).toEqual([]);
  const waitMs = Date.parse(confirmBy as string) - before;
  expect(waitMs).toBeGreaterThanOrEqual(59_000);
  expect(waitMs).toBeLessThan(75_000);
});

/** One in ten minutes, for a person of the test's own. */
const cappedOf = (overrides: Partial<DeliverOptions> = {}) =>
  createEmailDeliver({ userCap: { perWindow: 1, windowMs: 600_000 }, ...overrides });
const someone = () => ({ to: { email: `${randomUUID()}@example.com` } });
const eventsOf = ({ notificationId }: Envelope) => events.filter((event) => event.notification_id === notificationId);

test('what exceeds the cap of its recipient waits in the record until it has a place, and is told so once', async () => {
  const deliver = cappedOf();
  const recipient = someone();
  const [first, second] = [envelopeOf({ recipient }), envelopeOf({ recipient, deferrals: 2 })];
  await deliver(deliveryOf(first));
  await deliver(deliveryOf(second));
  await deliver(deliveryOf(second, true));
  await eventually(() => events.length === 3);
  expect(calls.map(({ notificationId }) => notificationId)).toEqual([first.notificationId]);
  const [told, again] = eventsOf(second);
  expect(told).toMatchObject({ event: 'deferred', status: 'scheduled', timeline: [{ reason: 'user_cap' }] });
  const waitMs = Date.parse(told?.timeline[0]?.until ?? '') - Date.now();
  expect(waitMs).toBeGreaterThan(580_000);
  expect(waitMs).toBeLessThan(600_000);
  expect(again).toMatchObject({ event_id: told?.event_id, timeline: [{ until: told?.timeline[0]?.until }] });
});

test('critical and synchronous ones, and those of an exempt type, are not held back, and do not count', async () => {
  const types = createNotificationTypes({ defaults: {}, types: { otp: { required: true } } });
  const deliver = cappedOf({ types });
  const recipient = someone();
  const exempt: Partial<Envelope>[] = [{ priority: 'critical' }, { notificationType: 'otp' }, { replyTo: 'nobody' }];
  for (const each of [...exempt, {}, ...exempt]) await deliver(deliveryOf(envelopeOf({ recipient, ...each })));
  expect(calls).toHaveLength(7);
  await deliver(deliveryOf(envelopeOf({ recipient })));
  expect(calls).toHaveLength(7);
});

test('where its type will not have it wait it is suppressed, on whatever channel is left, and where it would expire, expired', async () => {
  const sms = await collect(laneQueue('sms', 'medium'));
  const types = createNotificationTypes({ defaults: {}, types: { news: { user_cap: 'suppress' } } });
  const deliver = cappedOf({ types });
  const recipient = someone();
  await deliver(deliveryOf(envelopeOf({ recipient })));
  const suppressed = envelopeOf({ recipient, notificationType: 'news' });
  const expired = envelopeOf({ recipient, expiresAt: new Date(Date.now() + 60_000).toISOString() });
  await deliver(deliveryOf(suppressed));
  await deliver(deliveryOf(expired));
  await eventually(() => events.length === 3);
  const trail = (envelope: Envelope) =>
    eventsOf(envelope).map(({ status, timeline }) => [
      status,
      timeline.map(({ event, reason }) => `${event} ${reason}`),
    ]);
  expect(trail(suppressed)).toEqual([['suppressed', ['skipped user_cap', 'suppressed user_cap']]]);
  expect(trail(expired)).toEqual([['expired', ['skipped user_cap', 'expired user_cap']]]);
  expect(calls).toHaveLength(1);
  expect(sms).toEqual([]);
});

const wallTime = (inMinutes: number) => new Date(Date.now() + inMinutes * 60_000).toISOString().slice(11, 16);

const quietFor = (minutes: number): QuietHours => ({ start: wallTime(-60), end: wallTime(minutes) });

/** A user with these hours who is remembered, until dropped, with others. */
function quietUser({ now, remembered }: { now?: QuietHours; remembered?: QuietHours }): {
  enrichment: Enrichment;
  dropped: string[];
} {
  const dropped: string[] = [];
  const lookUp = async (userId: string): Promise<Profile> => ({
    userId,
    email: `${userId}@example.com`,
    devices: [],
    preferences: { channels: {}, types: {}, quietHours: dropped.includes(userId) ? now : remembered },
  });
  const users = { lookUp, drop: (userId: string) => void dropped.push(userId) };
  return { dropped, enrichment: { users, templates: { lookUp: async () => undefined, drop: () => {} }, links } };
}

test('in quiet hours it waits in the record for their end; critical ones and exempt types do not, and what would expire has expired', async () => {
  const types = createNotificationTypes({ defaults: {}, types: { otp: { required: true } } });
  const deliver = createEmailDeliver({ ...quietUser({ now: quietFor(60), remembered: quietFor(60) }), types });
  const to = { recipient: { userId: randomUUID() } };
  const [waits, expires] = [
    envelopeOf(to),
    envelopeOf({ ...to, expiresAt: new Date(Date.now() + 60_000).toISOString() }),
  ];
  const through = [envelopeOf({ ...to, priority: 'critical' }), envelopeOf({ ...to, notificationType: 'otp' })];
  for (const envelope of [waits, waits, expires, ...through]) await deliver(deliveryOf(envelope));
  await eventually(() => events.length === 5);
  expect(calls.map(({ notificationId }) => notificationId)).toEqual(through.map((each) => each.notificationId));
  const [told, again] = eventsOf(waits);
  expect(told).toMatchObject({ event: 'deferred', status: 'scheduled', timeline: [{ reason: 'quiet_hours' }] });
  expect(told?.timeline[0]?.until).toContain(`T${wallTime(60)}:00`);
  expect(again?.event_id).toBe(told?.event_id);
  expect(eventsOf(expires)).toMatchObject([{ status: 'expired', timeline: [{}, { reason: 'quiet_hours' }] }]);
});

test('what comes back from a wait is decided by what the user wants now, not by what is remembered', async () => {
  const user = quietUser({ now: quietFor(60) });
  const still = envelopeOf({ recipient: { userId: randomUUID() }, deferrals: 1, isResumed: true });
  await createEmailDeliver(user)(deliveryOf(still));
  await eventually(() => eventsOf(still).length === 1);
  expect(eventsOf(still)).toMatchObject([{ event: 'deferred', status: 'scheduled' }]);
  expect(user.dropped).toHaveLength(1);
  expect(calls).toEqual([]);
});

test('before it waits for the end of quiet hours, the user is looked up afresh: hours that are no longer so hold nothing back', async () => {
  const ended = quietUser({ remembered: quietFor(60) });
  await createEmailDeliver(ended)(deliveryOf(envelopeOf({ recipient: { userId: randomUUID() } })));
  expect(ended.dropped).toHaveLength(1);
  expect(calls).toHaveLength(1);
  const later = quietFor(120);
  const still = envelopeOf({ recipient: { userId: randomUUID() } });
  await createEmailDeliver(quietUser({ now: later, remembered: quietFor(60) }))(deliveryOf(still));
  await eventually(() => eventsOf(still).length === 1);
  expect(eventsOf(still)[0]?.timeline[0]?.until).toContain(`T${later.end}:00`);
});

test('quiet hours that have begun since do not hide what was done before them: sent, cancelled, or cut off', async () => {
  const deliver = createEmailDeliver(quietUser({ now: quietFor(60), remembered: quietFor(60) }));
  const [sent, cancelled, cutOff] = [0, 1, 2].map(() => envelopeOf({ recipient: { userId: randomUUID() } })) as [
    Envelope,
    Envelope,
    Envelope,
  ];
  await deliver(deliveryOf({ ...sent, priority: 'critical' }));
  await createClosings(redis).cancel(cancelled.notificationId, 0);
  const [seconds] = await redis.time();
  await redis.hset(`notification:${cutOff.notificationId}`, positionKey(cutOff), `sending:${Number(seconds) - 60}`);
  for (const envelope of [sent, cancelled, cutOff]) await deliver(deliveryOf(envelope));
  await eventually(() => events.length === 4);
  expect(eventsOf(sent).map(({ event }) => event)).toEqual(['sent', 'sent']);
  expect(eventsOf(cancelled).map(({ event }) => event)).toEqual(['cancelled']);
  expect(eventsOf(cutOff)).toMatchObject([{ event: 'failover', attempts: [{ error_code: 'worker_died' }] }]);
  expect(calls).toHaveLength(1);
});
