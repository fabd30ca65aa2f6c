import { lookup } from 'node:dns';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { finished } from 'node:stream/promises';
import type { AddressRule } from './address-rules.ts';
import { literalAddress } from './webhook-target.ts';

/** Of an answer's body nothing is kept; more than this is not even read. */
const MAX_ANSWER_BYTES = 65_536;

const ADDRESS_NOT_ALLOWED = 'address_not_allowed';

/** What the other side answered, or why it did not. */
export type WebhookAnswer =
  | { status: number; retryAfter: string | undefined }
  /** `timeout`, `address_not_allowed` or the system's code. */
  | { error: string };

/**
 * Resolves a name for the connection that is being made, to no other address than those that were judged: between a check and a
 * connection of their own, a name could change its mind. One bad address spoils them all.
 */
export function guardedLookup(isAllowed: AddressRule, resolve: typeof lookup = lookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, []);
      if (!addresses.every(({ address }) => isAllowed(address))) {
        return callback(Object.assign(new Error(), { code: ADDRESS_NOT_ALLOWED }), []);
      }
      if (options.all) return callback(null, addresses);
      const first = addresses[0] as (typeof addresses)[number];
      callback(null, first.address, first.family);
    });
  };
}

/**
 * Posts once, on a connection of its own, and follows no redirect. Never throws: whatever goes wrong is an answer of a kind.
 * @param timeoutMs for all of it, the name's resolution included.
 */
export async function postWebhook(
  address: string,
  headers: Record<string, string>,
  body: string,
  { isAddressAllowed, timeoutMs }: { isAddressAllowed: AddressRule; timeoutMs: number },
): Promise<WebhookAnswer> {
  const url = new URL(address);
  // The lookup is not asked about these.
  const literal = literalAddress(url);
  if (literal !== undefined && !isAddressAllowed(literal)) return { error: ADDRESS_NOT_ALLOWED };

  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const request = (url.protocol === 'https:' ? https : http).request(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      // One that was kept could have closed meanwhile, and the try would have failed for nothing.
      agent: false,
      lookup: guardedLookup(isAddressAllowed),
      signal,
    });
    const answered = once(request, 'response') as Promise<[http.IncomingMessage]>;
    request.end(body);
    const [response] = await answered;
    // What happens to the connection from here on is told by the response, too.
    request.on('error', () => {});
    await discardBody(response);
    return { status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] };
  } catch (error) {
    return { error: signal.aborted ? 'timeout' : ((error as NodeJS.ErrnoException).code ?? 'no_answer') };
  }
}

/** The status has been said: whatever becomes of the body does not change it. */
async function discardBody(response: http.IncomingMessage): Promise<void> {
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) response.destroy();
  });
  await finished(response).catch(() => {});
}
