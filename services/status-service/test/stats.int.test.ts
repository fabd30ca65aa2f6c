import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { AttemptJson, StatsJson } from '@notify/contracts';
import { eventually } from '@notify/testing';
import { acceptedEvent, notificationEvent } from './notification-event-builder.ts';
import { openTestBed, type TestBed } from './running-service.ts';

let bed: TestBed;
let service: Awaited<ReturnType<TestBed['start']>>;

beforeAll(async () => {
  bed = await openTestBed();
  service = await bed.start();
}, 60_000);
afterAll(() => bed.close(), 60_000);

const HOUR_MS = 3_600_000;
const ago = (ms: number) => new Date(Date.now() - ms).toISOString();

/** One that was accepted so long ago, perhaps had to wait first, and whose provider call began two seconds later and took 12 ms. */
async function one(
  ageMs: number,
  status: 'sent' | 'failed',
  errorClass?: AttemptJson['error_class'],
  waitMs = 0,
): Promise<void> {
  const id = randomUUID();
  const at = ago(ageMs - waitMs - 2_000);
  if (waitMs > 0) {
    const due = notificationEvent(id, 'due', { status: 'processing', at: ago(ageMs - waitMs) });
    await bed.publishEvents([due]);
  }
  const event = notificationEvent(id, status, { channel: 'email', at, outcome: status });
  if (errorClass !== undefined) for (const attempt of event.attempts) attempt.error_class = errorClass;
  await bed.publishEvents([acceptedEvent(id, { at: ago(ageMs) }), event]);
}

test('each window counts what was accepted in it, and tells latency, providers and queues', async () => {
  await one(60_000, 'sent');
  await one(60_000, 'sent', undefined, 30_000);
  await one(60_000, 'failed', 'transient');
  await one(60_000, 'failed', 'recipient');
  await one(2 * HOUR_MS, 'sent');
  await bed.publishEvents([acceptedEvent(randomUUID(), { at: ago(1_000) })]);
  await eventually(async () => {
    const { rows } = await bed.database.query(
      "SELECT count(*)::integer AS count FROM notifications WHERE status <> 'accepted'",
    );
    return rows[0].count === 5;
  });
  const { body: hour } = await service.get<StatsJson>('/stats?window=1h');
  expect(hour).toMatchObject({
    window: '1h',
    total: 5,
    by_status: { sent: 2, failed: 2, accepted: 1 },
    by_channel: { email: { sent: 2, failed: 2 } },
    success_rate: 0.5,
    sampled: 5,
    providers: [{ channel: 'email', provider: 'test', calls: 4, faults: 1, availability: 0.75 }],
  });
  expect(hour.queue_depths).toMatchObject({ 'email.queue': 0, 'status.queue': 0, 'failed.queue': 0 });
  // To some milliseconds: both times were taken from the clock, one after the other.
  expect(hour.latency_ms?.p50).toBeGreaterThan(1_900);
  expect(hour.latency_ms?.p99).toBeLessThan(2_100);
  const { body: day } = await service.get<StatsJson>('/stats?window=24h');
  expect(day).toMatchObject({ total: 6, by_status: { sent: 3 }, success_rate: 0.6 });
});

test('where nothing was sent there is no rate and no latency, and a window that does not exist is refused', async () => {
  const empty = await openTestBed();
  try {
    const other = await empty.start();
    const { body } = await other.get<StatsJson>('/stats');
    expect(body).toMatchObject({
      window: '1h',
      total: 0,
      by_status: {},
      success_rate: null,
      latency_ms: null,
      providers: [],
    });
    expect((await other.get('/stats?window=1y')).status).toBe(400);
  } finally {
    await empty.close();
  }
}, 60_000);

test('statistics are counted once for all who ask within some seconds', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => service.get<StatsJson>('/stats?window=7d')));
  expect(new Set(answers.map(({ body }) => body.counted_at)).size).toBe(1);
});
