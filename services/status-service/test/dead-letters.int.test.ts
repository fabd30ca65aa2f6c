import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  EVENTS_EXCHANGE,
  FAILED_EXCHANGE,
  laneQueue,
  type NotificationEventJson,
  STATUS_FAILED_QUEUE,
} from '@notify/contracts';
import { eventually } from '@notify/testing';
import type { DeadLetterJson } from '../src/dead-letter-store.ts';
import { acceptedEvent, notificationEvent } from './notification-event-builder.ts';
import { receipt } from './receipt-builder.ts';
import { recordReader } from './record-reader.ts';
import { openTestBed, type TestBed } from './running-service.ts';

const AT = '2026-01-01T00:00:00.000Z';
let bed: TestBed;
let service: Awaited<ReturnType<TestBed['start']>>;

beforeAll(async () => {
  bed = await openTestBed();
  service = await bed.start();
}, 60_000);
afterAll(() => bed.close(), 60_000);

function deadLetter(body: unknown, headers: Record<string, string | number>, routingKey = 'email.high'): Promise<void> {
  return bed.broker.publish({ exchange: FAILED_EXCHANGE, routingKey, messageId: randomUUID(), body, headers });
}

async function letters(query = ''): Promise<DeadLetterJson[]> {
  return (await service.get<{ data: DeadLetterJson[] }>(`/dead_letters?limit=200${query}`)).body.data;
}

async function lettersOf(id: string, count = 1): Promise<DeadLetterJson[]> {
  return await eventually(async () => {
    const found = (await letters('&with_body=1')).filter((letter) => letter.notification_id === id);
    return found.length === count && found;
  });
}

const { read } = recordReader(() => service);

test('who listens is told that a dead-lettered notification has failed', async () => {
  const told: NotificationEventJson[] = [];
  await bed.broker.subscribe({
    routingKeys: ['notification.failed'],
    onMessage: ({ body }) => told.push(JSON.parse(body.toString())),
  });
  const [id, unnamed] = [randomUUID(), randomUUID()];
  const accepted = acceptedEvent(id, { at: AT });
  await bed.publishEvents([accepted]);
  await eventually(() => read(id));
  // A message that does not say enough for an event fails in the record alone.
  await deadLetter({}, { reason: 'crashed', notification_id: unnamed });
  await deadLetter(accepted.envelope, { reason: 'crashed', notification_id: id });
  await eventually(() => told.length === 1);
  expect(told).toMatchObject([
    { event: 'failed', notification_id: id, status: 'failed', timeline: [{ event: 'failed', reason: 'crashed' }] },
  ]);
  await lettersOf(unnamed);
  // It came back to the record, which had it already.
  expect((await read(id)).timeline.filter(({ event }) => event === 'failed')).toHaveLength(1);
});

test('a dead-lettered work message fails its notification with the reason, and is kept as it came', async () => {
  const id = randomUUID();
  const accepted = acceptedEvent(id, { at: AT });
  await bed.publishEvents([accepted]);
  await eventually(() => read(id));
  await deadLetter(accepted.envelope, { reason: 'crashed', notification_id: id, detail: 'a detail' });
  const notification = await eventually(async () => {
    const found = await read(id);
    return found.status === 'failed' && found;
  });
  expect(notification.timeline.at(-1)).toMatchObject({ event: 'failed', channel: 'email', reason: 'crashed' });
  const [letter] = await lettersOf(id);
  expect(letter).toMatchObject({ reason: 'crashed', routing_key: 'email.high', detail: 'a detail' });
  expect(JSON.parse(letter?.body ?? '')).toEqual(accepted.envelope);
  expect(letter?.headers).not.toHaveProperty('detail');
});

test('a work message that can not be read fails the notification that its body or its headers name', async () => {
  const byBody = randomUUID();
  const byHeader = randomUUID();
  await deadLetter({ version: 99, notification_id: byBody }, { reason: 'invalid_message' });
  await deadLetter(Buffer.from('{"cut'), {
    reason: 'invalid_message',
    notification_id: byHeader,
    hop: 1,
    channel: 'sms',
  });
  for (const id of [byBody, byHeader]) {
    const { status, timeline } = await eventually(() => read(id));
    expect(status).toBe('failed');
    expect(timeline).toEqual([expect.objectContaining({ event: 'failed', reason: 'invalid_message' })]);
  }
});

test('a failure that the worker has told already is only kept', async () => {
  const id = randomUUID();
  const accepted = acceptedEvent(id, { at: AT });
  await bed.publishEvents([accepted]);
  await deadLetter(accepted.envelope, { reason: 'recipient', recorded: 1, notification_id: id });
  await lettersOf(id);
  expect((await eventually(() => read(id))).status).toBe('accepted');
});

