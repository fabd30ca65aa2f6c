import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
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

/** Posts once, on a connection of its own, and follows no redirect. Never rejects: whatever goes wrong is an answer of a kind. */
export type WebhookPoster = (address: string, headers: Record<string, string>, body: string) => Promise<WebhookAnswer>;

export interface WebhookPosterOptions {
  isAddressAllowed: AddressRule;
  /** For all of a request, the name's resolution included. */
  timeoutMs: number;
  /** Default: the system's. */
  resolve?(hostname: string): Promise<LookupAddress[]>;
}

/** A poster whose requests can't be led to an address that is not allowed. */
export function createWebhookPoster({
  isAddressAllowed,
  timeoutMs,
  resolve = (hostname) => lookup(hostname, { all: true }),
}: WebhookPosterOptions): WebhookPoster {
  const asked = new Map<string, Promise<LookupAddress[]>>();

  /**
   * The system resolves half as many names at a time as UV_THREADPOOL_SIZE says: one whose name server hangs takes one place, however many
   * requests wait for it.
   */
  function resolveTogether(hostname: string): Promise<LookupAddress[]> {
    const found = asked.get(hostname) ?? resolve(hostname).finally(() => asked.delete(hostname));
    asked.set(hostname, found);
    return found;
  }

  /**
   * Resolves a name for the connection that is being made, to no other addresses than those that were judged: between a check and a
   * connection of their own, a name could change its mind. One bad address spoils them all.
   */
  const guardedLookup: LookupFunction = (hostname, options, callback) => {
    resolveTogether(hostname).then(
      (addresses) => {
        const [first] = addresses;
        if (first === undefined || !addresses.every(({ address }) => isAddressAllowed(address))) {
          callback(Object.assign(new Error(), { code: ADDRESS_NOT_ALLOWED }), []);
        } else if (options.all) callback(null, addresses);
        else callback(null, first.address, first.family);
      },
      (error) => callback(error, []),
    );
  };

  return async (address, headers, body) => {
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
        lookup: guardedLookup,
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
  };
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
