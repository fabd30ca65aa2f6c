import type { Call, Transport } from './call.ts';
import type { ClientOptions } from './create-client.ts';
import { errorOfResponse, NotifyError } from './notify-error.ts';
import { canRetry, isGone, retryDelayMs } from './retry.ts';
import { sleep } from './sleep.ts';

/** Carries calls out on fetch, with the retries that are safe. */
export function createTransport(options: ClientOptions): Transport {
  const { apiKey, timeoutMs = 30_000, maxRetries = 4 } = options;
  const baseUrl = new URL(options.baseUrl).href.replace(/\/$/, '');
  // Called bare: browsers refuse a fetch whose `this` is not the window.
  const send = options.fetch ?? fetch;

  async function tryOnce<T>(url: string, request: RequestInit, call: Call): Promise<T> {
    const timeout = AbortSignal.timeout(call.timeoutMs ?? timeoutMs);
    const signal = call.signal === undefined ? timeout : AbortSignal.any([call.signal, timeout]);
    const response = await send(url, { ...request, signal });
    if (!response.ok) throw await errorOfResponse(response);
    return (await jsonOf(response)) as T;
  }

  return async <T>(call: Call): Promise<T> => {
    const url = `${baseUrl}${call.path}${queryText(call.query)}`;
    // Made before the first try: what fetch would refuse is the caller's mistake, and no lost connection.
    const request: RequestInit = {
      method: call.method,
      headers: headersOf(call, apiKey),
      body: call.body === undefined ? undefined : JSON.stringify(call.body),
      // Followed, a POST would become a GET of something else, and its answer pass for the POST's.
      redirect: 'manual',
    };
    let mayBeDone = false;
    for (let retry = 1; ; retry += 1) {
      try {
        return await tryOnce<T>(url, request, call);
      } catch (caught) {
        call.signal?.throwIfAborted();
        const error = caught instanceof NotifyError ? caught : noAnswer(caught as Error);
        // Gone is what it was to be: an earlier try did it, and only its answer was lost.
        if (mayBeDone && isGone(call, error)) return undefined as T;
        if (retry > maxRetries || !canRetry(call, error)) throw error;
        mayBeDone ||= error.status !== 429;
        await sleep(retryDelayMs(retry, error.retryAfterMs), call.signal);
      }
    }
  };
}

function headersOf({ body, idempotencyKey }: Call, apiKey: string): Headers {
  const headers = new Headers({ accept: 'application/json', authorization: `Bearer ${apiKey}` });
  if (body !== undefined) headers.set('content-type', 'application/json');
  if (idempotencyKey !== undefined) headers.set('idempotency-key', idempotencyKey);
  return headers;
}

async function jsonOf(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new NotifyError('unexpected_answer', 'it is not JSON', { status: response.status, cause });
  }
}

/** What fetch itself says ("fetch failed") helps nobody; its cause does. */
function noAnswer(thrown: Error): NotifyError {
  const { message, cause } = thrown;
  const reason = cause instanceof Error ? `${message}: ${cause.message}` : message;
  return new NotifyError('no_answer', reason, { cause: thrown });
}

/** Fields that are undefined are left out; times become RFC 3339. */
function queryText(query: object = {}): string {
  const fields = Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]): [string, string] => [name, value instanceof Date ? value.toISOString() : String(value)]);
  return fields.length === 0 ? '' : `?${new URLSearchParams(fields)}`;
}
