import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { NotificationEventJson, NotificationJson } from '@notify/contracts';
import { eventually } from '@notify/testing';
import { acceptedEvent, notificationEvent } from './notification-event-builder.ts';
import { receipt } from './receipt-builder.ts';
import { openTestBed, type TestBed } from './running-service.ts';

type Answered = NotificationJson & { code: string; detail: string };
let bed: TestBed;
let service: Awaited<ReturnType<TestBed['start']>>;

beforeAll(async () => {
  bed = await openTestBed();
  service = await bed.start();
}, 60_000);
afterAll(() => bed.close(), 60_000);

const at = '2026-01-01T00:00:00.000Z';
const later = '2026-01-01T00:00:01.000Z';
const read = (id: string) => service.post<Answered>(`/notifications/${id}/read`);
const found = async (id: string) => (await service.get<Answered>(`/notifications/${id}`)).body;
const eventsOf = ({ timeline }: NotificationJson) => timeline.map(({ event }) => event);

async function recorded(...events: NotificationEventJson[]): Promise<string> {
  const id = events[0]?.notification_id as string;
  await bed.publishEvents(events);
  await eventually(async () => (await found(id)).status === events.at(-1)?.status);
  return id;
}
const sentByEmail = (id = randomUUID()) =>
  recorded(acceptedEvent(id, { at }), notificationEvent(id, 'sent', { channel: 'email', at: later, outcome: 'sent' }));

test('what was sent is read where it went out, at once and once, however often it is said', async () => {
  const id = await sentByEmail();
  const answers = await Promise.all([read(id), read(id), read(id)]);
  for (const { status, body } of answers) expect([status, body.status, body.channel]).toEqual([200, 'read', 'email']);
  expect(eventsOf(await found(id))).toEqual(['accepted', 'processing', 'sent', 'read']);
});

test('nothing that comes later takes it back', async () => {
  const id = await sentByEmail();
  await read(id);
  await bed.publishReceipts([receipt(id, 'delivered'), receipt(id, 'bounced')]);
  await eventually(async () => eventsOf(await found(id)).includes('bounced'));
  const { status, timeline } = await found(id);
  expect(status).toBe('read');
  expect(timeline.map(({ event }) => event)).not.toContain('failover');
});

test('the receipt of the inbox makes it read', async () => {
  const id = randomUUID();
  await recorded(
    acceptedEvent(id, { at, plan: ['in_app'] }),
    notificationEvent(id, 'delivered', { channel: 'in_app', at: later, outcome: 'delivered' }),
  );
  await bed.publishReceipts([
    receipt(id, 'read', { channel: 'in_app', provider: 'inbox', occurred_at: '2026-01-01T00:01:00.000Z' }),
  ]);
  await eventually(async () => (await found(id)).status === 'read');
  expect((await found(id)).timeline.at(-1)).toMatchObject({ event: 'read', channel: 'in_app', provider: 'inbox' });
  // Saying it in the other way adds nothing.
  expect(eventsOf((await read(id)).body).filter((event) => event === 'read')).toHaveLength(1);
});

test('those who listen are told of it, with the user whose notification it is', async () => {
  const id = await sentByEmail();
  const told: NotificationEventJson[] = [];
  await bed.broker.subscribe({
    routingKeys: ['notification.read'],
    onMessage: ({ body }) => told.push(JSON.parse(body.toString())),
  });
  await read(id);
  await eventually(() => told.length > 0);
  expect(told).toMatchObject([{ notification_id: id, event: 'read', status: 'read', user_id: 'user-1' }]);
});

test('what nobody can have read is refused: not sent yet, failed, or not there', async () => {
  const waiting = await recorded(acceptedEvent(randomUUID(), { at }));
  expect(await read(waiting)).toMatchObject({ status: 409, body: { code: 'conflict' } });
  const id = randomUUID();
  const failed = await recorded(
    acceptedEvent(id, { at }),
    notificationEvent(id, 'failed', { channel: 'email', at: later, outcome: 'failed' }),
  );
  expect(await read(failed)).toMatchObject({ status: 409, body: { code: 'conflict' } });
  expect((await found(failed)).status).toBe('failed');
  expect(await read(randomUUID())).toMatchObject({ status: 404, body: { code: 'notification_not_found' } });
});
