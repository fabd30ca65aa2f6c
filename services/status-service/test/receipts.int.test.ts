import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Claims } from '@notify/claims';
import {
  type EnvelopeJson,
  FAILED_QUEUE,
  laneQueue,
  type NotificationEventJson,
  type NotificationJson,
} from '@notify/contracts';
import type { Delivery } from '@notify/messaging';
import { eventually } from '@notify/testing';
import { acceptedEvent, notificationEvent } from './notification-event-builder.ts';
import { receipt } from './receipt-builder.ts';
import { deliveriesOf, recordReader, trail } from './record-reader.ts';
import { openTestBed, type TestBed } from './running-service.ts';

const AT = '2026-01-01T00:00:0';
let bed: TestBed;
let service: Awaited<ReturnType<TestBed['start']>>;
let sms: Delivery[];
let push: Delivery[];
let failed: Delivery[];
const told: NotificationEventJson[] = [];
let claims: Claims<{ said: string }>;

beforeAll(async () => {
  bed = await openTestBed();
  // Two instances, so that a receipt and its repeat, or a deadline, meet each other.
  service = await bed.start({ STATUS_BATCH_SIZE: '2', STATUS_BATCH_WAIT_MS: '1' });
  await bed.start({ STATUS_BATCH_SIZE: '2', STATUS_BATCH_WAIT_MS: '1' });
  sms = await bed.collect(laneQueue('sms', 'high'));
  push = await bed.collect(laneQueue('push', 'high'));
  failed = await bed.collect(FAILED_QUEUE);
  await bed.broker.subscribe({
    routingKeys: ['notification.delivered', 'notification.opened'],
    onMessage: ({ body }) => {
      told.push(JSON.parse(body.toString('utf8')));
    },
  });
  claims = await bed.openClaims();
}, 60_000);
afterAll(() => bed.close(), 60_000);

const { read, readAs } = recordReader(() => service);

let lastTry = 1;
/** A claim that was granted stays so: each look is for another try. */
async function isClosed(id: string, hop: number): Promise<boolean> {
  lastTry += 1;
  return (await claims.begin(id, { epoch: 0, hop, attempt: lastTry }, 'token')).state === 'closed';
}

function sentByEmail(id: string, envelope: Partial<EnvelopeJson> = {}): NotificationEventJson[] {
  return [
    acceptedEvent(id, { at: `${AT}0.000Z`, ...envelope }),
    notificationEvent(id, 'sent', { channel: 'email', at: `${AT}1.000Z`, outcome: 'sent' }),
  ];
}

async function sentNotification(envelope: Partial<EnvelopeJson> = {}): Promise<string> {
  const id = randomUUID();
  await bed.publishEvents(sentByEmail(id, envelope));
  await readAs(id, 'sent');
  return id;
}

/** Until everything published before has been folded by both instances. */
async function settle(): Promise<void> {
  const ids = Array.from({ length: 8 }, () => randomUUID());
  for (const id of ids) await bed.publishEvents([acceptedEvent(id, { at: `${AT}0.000Z` })]);
  for (const id of ids) await eventually(() => read(id));
}

test('a bounce after sent makes the next channel take over, once, however often the receipt comes', async () => {
  const id = await sentNotification();
  await bed.publishReceipts(Array.from({ length: 10 }, () => receipt(id, 'bounced')));
  const notification = await readAs(id, 'processing');
  expect(trail(notification)).toEqual([
    'accepted',
    'processing email',
    'sent email',
    'bounced email 550',
    'failover email bounced',
  ]);
  const [next] = await eventually(() => deliveriesOf(sms, id).length > 0 && deliveriesOf(sms, id));
  expect(JSON.parse(String(next?.body))).toMatchObject({ hop: 1, attempt: 1, epoch: 0, plan: ['email', 'sms'] });
  await settle();
  // A repeat by another instance has the same id, which a worker's claim recognises.
  expect(new Set(deliveriesOf(sms, id).map(({ messageId }) => messageId))).toEqual(new Set([`${id}.0.1.1`]));
  expect(trail(await read(id))).toEqual(trail(notification));
});

test('a bounce on the last channel ends it as failed, with a copy for the operators', async () => {
  const id = await sentNotification({ plan: ['email'] });
  await bed.publishReceipts([receipt(id, 'undelivered', { error_code: '30003' })]);
  expect(trail(await readAs(id, 'failed')).slice(-2)).toEqual(['undelivered email 30003', 'failed email undelivered']);
  const [copy] = await eventually(() => deliveriesOf(failed, id).length > 0 && deliveriesOf(failed, id));
  expect(copy?.headers).toMatchObject({ recorded: 1, reason: 'undelivered' });
});

test('a bounce for an earlier try than the one that was sent changes nothing but the trail', async () => {
  const id = await sentNotification();
  await bed.publishEvents([
    notificationEvent(id, 'sent', { attempt: 2, channel: 'email', at: `${AT}3.000Z`, outcome: 'sent' }),
  ]);
  await bed.publishReceipts([receipt(id, 'bounced')]);
  await eventually(async () => trail(await read(id)).includes('bounced email 550'));
  await settle();
  expect((await read(id)).status).toBe('sent');
  expect(deliveriesOf(sms, id)).toEqual([]);
});

