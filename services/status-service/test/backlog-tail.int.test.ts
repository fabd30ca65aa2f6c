import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { laneQueue } from '@notify/contracts';
import { eventually } from '@notify/testing';
import { reconcile } from '../src/reconcile.ts';
import { acceptedEvent } from './notification-event-builder.ts';
import { openTestBed, type TestBed } from './running-service.ts';

let bed: TestBed;

beforeAll(async () => {
  bed = await openTestBed();
  // Looks for nothing lost before its first 15 minutes are over.
  await bed.start();
}, 60_000);
afterAll(() => bed.close(), 60_000);

test('the tail of a backlog, in the hands of a worker while nothing waits any more, has as long as what just came in', async () => {
  const ids = [randomUUID(), randomUUID()];
  const at = (hoursAgo: number) => new Date(Date.now() - hoursAgo * 3_600_000).toISOString();
  await bed.publishEvents(ids.map((id, index) => acceptedEvent(id, { at: at(index === 0 ? 7 : 1), plan: ['sms'] })));
  await eventually(async () => (await bed.database.query('SELECT FROM notifications')).rowCount === ids.length);

  const silentSince = Date.now() - 900_000;
  const look = (lastBusyAt: number) =>
    reconcile(
      { database: bed.database, publisher: bed.broker },
      silentSince,
      new Map([[laneQueue('sms', 'high'), lastBusyAt]]),
    );
  expect(await look(silentSince + 1)).toEqual({ resumed: 0, unknown: 0 });
  expect(await look(silentSince)).toEqual({ resumed: 1, unknown: 1 });
}, 40_000);
