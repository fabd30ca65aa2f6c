import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createAddressDigest, createClaims } from '@notify/claims';
import {
  createNotificationTypes,
  type Envelope,
  type ErrorClass,
  laneQueue,
  type NotificationEventJson,
  STATUS_QUEUE,
} from '@notify/contracts';
import { createUnsubscribeLinks } from '@notify/enrichment';
import { type Broker, laneMessage, openBroker } from '@notify/messaging';
import { openRedis } from '@notify/service-kit';
import { createTestBroker, createTestKit, eventually, testRedisUrl } from '@notify/testing';
import type { Redis } from 'ioredis';
import { createDeliver, type DeliverOptions } from '../src/deliver.ts';
import { type GuardedProvider, guardProvider } from '../src/guarded-provider.ts';
import { deliveryError, type OutgoingDelivery, type ProviderResult } from '../src/provider.ts';
import { createWorkerMetrics, type WorkerMetrics } from '../src/worker-metrics.ts';
import { collectFrom, deliveryOf, envelopeOf } from './messages.ts';

/** For a breaker that a test waits for; others stay open for as long as a test lasts. */
const SOON_MS = 2_000;

const links = createUnsubscribeLinks('a-secret-of-the-tests', 'https://notify.example');
let server: Awaited<ReturnType<typeof createTestBroker>>;
let kit: ReturnType<typeof createTestKit>;
let broker: Broker;
let redis: Redis;
let metrics: WorkerMetrics;
let events: NotificationEventJson[];

beforeEach(async () => {
  server = await createTestBroker();
  kit = createTestKit('channel-worker-test');
  redis = await openRedis(testRedisUrl(), kit.logger, kit.lifecycle);
  broker = await openBroker({ url: server.url, name: 'channel-worker-test', ...kit });
  metrics = createWorkerMetrics(kit.metrics, 'email');
  events = await collectFrom<NotificationEventJson>(broker, STATUS_QUEUE);
});
afterEach(async () => {
  await kit.lifecycle.shutdown('test');
  await server.drop();
});

/** A vendor that the test breaks and mends. */
function vendor(name: string, { concurrency = 8, resetAfterMs = 30_000 } = {}) {
  const calls: string[] = [];
  const addresses: string[] = [];
  const taken: string[] = [];
  const state: { fault?: ErrorClass; hold?: Promise<unknown> } = {};
  const send = async ({ notificationId, address }: OutgoingDelivery): Promise<ProviderResult> => {
    calls.push(notificationId);
    addresses.push(address);
    await state.hold;
    if (state.fault !== undefined) throw deliveryError(state.fault, 'the test says so', `${name}-code`);
    taken.push(notificationId);
    return { status: 'sent', providerMessageId: `${name}-1` };
  };
  const guarded = guardProvider({ name, send, concurrency }, { logger: kit.logger, metrics, resetAfterMs });
  return Object.assign(state, { calls, addresses, taken, guarded });
}