test('a bounce for a channel that was left, or of what has arrived or was cancelled, changes nothing but the trail', async () => {
  const [left, arrived, cancelled] = [await sentNotification(), await sentNotification(), await sentNotification()];
  await bed.publishEvents([
    notificationEvent(left, 'sent', { hop: 1, channel: 'sms', at: `${AT}3.000Z`, outcome: 'sent' }),
    notificationEvent(arrived, 'delivered', { channel: 'email', at: `${AT}3.000Z` }),
    notificationEvent(cancelled, 'cancelled', { at: `${AT}3.000Z` }),
  ]);
  await settle();
  await bed.publishReceipts([left, arrived, cancelled].map((id) => receipt(id, 'bounced')));
  await settle();
  expect((await read(left)).status).toBe('sent');
  expect((await read(arrived)).status).toBe('delivered');
  expect((await read(cancelled)).status).toBe('cancelled');
  expect([left, arrived, cancelled].flatMap((id) => deliveriesOf(sms, id))).toEqual([]);
});

test('with mode all a bounce fails its channel, nothing takes over, and the whole is what the others came to', async () => {
  const id = await sentNotification({ mode: 'all', plan: ['email'] });
  const both = randomUUID();
  await bed.publishEvents([
    ...sentByEmail(both, { mode: 'all' }),
    notificationEvent(both, 'sent', { hop: 1, channel: 'sms', at: `${AT}2.000Z`, outcome: 'sent' }),
  ]);
  await readAs(both, 'sent');
  await bed.publishReceipts([receipt(id, 'bounced'), receipt(both, 'bounced')]);
  await readAs(id, 'failed');
  await eventually(async () => trail(await read(both)).includes('failed email bounced'));
  expect((await read(both)).status).toBe('sent');
  expect([...deliveriesOf(sms, id), ...deliveriesOf(sms, both)]).toEqual([]);
});

test('what a receipt says has arrived is closed, so that no other try is sent', async () => {
  const otherChannel = { epoch: 0, hop: 1, attempt: 1 };
  const [one, all] = [await sentNotification(), randomUUID()];
  await bed.publishEvents(sentByEmail(all, { mode: 'all' }));
  await readAs(all, 'processing');
  await bed.publishReceipts([receipt(one, 'delivered'), receipt(all, 'delivered')]);
  await eventually(() => isClosed(one, 1));
  await eventually(() => isClosed(all, 0));
  // Each channel is for itself.
  expect((await claims.begin(all, otherChannel, 'token')).state).toBe('granted');
});

test('those who listen are told of a receipt when it comes, and not again when another one does', async () => {
  const id = await sentNotification();
  await bed.publishReceipts([receipt(id, 'delivered')]);
  const receipts = () => told.filter((each) => each.notification_id === id).map(({ event }) => event);
  await eventually(() => receipts().length > 0);
  await bed.publishReceipts([receipt(id, 'opened')]);
  await eventually(() => receipts().includes('opened'));
  expect(receipts()).toEqual(['delivered', 'opened']);
});

test('opened and complained of are words of the trail, and mean that it was delivered', async () => {
  const [opened, complained] = [await sentNotification(), await sentNotification()];
  await bed.publishReceipts([receipt(opened, 'opened'), receipt(complained, 'complained')]);
  expect(trail(await readAs(opened, 'delivered'))).toContain('opened email');
  expect(trail(await readAs(complained, 'delivered'))).toContain('complained email');
});

test('a bounce that is faster than the acceptance waits for it, and then moves the notification on', async () => {
  const id = randomUUID();
  await bed.publishReceipts([receipt(id, 'bounced')]);
  await settle();
  expect((await service.get(`/notifications/${id}`)).status).toBe(404);
  await bed.publishEvents(sentByEmail(id, { plan: ['email', 'push'] }));
  await readAs(id, 'processing');
  await eventually(() => deliveriesOf(push, id).length > 0);
});

test('a receipt that is faster than the word of the worker that sent it waits for it', async () => {
  const [id, last] = [randomUUID(), randomUUID()];
  const [accepted, sent] = sentByEmail(id);
  const [lastAccepted, lastSent] = sentByEmail(last, { plan: ['email'] });
  await bed.publishEvents([accepted, lastAccepted].filter((event) => event !== undefined));
  await bed.publishReceipts([receipt(id, 'undelivered'), receipt(last, 'undelivered')]);
  await settle();
  expect((await read(last)).status).not.toBe('failed');
  expect(deliveriesOf(sms, id)).toEqual([]);
  await bed.publishEvents([sent, lastSent].filter((event) => event !== undefined));
  await eventually(() => deliveriesOf(sms, id).length > 0);
  await readAs(last, 'failed');
});

test('a receipt for a message that is not ours makes no notification', async () => {
  const id = randomUUID();
  await bed.publishReceipts([receipt(id, 'delivered', { occurred_at: '2031-01-01T00:00:00.000Z' })]);
  await settle();
  expect((await service.get(`/notifications/${id}`)).status).toBe(404);
  const { body } = await service.get<{ data: NotificationJson[] }>('/notifications?limit=5');
  expect(body.data.map(({ notification_id: each }) => each)).not.toContain(id);
});
