/**
 * A Retry-After header in milliseconds: seconds or a date (RFC 9110, 10.2.3). Undefined when there is none that makes sense.
 * @param nowMs what the date is counted from.
 */
export function parseRetryAfter(value: unknown, nowMs = Date.now()): number | undefined {
  if (typeof value !== 'string') return undefined;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value) * 1000;
  const atMs = Date.parse(value);
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}