function deliverBy(providers: GuardedProvider[], overrides: Partial<DeliverOptions> = {}) {
  return createDeliver({
    channel: 'email',
    providers,
    claims: createClaims(redis, createAddressDigest('a-secret-of-the-tests-that-is-long-enough')),
    types: createNotificationTypes(),
    userCap: { perWindow: 0, windowMs: 1_000 },
    enrichment: {
      users: { lookUp: async () => undefined, drop: () => {} },
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

/** Lets failing calls open the vendor's breaker. */
async function breakDown(broken: ReturnType<typeof vendor>, fault: ErrorClass = 'transient'): Promise<void> {
  broken.fault = fault;
  const deliver = deliverBy([broken.guarded]);
  while (broken.guarded.breaker.isAvailable) await deliver(deliveryOf(envelopeOf()));
}

const eventOf = ({ notificationId }: Envelope) =>
  eventually(() => events.find(({ notification_id }) => notification_id === notificationId));
const availabilityOf = async (provider: string) =>
  (await kit.metrics.metrics()).match(
    new RegExp(`provider_available\\{[^}]*provider="${provider}"[^}]*\\} (\\d)`),
  )?.[1];

test.each(['transient', 'config'] as const)(
  'after a %s error the next provider sends at once, in the same try, and record and timeline say so',
  async (fault) => {
    const [a, b] = [vendor('a'), vendor('b')];
    a.fault = fault;
    const envelope = envelopeOf();
    await deliverBy([a.guarded, b.guarded])(deliveryOf(envelope));
    expect([a.calls, b.taken]).toEqual([[envelope.notificationId], [envelope.notificationId]]);
    const { attempts, timeline, status } = await eventOf(envelope);
    expect(status).toBe('sent');
    expect(attempts).toMatchObject([
      { provider: 'a', attempt: 1, status: 'failed', error_class: fault, error_code: 'a-code' },
      { provider: 'b', attempt: 1, status: 'sent', provider_message_id: 'b-1' },
    ]);
    expect((attempts[0]?.started_at ?? '') < (attempts[1]?.started_at ?? '')).toBe(true);
    expect(timeline).toContainEqual(
      expect.objectContaining({ event: 'failover', status: 'processing', provider: 'a', reason: fault }),
    );
  },
);

test.each(['permanent', 'recipient', 'unknown'] as const)(
  'after a %s error no other provider of the channel is asked',
  async (fault) => {
    const [a, b] = [vendor('a'), vendor('b')];
    a.fault = fault;
    const sms = await collectFrom(broker, laneQueue('sms', 'medium'));
    await deliverBy([a.guarded, b.guarded])(deliveryOf(envelopeOf()));
    expect(b.calls).toEqual([]);
    expect(await eventually(() => sms[0])).toMatchObject({ hop: 1, tried: [{ provider: 'a', error_class: fault }] });
  },
);

test('when every provider fails it is tried again, from the first one on', async () => {
  const [a, b] = [vendor('a'), vendor('b')];
  a.fault = 'config';
  b.fault = 'transient';
  const email = await collectFrom(broker, laneQueue('email', 'medium'));
  await deliverBy([a.guarded, b.guarded])(deliveryOf(envelopeOf()));
  expect(await eventually(() => email[0])).toMatchObject({
    attempt: 2,
    tried: [
      { provider: 'a', attempt: 1 },
      { provider: 'b', attempt: 1 },
    ],
  });
});

test('a synchronous notification asks one provider only: the first that can be called', async () => {
  const [a, b, c] = [vendor('a'), vendor('b'), vendor('c')];
  await breakDown(a);
  b.fault = 'transient';
  const before = a.calls.length;
  await deliverBy([a.guarded, b.guarded, c.guarded])(deliveryOf(envelopeOf({ replyTo: 'nobody' })));
  expect([a.calls.length - before, b.calls.length, c.calls.length]).toEqual([0, 1, 0]);
});

test('a provider whose breaker is open is passed over without a call, and the timeline says why', async () => {
  const [a, b] = [vendor('a'), vendor('b')];
  await breakDown(a);
  expect(await availabilityOf('a')).toBe('0');
  const before = a.calls.length;
  const envelope = envelopeOf();
  await deliverBy([a.guarded, b.guarded])(deliveryOf(envelope));
  expect(a.calls).toHaveLength(before);
  const { attempts, timeline } = await eventOf(envelope);
  expect(attempts).toMatchObject([{ provider: 'b', status: 'sent' }]);
  expect(timeline).toContainEqual(
    expect.objectContaining({ event: 'failover', provider: 'a', reason: 'breaker_open' }),
  );
});

test('of many that come when the breaker lets one call try, one tries, and the others go to the next provider', async () => {
  const [a, b] = [vendor('a', { resetAfterMs: SOON_MS }), vendor('b')];
  await breakDown(a);
  const before = a.calls.length;
  await eventually(() => a.guarded.breaker.isAvailable);
  let answer: () => void = () => {};
  a.hold = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const deliver = deliverBy([a.guarded, b.guarded]);
  const goes = Array.from({ length: 20 }, () => deliver(deliveryOf(envelopeOf())));
  await eventually(() => b.taken.length === 19);
  expect(a.calls.length - before).toBe(1);
  answer();
  await Promise.all(goes);
  // The one that tried failed, and went on to the next one as well.
  expect(b.taken).toHaveLength(20);
});

test('when every breaker is open the next channel takes over at once', async () => {
  const a = vendor('a');
  await breakDown(a);
  const envelope = envelopeOf();
  const sms = await collectFrom(broker, laneQueue('sms', 'medium'));
  await deliverBy([a.guarded])(deliveryOf(envelope));
  const next = () => sms.find(({ notification_id }) => notification_id === envelope.notificationId);
  expect(await eventually(next)).toMatchObject({
    hop: 1,
    tried: [],
    skipped: [{ channel: 'email', reason: 'providers_unavailable' }],
  });
});

test('when every breaker is open on the last channel it waits, uses up no try, and is sent when the provider is back', async () => {
  const a = vendor('a', { resetAfterMs: SOON_MS });
  await breakDown(a);
  a.fault = undefined;
  const deliver = deliverBy([a.guarded]);
  const envelope = envelopeOf({ plan: ['email'], priority: 'critical' });
  await deliver(deliveryOf(envelope));
  expect((await eventOf(envelope)).timeline).toMatchObject([{ event: 'deferred', reason: 'providers_unavailable' }]);
  await broker.consume({ queue: laneQueue('email', 'critical'), prefetch: 1, onMessage: deliver });
  await eventually(() => a.taken.includes(envelope.notificationId));
  const sent = await eventually(() =>
    events.find(({ event, notification_id }) => event === 'sent' && notification_id === envelope.notificationId),
  );
  expect(sent).toMatchObject({ attempt: 1, attempts: [{ provider: 'a', attempt: 1 }] });
});

test('a provider whose slots stay taken is not waited for longer than the claim may last', async () => {
  const [a, b] = [vendor('a'), vendor('b', { concurrency: 1 })];
  a.fault = 'transient';
  let release: () => void = () => {};
  b.hold = new Promise<void>((resolve) => {
    release = resolve;
  });
  const busy = deliverBy([b.guarded])(deliveryOf(envelopeOf()));
  await eventually(() => b.calls.length === 1);
  const envelope = envelopeOf();
  // 5.2 s, less what a call needs at least, leaves little to wait.
  await deliverBy([a.guarded, b.guarded], { callTimeoutMs: 5_200 })(deliveryOf(envelope));
  const { attempts, timeline, event } = await eventOf(envelope);
  expect([event, attempts.map(({ provider }) => provider)]).toEqual(['retrying', ['a']]);
  expect(timeline).toContainEqual(expect.objectContaining({ provider: 'b', reason: 'no_time_left' }));
  release();
  await busy;
  expect(b.calls).toHaveLength(1);
});

test('all calls of a try share one deadline, and a copy that comes meanwhile waits instead of sending', async () => {
  const timeoutMs = 5_400;
  const firstTakesMs = 300;
  const a = vendor('a');
  a.fault = 'transient';
  a.hold = sleep(firstTakesMs);
  let callsOfB = 0;
  const untilCutOff = async (_: unknown, signal: AbortSignal): Promise<ProviderResult> => {
    callsOfB += 1;
    await once(signal, 'abort');
    throw deliveryError('unknown', 'cut off', 'deadline');
  };
  const b = guardProvider({ name: 'b', send: untilCutOff }, { logger: kit.logger, metrics });
  const deliver = deliverBy([a.guarded, b], { callTimeoutMs: timeoutMs });
  const envelope = envelopeOf();
  const done = deliver(deliveryOf(envelope));
  await eventually(() => callsOfB === 1);
  await deliver(deliveryOf(envelope, true));
  await eventually(() => events.some(({ timeline }) => timeline.some(({ reason }) => reason === 'already_sending')));
  await done;
  expect([a.calls.length, callsOfB]).toEqual([1, 1]);
  const { attempts } = await eventually(() => events.find(({ event }) => event === 'failover'));
  const tookMs = attempts.reduce((total, { duration_ms }) => total + duration_ms, 0);
  expect(attempts).toHaveLength(2);
  expect(tookMs).toBeLessThan(timeoutMs + 200);
});

test('what died between two providers is unknown, and goes on as such', async () => {
  const [a, b] = [vendor('a'), vendor('b')];
  const envelope = envelopeOf();
  const [seconds] = await redis.time();
  await redis.hset(`notification:${envelope.notificationId}`, '0.0.1', `sending:${Number(seconds) - 60}:token`);
  const sms = await collectFrom(broker, laneQueue('sms', 'medium'));
  await deliverBy([a.guarded, b.guarded])(deliveryOf(envelope, true));
  expect([a.calls, b.calls]).toEqual([[], []]);
  expect(await eventually(() => sms[0])).toMatchObject({
    hop: 1,
    tried: [{ provider: 'unknown', status: 'unknown', error_code: 'worker_died' }],
  });
});

test('an outage in the middle of a load: everything arrives once by the other provider, and the first one comes back', async () => {
  const [a, b] = [vendor('a', { resetAfterMs: SOON_MS }), vendor('b')];
  const deliver = deliverBy([a.guarded, b.guarded]);
  await broker.consume({ queue: laneQueue('email', 'medium'), prefetch: 32, onMessage: deliver });
  const sent: string[] = [];
  /** Some more of the load, until each of it is at a vendor. */
  const load = async (count: number) => {
    const envelopes = Array.from({ length: count }, () => envelopeOf());
    await Promise.all(envelopes.map((envelope) => broker.publish(laneMessage(envelope))));
    sent.push(...envelopes.map(({ notificationId }) => notificationId));
    await eventually(() => a.taken.length + b.taken.length >= sent.length);
  };

  await load(100);
  expect(b.calls).toHaveLength(0);

  a.fault = 'transient';
  await load(300);
  expect(await availabilityOf('a')).toBe('0');
  expect(a.calls.length - 100).toBeLessThan(200);

  a.fault = undefined;
  await eventually(async () => {
    await load(10);
    return (await availabilityOf('a')) === '1';
  });
  const before = b.calls.length;
  await load(100);
  expect(b.calls).toHaveLength(before);

  expect([...a.taken, ...b.taken].sort()).toEqual(sent.sort());
});

/** A user with a device of each of these providers, or of one that nobody uses. */
const ownerOf = (...providers: string[]): Partial<DeliverOptions> => ({
  channel: 'push',
  enrichment: {
    users: {
      lookUp: async (userId) => ({
        userId,
        devices: providers.map((provider) => ({ token: `of-${provider}`, platform: 'android' as const, provider })),
        preferences: { channels: {}, types: {} },
      }),
      drop: () => {},
    },
    templates: { lookUp: async () => undefined, drop: () => {} },
    links,
  },
});
const pushOf = (overrides: Partial<Envelope> = {}) =>
  envelopeOf({ recipient: { userId: 'u' }, plan: ['push', 'sms'], ...overrides });

test('each device is sent to by its own provider and no other, and the push is sent when one took it', async () => {
  const [fcm, onesignal] = [vendor('fcm'), vendor('onesignal')];
  fcm.fault = 'transient';
  const envelope = pushOf();
  await deliverBy([fcm.guarded, onesignal.guarded], ownerOf('fcm', 'onesignal'))(deliveryOf(envelope));
  expect([fcm.addresses, onesignal.addresses]).toEqual([['of-fcm'], ['of-onesignal']]);
  const { attempts, timeline, status } = await eventOf(envelope);
  expect(status).toBe('sent');
  expect(attempts).toMatchObject([
    { provider: 'fcm', status: 'failed' },
    { provider: 'onesignal', status: 'sent' },
  ]);
  expect(timeline.map(({ event }) => event)).toEqual(['processing', 'sent']);
});

test('a user whose devices are of the second provider alone costs the first one nothing', async () => {
  const [fcm, onesignal] = [vendor('fcm'), vendor('onesignal')];
  await breakDown(fcm);
  const envelope = pushOf();
  const before = fcm.calls.length;
  await deliverBy([fcm.guarded, onesignal.guarded], ownerOf('onesignal'))(deliveryOf(envelope));
  expect([fcm.calls.length - before, onesignal.calls]).toEqual([0, [envelope.notificationId]]);
  const { timeline } = await eventOf(envelope);
  expect(timeline.map(({ event }) => event)).toEqual(['processing', 'sent']);
});

test('while the provider of the living device can not be called, the dead one of another is no reason to give up', async () => {
  const [fcm, onesignal] = [vendor('fcm'), vendor('onesignal')];
  await breakDown(fcm);
  onesignal.fault = 'recipient';
  const envelope = pushOf();
  await deliverBy([fcm.guarded, onesignal.guarded], ownerOf('fcm', 'onesignal'))(deliveryOf(envelope));
  expect(await eventOf(envelope)).toMatchObject({ event: 'retrying', attempts: [{ provider: 'onesignal' }] });
});

test('a device whose provider is not in use is passed over, and without another one the channel is', async () => {
  const fcm = vendor('fcm');
  const sms = await collectFrom(broker, laneQueue('sms', 'medium'));
  await deliverBy([fcm.guarded], ownerOf('fcm', 'pigeon'))(deliveryOf(pushOf()));
  expect(fcm.addresses).toEqual(['of-fcm']);
  await deliverBy([fcm.guarded], ownerOf('pigeon'))(deliveryOf(pushOf()));
  expect(await eventually(() => sms[0])).toMatchObject({ skipped: [{ channel: 'push', reason: 'no_contact' }] });
});

test('a device token that came with the request is sent to by the first provider', async () => {
  const [fcm, onesignal] = [vendor('fcm'), vendor('onesignal')];
  const envelope = pushOf({ recipient: { to: { deviceTokens: ['inline'] } } });
  await deliverBy([onesignal.guarded, fcm.guarded], ownerOf())(deliveryOf(envelope));
  expect([onesignal.addresses, fcm.addresses]).toEqual([['inline'], []]);
});

test('a hundred low ones with the same content are a few vendor calls, each with its claim and attempt; critical ones go alone', async () => {
  const sizes: number[] = [];
  const batching = guardProvider(
    {
      name: 'batching',
      concurrency: 32,
      send: async () => ({ status: 'sent', providerMessageId: String(sizes.push(1)) }),
      sendBatch: async (deliveries) => ({ status: 'sent', providerMessageId: String(sizes.push(deliveries.length)) }),
    },
    { logger: kit.logger, metrics },
  );
  const deliver = deliverBy([batching]);
  const envelopes = Array.from({ length: 100 }, (_, n) =>
    envelopeOf({ priority: 'low', recipient: { to: { email: `${n}@example.com` } } }),
  );
  // Each comes twice.
  await Promise.all([...envelopes, ...envelopes].map((envelope) => deliver(deliveryOf(envelope))));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(100);
  expect(sizes.length).toBeLessThanOrEqual(20);
  for (const envelope of envelopes) {
    expect((await eventOf(envelope)).attempts).toMatchObject([{ provider: 'batching', status: 'sent' }]);
  }
  sizes.length = 0;
  const critical = envelopes.map((envelope) => ({ ...envelope, epoch: 1, priority: 'critical' as const }));
  await Promise.all(critical.map((envelope) => deliver(deliveryOf(envelope))));
  expect(sizes).toEqual(Array(100).fill(1));
});
