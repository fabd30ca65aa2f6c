/** What a client application can read about a notification. */
export const STATUSES = [
  'accepted',
  'scheduled',
  'processing',
  'retrying',
  'sent',
  'delivered',
  'read',
  'failed',
  'unknown',
  'cancelled',
  'suppressed',
  'expired',
] as const;
export type Status = (typeof STATUSES)[number];

const SETTLED: ReadonlySet<Status> = new Set([
  'sent',
  'delivered',
  'read',
  'failed',
  'unknown',
  'cancelled',
  'suppressed',
  'expired',
]);

/** Nothing more is going to be tried by itself (a `sent` one may still rise to delivered or read). */
export function isSettled(status: Status): boolean {
  return SETTLED.has(status);
}

/**
 * How far along a status is within one attempt. The record keeps the highest (epoch, hop, attempt, rank),
 * so that late and repeated events change nothing.
 */
export const STATUS_RANK: Readonly<Record<Status, number>> = {
  accepted: 0,
  scheduled: 1,
  processing: 2,
  sent: 3,
  retrying: 4,
  unknown: 5,
  expired: 6,
  suppressed: 6,
  failed: 6,
  cancelled: 7,
  delivered: 8,
  read: 9,
};
