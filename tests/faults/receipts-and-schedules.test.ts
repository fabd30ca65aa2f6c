import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { EVENTS_EXCHANGE, STATUS_QUEUE } from '@notify/contracts';
import { eventually } from '@notify/testing';
import { whyNoSignals } from '../e2e/running-processes.ts';
import { arrived, freshEmail, freshPhone, orderReceipt } from '../e2e/system.ts';
import { drained, type Recorder, recordMessages } from './broker.ts';
import { type FaultCase, faultCase } from './fault-case.ts';
import { content, forEach } from './load.ts';
import { recordsOf } from './records-of.ts';
import { arrivals, killAndWait } from './strikes.ts';

const later = (options: Omit<FaultCase, 'group'>) =>
  faultCase({ group: 'Receipts, schedules and deadlines', ...options });
const skipped = whyNoSignals();

let receipts: Recorder | undefined;
later({
  fault: 'every receipt twice more, the latest first',
  load: async () => {
    receipts = await recordMessages(EVENTS_EXCHANGE, 'receipt.*');
    return { total: 200, requestOf: () => ({ to: { phone: freshPhone() }, content }) };
  },
  strike: async () => {},
  async alsoExpect({ load: { accepted } }) {
    await forEach(accepted.length, async (index) => {
      await orderReceipt({ notification_id: accepted[index], status: 'delivered' });
    });
    const before = await eventually(async () => {
      const records = await recordsOf(accepted);
      return records.every(({ status }) => status === 'delivered') && records;
    }, 60_000);
    const recorded = receipts?.messages ?? [];
    for (const message of [...recorded, ...recorded].reverse()) receipts?.publishAgain(message);
    await receipts?.close();
    await drained(STATUS_QUEUE);
    expect(await recordsOf(accepted)).toEqual(before);
    return `${recorded.length} receipts again: no record changed`;
  },
});

const DUE_AFTER_MS = 10_000;
/** The load is accepted long before that. */
const dueAt = () => new Date(Date.now() + DUE_AFTER_MS);

let scheduledFor = new Date();
later({
  fault: 'status-service is killed while scheduled notifications are due',
  skipped,
  load: async () => {
    scheduledFor = dueAt();
    const requestOf = () => ({ to: { phone: freshPhone() }, content, send_at: scheduledFor.toISOString() });
    return { total: 500, requestOf };
  },
  async strike() {
    await sleep(scheduledFor.getTime() - Date.now());
    await arrivals(1);
    await killAndWait('status-service');
  },
});

const CONFIRM_WITHIN_SECONDS = 8;
const UNCONFIRMED = 300;
later({
  fault: 'status-service is killed while deadlines for a receipt pass: email takes over, once',
  skipped,
  load: {
    total: UNCONFIRMED,
    requestOf: () => ({
      to: { phone: freshPhone(), email: freshEmail() },
      content,
      channels: ['sms', 'email'],
      confirm_within_seconds: CONFIRM_WITHIN_SECONDS,
    }),
  },
  async strike() {
    await arrivals(UNCONFIRMED + 1);
    await killAndWait('status-service');
    await arrivals(2 * UNCONFIRMED);
  },
  // Each has been sent by SMS before; what must not happen twice is the takeover.
  async countCopies() {
    const copies = new Map<string, number>();
    for (const { notification_id: id } of await arrived({ channel: 'email', limit: '20000' })) {
      if (id !== null) copies.set(id, (copies.get(id) ?? 0) + 1);
    }
    return copies;
  },
});
