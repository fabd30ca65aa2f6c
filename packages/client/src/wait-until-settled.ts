import type { NotificationJson, Status } from '@notify/contracts';
import type { CallOptions } from './call.ts';
import { NotifyError } from './notify-error.ts';
import { sleep } from './sleep.ts';

/** The contracts' own list can't be used: only their types may come along. A test compares the two. */
export const SETTLED_STATUSES: ReadonlySet<Status> = new Set<Status>([
  'sent',
  'delivered',
  'read',
  'failed',
  'unknown',
  'cancelled',
  'suppressed',
  'expired',
]);

const FIRST_INTERVAL_MS = 100;
const MAX_INTERVAL_MS = 2_000;

export interface WaitOptions extends CallOptions {
  /** Default: 60,000. A notification on its last channel may take hours. */
  timeoutMs?: number;
}

/** Asks at growing intervals, 0.1 to 2 s. @throws NotifyError `not_settled`, also when no answer came in that time. */
export async function waitUntilSettled(
  get: (notificationId: string, options: CallOptions) => Promise<NotificationJson>,
  notificationId: string,
  { timeoutMs = 60_000, signal }: WaitOptions = {},
): Promise<NotificationJson> {
  const deadline = AbortSignal.timeout(timeoutMs);
  const end = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
  let last: Status | undefined;
  try {
    for (let intervalMs = FIRST_INTERVAL_MS; ; intervalMs = Math.min(MAX_INTERVAL_MS, intervalMs * 1.5)) {
      const notification = await get(notificationId, { signal: end });
      if (SETTLED_STATUSES.has(notification.status)) return notification;
      last = notification.status;
      await sleep(intervalMs, end);
    }
  } catch (error) {
    if (error !== deadline.reason) throw error;
    const found = last === undefined ? 'there was no answer' : `it is still ${last}`;
    throw new NotifyError('not_settled', `${found} after ${timeoutMs} ms`, { cause: error });
  }
}
