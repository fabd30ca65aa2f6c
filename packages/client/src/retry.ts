import type { Call } from './call.ts';
import type { NotifyError } from './notify-error.ts';

const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 8_000;
/** Who is asked to wait longer than this is told so instead. */
const MAX_RETRY_AFTER_MS = 60_000;

/** 502 and 504 come from a proxy whose gateway is just starting again. */
const BUSY_STATUSES: ReadonlySet<number> = new Set([502, 503, 504]);

/** Whether the same call may be made again after this error. */
export function canRetry(call: Call, error: NotifyError): boolean {
  if ((error.retryAfterMs ?? 0) > MAX_RETRY_AFTER_MS) return false;
  // It was refused, so nothing was done, whatever it was.
  if (error.status === 429) return true;
  if (!isRepeatable(call)) return false;
  return error.code === 'no_answer' || BUSY_STATUSES.has(error.status) || error.code === 'request_in_flight';
}

/** Whether the API says that what was to be deleted is not there. What a proxy says of it doesn't count. */
export function isGone({ method }: Call, { status, code }: NotifyError): boolean {
  return method === 'DELETE' && status === 404 && code !== 'unexpected_answer';
}

function isRepeatable({ method, isRepeatable = false }: Call): boolean {
  return method !== 'POST' || isRepeatable;
}

/**
 * How long to wait before the retry with this number (from 1), in milliseconds. At most 250, 500, 1,000, ... 8,000, and at random between
 * half of that and all of it, so that clients who were refused together don't come back together; after what `Retry-After` asks for, if it does.
 * @param random 0 to 1.
 */
export function retryDelayMs(retry: number, retryAfterMs = 0, random = Math.random()): number {
  const backoffMs = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (retry - 1));
  const jitteredMs = (backoffMs * (1 + random)) / 2;
  return retryAfterMs > 0 ? retryAfterMs + jitteredMs : jitteredMs;
}
