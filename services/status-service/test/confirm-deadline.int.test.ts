import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { laneQueue, STATUS_QUEUE } from '@notify/contracts';
import { eventually } from '@notify/testing';
import { acceptedEvent, notificationEvent } from './notification-event-builder.ts';
import { receipt } from './receipt-builder.ts';
import { openTestBed, type TestBed } from './running-service.ts';

let bed: TestBed;
beforeAll(async () => {
  bed = await openTestBed();
}, 60_000);
afterAll(() => bed.close(), 60_000);

async function countOf(status: string): Promise<number> {
  const { rows } = await bed.database.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM notifications WHERE status = $1',
    [status],
  );
  return rows[0]?.count ?? -1;
}

test('receipts that came in time are heard before the deadline, though both were waiting for the service', async () => {
  const sms = await bed.collect(laneQueue('sms', 'high'));
  const confirmed = Array.from({ length: 50 }, () => randomUUID());
  const behind = randomUUID();
  const ids = [...confirmed, behind];
  const before = await bed.start();
  const at = new Date().toISOString();
  const confirmBy = new Date(Date.now() + 4_000).toISOString();
  await bed.publishEvents(
    ids.flatMap((id) => [
      acceptedEvent(id, { at }),
      { ...notificationEvent(id, 'sent', { channel: 'email', at, outcome: 'sent' }), confirm_by: confirmBy },
    ]),
  );
  await eventually(async () => (await countOf('sent')) === ids.length);
  await before.stop();
  await bed.publishReceipts(confirmed.map((id) => receipt(id, 'delivered')));
  expect(Date.now()).toBeLessThan(Date.parse(confirmBy));
  await eventually(() => Date.now() > Date.parse(confirmBy));

  await bed.start();
  await eventually(async () => (await countOf('delivered')) === confirmed.length);
  await eventually(() => sms.length > 0);
  await eventually(async () => (await bed.queueLength(STATUS_QUEUE)) === 0);
  expect(sms.map(({ headers }) => headers['notification_id'])).toEqual([behind]);
}, 60_000);
