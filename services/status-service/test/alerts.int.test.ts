import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type EnvelopeJson, laneQueue, type NotificationJson } from '@notify/contracts';
import { eventually, startWebhookReceiver, type WebhookReceiver } from '@notify/testing';
import type { CriticalFailureAlertJson } from '../src/critical-failure-alert.ts';
import { acceptedEvent, notificationEvent } from './notification-event-builder.ts';
import { openTestBed, type TestBed } from './running-service.ts';

let bed: TestBed;
let instances: Awaited<ReturnType<TestBed['start']>>[];
let webhook: WebhookReceiver;
const posted: CriticalFailureAlertJson[] = [];
const mailed: EnvelopeJson[] = [];

beforeAll(async () => {
  bed = await openTestBed();
  await bed.broker.consume({
    queue: laneQueue('email', 'high'),
    prefetch: 10,
    onMessage: async ({ body }) => {
      mailed.push(JSON.parse(body.toString('utf8')));
    },
  });
  webhook = await startWebhookReceiver(({ body }, response) => {
    posted.push(JSON.parse(body));
    response.writeHead(204).end();
  });
  const env = {
    ALERT_EMAIL: 'ops@example.com,night@example.com',
    ALERT_WEBHOOK_URL: `http://127.0.0.1:${webhook.port}/`,
  };
  instances = await Promise.all([bed.start(env), bed.start(env)]);
}, 60_000);
afterAll(async () => {
  await bed.close();
  await webhook.close();
}, 60_000);

const at = '2026-01-01T00:00:00.000Z';

async function fail(overrides: Partial<EnvelopeJson> = {}, id: string = randomUUID(), epoch = 0): Promise<string> {
  const [service] = instances;
  await bed.publishEvents([
    acceptedEvent(id, { at, priority: 'critical', ...overrides }),
    notificationEvent(id, 'failed', { at: new Date().toISOString(), epoch, hop: 1, channel: 'sms', outcome: 'failed' }),
  ]);
  await eventually(
    async () => (await service?.get<NotificationJson>(`/notifications/${id}`))?.body.status === 'failed',
  );
  return id;
}

/** As if the minute that an alert has to itself were over. */
const nextMinute = () => bed.database.query('UPDATE operator_alerts SET next_at = now()');
const idsIn = (alert: CriticalFailureAlertJson | undefined) =>
  alert?.notifications.map(({ notification_id: id }) => id).sort();

async function total(metric: string): Promise<number> {
  const texts = await Promise.all(instances.map((instance) => instance.metrics()));
  return texts.reduce((sum, text) => sum + Number(new RegExp(`^${metric}\\{.*\\} (\\d+)$`, 'm').exec(text)?.[1]), 0);
}

test('the first is told at once, by webhook and to each address; what follows in one alert, a minute later', async () => {
  const first = await fail();
  await eventually(() => posted.length === 1 && mailed.length === 2);
  expect(posted[0]).toMatchObject({
    type: 'notification.critical_failure',
    count: 1,
    notifications: [{ notification_id: first, notification_type: 'alert', channels: ['sms'] }],
  });
  expect(mailed.map(({ recipient }) => recipient.to?.email).sort()).toEqual(['night@example.com', 'ops@example.com']);
  expect(mailed[0]).toMatchObject({ notification_type: 'operator_alert', content: { title: expect.any(String) } });
  await eventually(async () => (await total('critical_failures_total')) === 1);

  const more = [await fail(), await fail(), await fail()].sort();
  await nextMinute();
  await eventually(() => posted.length === 2);
  expect(idsIn(posted[1])).toEqual(more);
  await eventually(async () => (await total('critical_failures_total')) === 4);
});

test('one that is replayed and fails again is told again', async () => {
  const before = posted.length;
  const id = await fail();
  await nextMinute();
  await eventually(() => posted.length === before + 1);
  expect((await instances[0]?.post(`/notifications/${id}/retry`))?.status).toBe(202);
  await fail({}, id, 1);
  await nextMinute();
  await eventually(() => posted.length === before + 2);
  expect(idsIn(posted.at(-1))).toEqual([id]);
  await eventually(async () => (await total('critical_failures_total')) === 6);
});

test('one that expired or is unknown is told too, but not one that is held until a receipt comes', async () => {
  const before = posted.length;
  const [unknown, held, expired] = [randomUUID(), randomUUID(), randomUUID()];
  const now = new Date().toISOString();
  const ends = [
    notificationEvent(unknown, 'unknown', { at: now, channel: 'email', reason: 'unknown_outcome' }),
    notificationEvent(held, 'unknown', { at: now, channel: 'email', reason: 'held' }),
    notificationEvent(expired, 'expired', { at: now, channel: 'email', reason: 'expired' }),
  ];
  // The held one first: when the others are told, it would have been.
  for (const id of [held, unknown, expired]) {
    await bed.publishEvents([
      acceptedEvent(id, { at, priority: 'critical' }),
      ...ends.filter((end) => end.notification_id === id),
    ]);
    await eventually(async () => (await instances[0]?.get<NotificationJson>(`/notifications/${id}`))?.status === 200);
  }
  const statusOf = async (id: string) =>
    (await instances[0]?.get<NotificationJson>(`/notifications/${id}`))?.body.status;
  await eventually(async () => (await statusOf(held)) === 'unknown' && (await statusOf(expired)) === 'expired');
  await eventually(async () => (await statusOf(unknown)) === 'unknown');
  await nextMinute();
  await eventually(() => posted.length === before + 1);
  expect(idsIn(posted.at(-1))).toEqual([unknown, expired].sort());
});

test('only critical ones are told, never an alert itself, and of many the first twenty are named', async () => {
  const before = posted.length;
  await fail({ priority: 'high' });
  await fail({ notification_type: 'operator_alert' });
  const ids = await Promise.all(Array.from({ length: 22 }, () => fail()));
  await nextMinute();
  await eventually(() => posted.length === before + 1);
  expect(posted.at(-1)?.count).toBe(22);
  expect(posted.at(-1)?.notifications).toHaveLength(20);
  expect(ids).toEqual(expect.arrayContaining(idsIn(posted.at(-1)) ?? []));
});
