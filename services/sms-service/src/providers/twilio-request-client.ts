import { AsyncLocalStorage } from 'node:async_hooks';
import http from 'node:http';
import https from 'node:https';
import RequestClient from 'twilio/lib/base/RequestClient.js';

/** One call of ours, known to the request client: the SDK has no place to pass such things through. */
export interface TwilioCall {
  signal: AbortSignal;
  /** True once a connection stood that could carry the request. */
  hasLeft: boolean;
  /** The answer's Retry-After, which the SDK's exceptions leave out. */
  retryAfter?: unknown;
}

const calls = new AsyncLocalStorage<TwilioCall>();

/** Runs `work`, whose request is bound to `call`. */
export function withTwilioCall<T>(call: TwilioCall, work: () => Promise<T>): Promise<T> {
  return calls.run(call, work);
}

export interface TwilioRequestClientOptions {
  /** Another origin than the vendor's, for every request. */
  origin?: string;
  /** How long a socket may be silent. The call's own deadline is its signal. */
  timeoutMs: number;
  maxSockets: number;
}

/**
 * The SDK's client, with another origin if one is configured (region and edge can't change the domain), an abort signal, and an eye
 * on whether the request left. It doesn't retry: the SDK's `autoRetry` is off unless asked for.
 */
export class TwilioRequestClient extends RequestClient {
  readonly #origin: URL | undefined;
  readonly #plainAgent: http.Agent;

  constructor({ origin, timeoutMs, maxSockets }: TwilioRequestClientOptions) {
    super({ timeout: timeoutMs, keepAlive: true, maxSockets, maxFreeSockets: maxSockets, autoRetry: false });
    this.#origin = origin === undefined ? undefined : new URL(origin);
    // The SDK makes an agent for https alone.
    this.#plainAgent = new http.Agent({ keepAlive: true, timeout: timeoutMs, maxSockets });
    this.axios.defaults.httpAgent = this.#plainAgent;
    this.axios.interceptors.request.use((config) => {
      const call = calls.getStore();
      if (call === undefined) return config;
      config.signal = call.signal;
      config.transport = { request: requestWatchedBy(call) };
      return config;
    });
  }

  override async request<T>(options: RequestClient.RequestOptions<T>) {
    const response = await super.request<T>({ ...options, uri: this.#locate(options.uri) });
    const call = calls.getStore();
    if (call !== undefined) call.retryAfter = response.headers?.['retry-after'];
    return response;
  }

  close(): void {
    this.#plainAgent.destroy();
    this.axios.defaults.httpsAgent?.destroy();
  }

  #locate(uri: string): string {
    if (this.#origin === undefined) return uri;
    const { pathname, search } = new URL(uri);
    return new URL(`${pathname}${search}`, this.#origin).href;
  }
}

function requestWatchedBy(call: TwilioCall) {
  return (options: https.RequestOptions, onResponse: (response: http.IncomingMessage) => void): http.ClientRequest => {
    const isTls = options.protocol === 'https:';
    const request = (isTls ? https : http).request(options, onResponse);
    request.once('socket', (socket) => {
      const markLeft = () => {
        call.hasLeft = true;
      };
      // A kept socket is connected already.
      if (socket.connecting) socket.once(isTls ? 'secureConnect' : 'connect', markLeft);
      else markLeft();
    });
    return request;
  };
}