test('a dead-lettered event is folded as what it says, and one that can not be read fails nothing', async () => {
  const id = randomUUID();
  await bed.publishEvents([acceptedEvent(id, { at: AT })]);
  await deadLetter({ notification_id: id, event: 'sent' }, { reason: 'invalid_message' }, 'notification.sent');
  await lettersOf(id);
  expect((await eventually(() => read(id))).status).toBe('accepted');
  const sent = notificationEvent(id, 'sent', { channel: 'email', at: AT, outcome: 'sent' });
  await deadLetter(sent, { reason: 'delivery_limit' }, 'notification.sent');
  await lettersOf(id, 2);
  expect((await read(id)).status).toBe('sent');
});

test('garbage of every kind is recorded, blocks nothing, and the queue ends empty', async () => {
  const garbage: [unknown, Record<string, string | number>][] = [
    [Buffer.alloc(0), {}],
    [Buffer.from([0xff, 0xfe, 0x00, 0x01]), { reason: 'Not A Code\0' }],
    [Buffer.from('null'), { notification_id: 'not-a-uuid' }],
    [Buffer.from('[[]]'), { hop: 'three', epoch: -1 }],
    [Buffer.from('[['.repeat(50_000)), {}],
    [Buffer.from(`{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`), {}],
    [
      { notification_id: { $ne: 1 }, hop: 1e99 },
      { notification_id: randomUUID(), hop: 2 ** 31, attempt: -3 },
    ],
    [Buffer.from(`{"notification_id":"\\u0000","body":"${'x'.repeat(400_000)}"}`), { type: '\0' }],
  ];
  const before = (await letters()).length;
  await Promise.all(garbage.map(([body, headers]) => deadLetter(body, headers, 'no.such.key')));
  await eventually(async () => (await letters()).length === before + garbage.length);
  await eventually(async () => (await bed.queueLength(STATUS_FAILED_QUEUE)) === 0, 20_000);
  expect(
    Math.max(...(await letters('&with_body=1')).map(({ body }) => Buffer.byteLength(body ?? ''))),
  ).toBeLessThanOrEqual(256 * 1024);
});

test('the same dead letter delivered twice is recorded once', async () => {
  const id = randomUUID();
  const message = {
    exchange: FAILED_EXCHANGE,
    routingKey: 'sms.low',
    messageId: randomUUID(),
    body: acceptedEvent(id, { at: AT }).envelope,
    headers: { reason: 'crashed' },
  };
  await bed.broker.publish(message);
  await bed.broker.publish(message);
  await eventually(async () => (await bed.queueLength(STATUS_FAILED_QUEUE)) === 0, 20_000);
  expect(await lettersOf(id)).toHaveLength(1);
  expect((await read(id)).timeline).toHaveLength(1);
});

test('bodies and details are shown only where they are asked for', async () => {
  await bed.broker.publish({
    exchange: EVENTS_EXCHANGE,
    routingKey: 'notification.sent',
    messageId: randomUUID(),
    body: { to: 'ann@example.com' },
  });
  await eventually(async () => (await letters('&with_body=1')).some(({ body }) => body?.includes('ann@example.com')));
  for (const letter of await letters()) {
    expect(letter).not.toHaveProperty('body');
    expect(letter).not.toHaveProperty('detail');
  }
  expect(JSON.stringify(await letters())).not.toContain('ann@example.com');
});

test('what follows from a dead-lettered receipt, or from one that waited for a dead-lettered acceptance, is done', async () => {
  const [late, waited] = [randomUUID(), randomUUID()];
  const lane = await bed.collect(laneQueue('sms', 'high'));
  const isInLane = (id: string) => lane.some(({ headers }) => headers['notification_id'] === id);
  const sent = (id: string) => notificationEvent(id, 'sent', { channel: 'email', at: AT, outcome: 'sent' });
  await bed.publishEvents([acceptedEvent(late, { at: AT }), sent(late), sent(waited)]);
  await bed.publishReceipts([receipt(waited, 'bounced')]);
  await eventually(async () => (await read(waited)).timeline.some(({ event }) => event === 'bounced'));
  await eventually(async () => (await read(late)).status === 'sent');
  await deadLetter(receipt(late, 'bounced'), { reason: 'delivery_limit' }, 'receipt.email');
  await deadLetter(acceptedEvent(waited, { at: AT }), { reason: 'delivery_limit' }, 'notification.accepted');
  await eventually(() => isInLane(late) && isInLane(waited));
});
