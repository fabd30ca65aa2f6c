import { setTimeout as sleep } from 'node:timers/promises';
import { isSettled, type ListJson, type NotificationJson } from '@notify/contracts';
import { eventually } from '@notify/testing';
import { api, arrived } from '../e2e/system.ts';
import { waitingMessages } from './broker.ts';
import type { Load } from './load.ts';

/** A worker that died inside a provider call is given up after its call's deadline, and the message waits on a rung meanwhile. */
const RECOVERY_TIMEOUT_MS = 150_000;
/** For each one accepted: a flood has to be sent first. */
const SENDING_TIMEOUT_MS = 5;
const POLL_INTERVAL_MS = 250;
/** What the sandbox keeps. */
export const ARRIVALS_LIMIT = 20_000;

/** How often each notification arrived; one that is missing never did. */
export type Copies = ReadonlyMap<string, number>;

export interface Verdict {
  /** Accepted, and not settled in time, or settled otherwise than as sent, delivered or unknown, or never seen at a vendor. */
  lost: string[];
  /** Copies beyond the first, of all of them together. */
  duplicated: number;
  /** Provider calls that the record says were cut off: each may have been sent, and may have been sent again. */
  cutOffCalls: number;
  /** Sent more often than its cut-off calls explain. */
  unexplained: string[];
  /** Settled as `unknown`. */
  unknown: number;
  /** When the last one was seen settled through the API. */
  settledAt: Date;
}

/** Every arrival at the sandbox, by notification. */
export async function copiesAtVendors(): Promise<Copies> {
  const copies = new Map<string, number>();
  for (const { notification_id: id } of await arrived({ limit: String(ARRIVALS_LIMIT) })) {
    if (id !== null) copies.set(id, (copies.get(id) ?? 0) + 1);
  }
  return copies;
}

/** Waits until everything accepted is settled and no message waits in a lane or on a rung, then counts. */
export async function verify({ accepted, startedAt }: Load, countCopies = copiesAtVendors): Promise<Verdict> {
  const { records, settledAt } = await settledRecords(new Set(accepted), startedAt);
  // A copy that waits on a rung could still be sent.
  await eventually(async () => (await waitingMessages()) === 0, RECOVERY_TIMEOUT_MS);
  const copies = await countCopies();

  const verdict: Verdict = { lost: [], duplicated: 0, cutOffCalls: 0, unexplained: [], unknown: 0, settledAt };
  for (const id of accepted) {
    const record = records.get(id);
    const arrivals = copies.get(id) ?? 0;
    const isUnknown = record?.status === 'unknown';
    const isSent = record !== undefined && ['sent', 'delivered', 'read'].includes(record.status) && arrivals > 0;
    if (!isSent && !isUnknown) verdict.lost.push(id);
    if (isUnknown) verdict.unknown += 1;
    const cutOff = (record?.attempts ?? []).filter(({ error_class }) => error_class === 'unknown').length;
    verdict.cutOffCalls += cutOff;
    verdict.duplicated += Math.max(0, arrivals - 1);
    if (arrivals - 1 > cutOff) verdict.unexplained.push(id);
  }
  return verdict;
}

/** Those that settled before the deadline. Never throws: whatever is missing counts as lost. */
async function settledRecords(
  wanted: ReadonlySet<string>,
  since: Date,
): Promise<{ records: Map<string, NotificationJson>; settledAt: Date }> {
  const deadline = Date.now() + RECOVERY_TIMEOUT_MS + wanted.size * SENDING_TIMEOUT_MS;
  for (;;) {
    const isLastTime = Date.now() > deadline;
    const records = await readSettled(wanted, since, isLastTime).catch(() => new Map<string, NotificationJson>());
    if (records.size === wanted.size || isLastTime) return { records, settledAt: new Date() };
    await sleep(POLL_INTERVAL_MS);
  }
}

/**
 * Page by page from the list, newest first, which costs a fraction of a request for each.
 * @param isThorough goes on after a page with one that is not settled yet.
 */
async function readSettled(
  wanted: ReadonlySet<string>,
  since: Date,
  isThorough: boolean,
): Promise<Map<string, NotificationJson>> {
  const settled = new Map<string, NotificationJson>();
  const query = new URLSearchParams({ created_after: justBefore(since), limit: '200' });
  for (;;) {
    const { status, body } = await api('GET', `/api/v1/notifications?${query}`);
    if (status !== 200) throw new Error(`the list answered ${status}`);
    const { data, meta } = body as ListJson<NotificationJson>;
    const own = data.filter((record) => wanted.has(record.notification_id));
    const settledOnes = own.filter((record) => isSettled(record.status));
    for (const record of settledOnes) settled.set(record.notification_id, record);
    if (meta.next_cursor === null) return settled;
    if (settledOnes.length < own.length && !isThorough) return settled;
    query.set('cursor', meta.next_cursor);
  }
}

/** The list begins after this time, and the first one may be of the same millisecond. */
const justBefore = (time: Date): string => new Date(time.getTime() - 1).toISOString();
