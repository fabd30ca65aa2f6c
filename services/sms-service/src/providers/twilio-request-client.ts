import { AsyncLocalStorage } from 'node:async_hooks';
import { readFileSync } from 'node:fs';
import type RequestClient from 'twilio/lib/base/RequestClient.js';
import { Agent, EnvHttpProxyAgent, Pool } from 'undici';
import { dispatchPost } from './dispatch-post.ts';

/** One call of ours, known to the request client: the SDK has no place to pass such things through. */
export interface TwilioCall {
  signal: AbortSignal;
  /** The answer's Retry-After, which the SDK's exceptions leave out. */
  retryAfter?: unknown;
}

export interface TwilioRequestClientOptions {
  /** Another origin than the vendor's, for every request. Region and edge, which the SDK knows, can't change the domain. */
  origin?: string;
  /** How long a connection may take to stand, and then be silent. The call's own deadline is its signal. */
  timeoutMs: number;
  /** Requests under way at a time; further ones wait for a connection. */
  connections: number;
  /** A PEM file with the only authorities to trust. Default: Node's. */
  caBundle?: string;
}

export interface TwilioRequestClient {
  /** For the SDK, in place of its own on axios, which costs several times the CPU. Carries creates alone: forms that are posted. */
  httpClient: RequestClient;
  /** Runs `work`, whose request is bound to `call`. */
  within<T>(call: TwilioCall, work: () => Promise<T>): Promise<T>;
  /** Closes all connections, those with a request on them too. */
  close(): Promise<void>;
}

/**
 * A request client with its own kept connections. HTTPS goes through the proxy that HTTPS_PROXY or HTTP_PROXY names, unless NO_PROXY
 * excepts the host; plain HTTP, which only another origin can ask for, goes straight there.
 */
export function createTwilioRequestClient({
  origin,
  timeoutMs,
  connections,
  caBundle,
}: TwilioRequestClientOptions): TwilioRequestClient {
  const calls = new AsyncLocalStorage<TwilioCall>();
  // One request a connection: what a reset means for a request must not depend on others.
  const limits = { connections, allowH2: false, headersTimeout: timeoutMs, bodyTimeout: timeoutMs };
  const tls = { timeout: timeoutMs, ...(caBundle !== undefined && { ca: readFileSync(caBundle) }) };
  const isPlain = origin !== undefined && new URL(origin).protocol === 'http:';
  const dispatcher = isPlain
    ? new Agent({ ...limits, connect: { timeout: timeoutMs } })
    : new EnvHttpProxyAgent({
        ...limits,
        connect: tls,
        requestTls: tls,
        // A proxy that says nothing would keep a connection in use for five minutes.
        clientFactory: (proxy, options) => new Pool(proxy, { ...options, headersTimeout: timeoutMs }),
      });

  const httpClient: Pick<RequestClient, 'request'> = {
    async request<T>({ uri, username, password, headers, data }: RequestClient.RequestOptions<T>) {
      const call = calls.getStore();
      if (call === undefined) throw new Error('a request to Twilio outside of within()');
      const { pathname, search, origin: itsOrigin } = new URL(uri);
      const answer = await dispatchPost(
        dispatcher,
        {
          url: new URL(`${pathname}${search}`, origin ?? itsOrigin),
          headers: {
            ...headers,
            Authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
          },
          body: formOf(data ?? {}),
        },
        call.signal,
      );
      call.retryAfter = answer.headers['retry-after'];
      // The SDK parses a text itself.
      return { statusCode: answer.status, headers: answer.headers, body: answer.body as T };
    },
  };
  return {
    // All that the SDK uses of one.
    httpClient: httpClient as RequestClient,
    within: (call, work) => calls.run(call, work),
    close: () => dispatcher.destroy(),
  };
}

/** As the SDK's own client has it: a list is its name repeated, what is undefined is left out. */
function formOf(data: object): string {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(data)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined) form.append(name, String(each));
    }
  }
  return form.toString();
}
