import type { LiveFrame, ResyncReason, ServerFrame } from '@notify/contracts';
import { retryDelayMs } from './retry.ts';

/** `notification:<id>`, `user:<user_id>` or `all`. */
export type Topic = `notification:${string}` | `user:${string}` | 'all';

export interface SubscribeOptions {
  /** Called for each thing that happens, once, in the order in which it comes. What it throws is yours. */
  onFrame(frame: LiveFrame): void;
  /** From now on everything comes. Called again after each reconnect. */
  onSubscribed?(): void;
  /** What was missed can not be told again: read the API. */
  onResync?(reason: ResyncReason): void;
  /** The subscription has ended by itself: the key or token is not good (any more), or may not have this topic. */
  onEnd?(error: Error): void;
  /** Also what happened since then. Default: only what happens from now on. */
  since?: Date | string;
}

export interface Subscription {
  close(): void;
}

export interface SocketOptions {
  baseUrl: string;
  /** An API key, or a user's token: with that a browser gets in. */
  apiKey: string;
}

/** As Node's own WebSocket takes them, which can set headers; browsers can not, and send a user's token in the query. */
type WebSocketWithHeaders = new (url: string, options?: { headers: Record<string, string> }) => WebSocket;

/** Ids that are remembered, so that what a replay tells again is told once. */
const MAX_KNOWN_IDS = 5_000;
const PING_INTERVAL_MS = 30_000;
const UNAUTHORIZED = 4401;
const ENDING_CODES: ReadonlySet<string> = new Set(['forbidden', 'validation_failed', 'conflict']);

const isUserToken = (key: string): boolean => key.split('.').length === 3;

/**
 * Tells what happens to a topic until it is closed. A connection that is lost is opened again, after growing waits, and what was missed
 * meanwhile is told then.
 * @throws Error where there is no WebSocket: Node before 22.
 */
export function subscribe({ baseUrl, apiKey }: SocketOptions, topic: Topic, options: SubscribeOptions): Subscription {
  if (typeof WebSocket === 'undefined') throw new Error('There is no WebSocket here: Node 22 or newer has one');
  const url = `${new URL(baseUrl).href.replace(/\/$/, '').replace(/^http/, 'ws')}/ws`;
  const known = new Set<string>();
  let since = options.since === undefined ? undefined : new Date(options.since).toISOString();
  let failures = 0;
  let isClosed = false;
  let socket: WebSocket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function connect(): void {
    const own = isUserToken(apiKey)
      ? new WebSocket(`${url}?token=${encodeURIComponent(apiKey)}`)
      : new (WebSocket as WebSocketWithHeaders)(url, { headers: { authorization: `Bearer ${apiKey}` } });
    socket = own;
    let isSilent = false;
    const pings = setInterval(() => {
      // A connection that is gone without a word: closing it may take for ever.
      if (isSilent) return lost();
      isSilent = true;
      if (own.readyState === own.OPEN) own.send('{"action":"ping"}');
    }, PING_INTERVAL_MS);
    let isLost = false;
    const lost = () => {
      if (isLost) return;
      isLost = true;
      clearInterval(pings);
      own.close();
      if (isClosed) return;
      failures += 1;
      timer = setTimeout(connect, retryDelayMs(failures));
    };
    const ask = () => own.send(JSON.stringify({ action: 'subscribe', topic, since }));
    own.addEventListener('open', ask);
    own.addEventListener('message', ({ data }) => {
      if (isLost || isClosed) return;
      isSilent = false;
      hear(JSON.parse(data) as ServerFrame, ask);
    });
    own.addEventListener('error', () => {
      void endIfRefused();
      lost();
    });
    own.addEventListener('close', ({ code }) => {
      if (code === UNAUTHORIZED) end(new Error('The key was revoked, or the token has expired'));
      lost();
    });
  }

  /** A WebSocket does not say why it was refused; a request to the same place does, unless it is from another origin's page. */
  async function endIfRefused(): Promise<void> {
    const headers = { authorization: `Bearer ${apiKey}` };
    const status = await fetch(`${url.replace(/^ws/, 'http')}`, { headers }).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 401 || status === 403) end(new Error(`The gateway refuses the key: ${status}`));
  }

  function hear(frame: ServerFrame, askAgain: () => void): void {
    if ('id' in frame) tell(frame);
    else if (frame.type === 'subscribed') {
      failures = 0;
      // From here on a gap can be named, by the gateway's clock.
      since ??= frame.at;
      options.onSubscribed?.();
    } else if (frame.type === 'missed') {
      since = frame.since;
      askAgain();
    } else if (frame.type === 'resync') options.onResync?.(frame.reason);
    else if (frame.type === 'error') {
      if (ENDING_CODES.has(frame.code)) end(new Error(`${frame.code}: ${frame.detail}`));
      else socket?.close();
    }
  }

  function tell(frame: LiveFrame): void {
    if (since === undefined || frame.at > since) since = frame.at;
    if (known.has(frame.id)) return;
    known.add(frame.id);
    // Sets keep their order.
    const [oldest] = known;
    if (known.size > MAX_KNOWN_IDS && oldest !== undefined) known.delete(oldest);
    options.onFrame(frame);
  }

  function end(error: Error): void {
    if (isClosed) return;
    close();
    options.onEnd?.(error);
  }

  function close(): void {
    isClosed = true;
    clearTimeout(timer);
    socket?.close();
  }

  connect();
  return { close };
}
