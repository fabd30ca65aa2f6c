import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { EVENTS_EXCHANGE, FAILED_QUEUE, type NotificationEventJson, type NotificationJson } from '@notify/contracts';
import { eventually } from '@notify/testing';
import { acceptedEvent, notificationEvent } from './notification-event-builder.ts';
import { recordReader } from './record-reader.ts';
import { openTestBed, type TestBed } from './running-service.ts';

const AT = '2026-01-01T00:00:0';
let bed: TestBed;
let service: Awaited<ReturnType<TestBed['start']>>;

beforeAll(async () => {
  bed = await openTestBed();
  service = await bed.start();
}, 60_000);
afterAll(() => bed.close(), 60_000);

/** Refused by email, then sent by SMS. */
function failoverEvents(id: string): NotificationEventJson[] {
  return [
    acceptedEvent(id, { at: `${AT}0.000Z` }),
    notificationEvent(id, 'failover', { status: 'processing', channel: 'email', at: `${AT}1.000Z`, outcome: 'failed' }),
    notificationEvent(id, 'sent', { hop: 1, channel: 'sms', at: `${AT}2.000Z`, outcome: 'sent' }),
  ];
}

const { read } = recordReader(() => service);

/** Until all that was published is folded: one more notification goes through the queue behind it. */
async function settle(): Promise<void> {
  const id = randomUUID();
  await bed.publishEvents([acceptedEvent(id, { at: `${AT}0.000Z` })]);
  await eventually(() => read(id));
}

function expectWholeTrail(notification: NotificationJson): void {
  expect(notification).toEqual({
    notification_id: notification.notification_id,
    status: 'sent',
    channel: 'sms',
    priority: 'high',
    notification_type: 'alert',
    user_id: 'user-1',
    mode: 'first_success',
    channels: ['email', 'sms'],
    attempts: [
      expect.objectContaining({ channel: 'email', status: 'failed' }),
      expect.objectContaining({ channel: 'sms', status: 'sent' }),
    ],
    timeline: [
      { event: 'accepted', status: 'accepted', at: `${AT}0.000Z`, detail: expect.any(String) },
      { event: 'processing', status: 'processing', channel: 'email', at: `${AT}1.000Z`, detail: expect.any(String) },
      { event: 'failover', status: 'processing', channel: 'email', at: `${AT}1.000Z`, detail: expect.any(String) },
      { event: 'processing', status: 'processing', channel: 'sms', at: `${AT}2.000Z`, detail: expect.any(String) },
      { event: 'sent', status: 'sent', channel: 'sms', at: `${AT}2.000Z`, detail: 'SMS: a provider took it' },
    ],
    created_at: `${AT}0.000Z`,
    updated_at: `${AT}2.000Z`,
    send_at: null,
    expires_at: null,
    metadata: { order_id: 'A-1' },
    correlation_id: 'correlation-1',
  });
}

test('events in reverse order, each in a batch of its own, make the whole record', async () => {
  const id = randomUUID();
  for (const event of failoverEvents(id).reverse()) {
    await bed.publishEvents([event]);
    await settle();
  }
  expectWholeTrail(await read(id));
});

test('each event twice, in one batch and again later, makes the whole record once', async () => {
  const id = randomUUID();
  const events = failoverEvents(id);
  await bed.publishEvents([...events, ...events]);
  await settle();
  expectWholeTrail(await read(id));
  await bed.publishEvents(events);
  await settle();
  expectWholeTrail(await read(id));
});

test('a stub is readable before its accepted event, and completed by it with the whole envelope', async () => {
  const id = randomUUID();
  const [accepted, , sent] = failoverEvents(id) as [ReturnType<typeof acceptedEvent>, unknown, NotificationEventJson];
  await bed.publishEvents([sent]);
  const stub = await eventually(() => read(id));
  expect(stub).toMatchObject({ status: 'sent', channel: 'sms', user_id: 'user-1', channels: [] });
  await bed.publishEvents([accepted]);
  await settle();
  expect(await read(id)).toMatchObject({ status: 'sent', priority: 'high', channels: ['email', 'sms'] });
  const { rows } = await bed.database.query('SELECT recipient, content, variables FROM notifications WHERE id = $1', [
    id,
  ]);
  expect(rows).toEqual([
    {
      recipient: accepted.envelope.recipient,
      content: accepted.envelope.content,
      variables: accepted.envelope.variables,
    },
  ]);
});

test('what is not an event, and what PostgreSQL refuses, is dead-lettered while its batch goes on', async () => {
  const valid = randomUUID();
  const unstorable = { ...notificationEvent(randomUUID(), 'sent', { at: `${AT}1.000Z` }), epoch: 3_000_000_000 };
  const deep = JSON.stringify(acceptedEvent(randomUUID(), { at: `${AT}0.000Z`, metadata: { deep: 0 } }));
  const send = (body: unknown) =>
    bed.broker.publish({ exchange: EVENTS_EXCHANGE, routingKey: 'notification.sent', messageId: randomUUID(), body });
  await Promise.all([
    send(Buffer.from('{not json')),
    send({ version: 1, event: 'sent' }),
    send(unstorable),
    send(Buffer.from(deep.replace('"deep":0', `"deep":${'['.repeat(20_000)}${']'.repeat(20_000)}`))),
    bed.publishEvents(failoverEvents(valid)),
  ]);
  await eventually(async () => (await read(valid)).timeline.length === 5);
  expectWholeTrail(await read(valid));

  type Letters = { data: { reason: string; routing_key: string; notification_id: string | null; body?: string }[] };
  const { data } = await eventually(async () => {
    const { body } = await service.get<Letters>('/dead_letters?with_body=1');
    return body.data.length >= 4 && body;
  });
  expect(data.map(({ reason }) => reason).sort()).toEqual([
    'invalid_message',
    'invalid_message',
    'unstorable',
    'unstorable',
  ]);
  expect(data.map(({ body }) => body)).toContain('{not json');
  expect(data.map(({ notification_id: id }) => id)).toContain(unstorable.notification_id);
  // Recording them sent nothing round again.
  await settle();
  await eventually(async () => (await bed.queueLength(FAILED_QUEUE)) === 4, 20_000);
  expect((await service.get<Letters>('/dead_letters')).body.data).toHaveLength(4);
});

test('NUL and broken surrogates in what callers send are replaced, not refused', async () => {
  const id = randomUUID();
  await bed.publishEvents([
    acceptedEvent(id, { at: `${AT}0.000Z`, metadata: { note: 'a\0b\ud800c', 'k\0': [{ x: '\0' }] } }),
  ]);
  const { metadata } = await eventually(() => read(id));
  expect(metadata).toEqual({ note: 'a\uFFFDb\uFFFDc', 'k\uFFFD': [{ x: '\uFFFD' }] });
});
