import { types } from 'node:util';

/** Node wraps: `fetch failed`, or for `localhost` an AggregateError without a message. The innermost error says why. */
function reasonOf(error: unknown): string {
  if (!types.isNativeError(error)) return String(error);
  const inner = (error as Partial<AggregateError>).errors?.[0] ?? error.cause;
  return inner === undefined ? error.message || error.name : reasonOf(inner);
}

/**
 * What failed, where and why, in one readable line: a certificate that does not hold says so here.
 * @param url its credentials, path and query are left out.
 */
export function dependencyError(name: string, url: string, cause: unknown): Error {
  return new Error(`${name} at ${new URL(url).host} can not be used: ${reasonOf(cause)}`, { cause });
}
