import {
  AppError,
  type ClientFrame,
  clientFrameSchema,
  type ServerFrame,
  userTopic,
  validate,
} from '@notify/contracts';
import { errorFields, type Logger } from '@notify/service-kit';
import type { WebSocket } from 'ws';
import type { Credentials } from './authenticate-socket.ts';
import type { LiveFeed } from './live-feed.ts';
import type { Replay } from './replay.ts';

const MAX_TOPICS = 100;
/** Between two heartbeats; each may cost a replay. */
const MAX_ACTIONS = 300;

/** Why a socket is closed; docs/websocket.md tells clients. 4000 to 4999 are an application's own (RFC 6455, 7.4.2). */
export const CLOSE_CODES = { goingAway: 1001, unsupportedData: 1003, policy: 1008, unauthorized: 4401 } as const;

export interface LiveSocketContext {
  feed: LiveFeed;
  replay: Replay;
  /** What may wait for a slow reader, in bytes. */
  maxBufferedBytes: number;
  logger: Logger;
  /** A socket whose reader is too slow was cut off. */
  onSlow(): void;
}

/** One client. */
export interface LiveSocket {
  readonly credentials: Credentials;
  /** Asks for a sign of life. @returns false when none came since the last time. */
  beat(): boolean;
  close(code: number, reason: string): void;
  /** At once, without a word. */
  cut(): void;
}

/** Serves one client: what it asks is done one after the other, what happens is passed on at once. */
export function serveSocket(
  ws: WebSocket,
  credentials: Credentials,
  { feed, replay, maxBufferedBytes, logger, onSlow }: LiveSocketContext,
): LiveSocket {
  const topics = new Set<string>();
  const listener = { send, readsInboxes: credentials.readsInboxes };
  let isAlive = true;
  let actionsLeft = MAX_ACTIONS;
  let handled: Promise<void> = Promise.resolve();

  function send(text: string): void {
    if (ws.readyState !== ws.OPEN) return;
    if (ws.bufferedAmount > maxBufferedBytes) {
      onSlow();
      ws.terminate();
      return;
    }
    ws.send(text);
  }
  const say = (frame: ServerFrame) => send(JSON.stringify(frame));

  async function subscribe(topic: string, since: Date | undefined): Promise<void> {
    const { userId } = credentials;
    if (userId !== undefined && topic !== userTopic(userId)) {
      throw new AppError('forbidden', `The token reaches ${userTopic(userId)} alone`);
    }
    if (topics.size >= MAX_TOPICS && !topics.has(topic)) {
      throw new AppError('conflict', `A socket has at most ${MAX_TOPICS} topics`);
    }
    await feed.listen(listener, topic);
    // It may have gone while we waited.
    if (ws.readyState !== ws.OPEN) return feed.stop(listener, topic);
    topics.add(topic);
    say({ type: 'subscribed', topic, at: new Date().toISOString() });
    if (since !== undefined) await sendAgain(topic, since);
  }

  /** Live frames may come in between. */
  async function sendAgain(topic: string, since: Date): Promise<void> {
    const frames = await replay(topic, since, credentials);
    if (typeof frames === 'string') return say({ type: 'resync', topic, reason: frames });
    for (const frame of frames) {
      // Only as fast as the client reads: a replay must not make it a slow one.
      await new Promise((resolve) => ws.send(JSON.stringify(frame), resolve));
    }
    say({ type: 'replayed', topic, count: frames.length });
  }

  async function act(frame: ClientFrame): Promise<void> {
    if (frame.action === 'ping') return say({ type: 'pong' });
    if (frame.action === 'subscribe') return subscribe(frame.topic, frame.since);
    topics.delete(frame.topic);
    feed.stop(listener, frame.topic);
    say({ type: 'unsubscribed', topic: frame.topic });
  }

  async function handle(text: string): Promise<void> {
    let topic: string | undefined;
    try {
      const frame = validate(clientFrameSchema, parse(text), 'the frame');
      topic = frame.topic;
      await act(frame);
    } catch (thrown) {
      if (!(thrown instanceof AppError)) logger.error('a frame could not be handled', errorFields(thrown));
      const error = thrown instanceof AppError ? thrown : new AppError('internal_error', 'unexpected');
      const detail = error.errors?.map(({ message }) => message).join('; ') ?? error.detail;
      say({ type: 'error', code: error.code, detail, ...(topic === undefined ? {} : { topic }) });
    }
  }

  ws.on('message', (data, isBinary) => {
    isAlive = true;
    actionsLeft -= 1;
    if (isBinary) return ws.close(CLOSE_CODES.unsupportedData, 'text frames only');
    if (actionsLeft < 0) return ws.close(CLOSE_CODES.policy, 'too many frames');
    handled = handled.then(() => handle(String(data)));
  });
  ws.on('pong', () => {
    isAlive = true;
  });
  // A close with its reason follows: too large, no valid UTF-8, a reset.
  ws.on('error', () => {});
  ws.on('close', () => {
    for (const topic of topics) feed.stop(listener, topic);
  });

  return {
    credentials,
    beat() {
      const wasAlive = isAlive;
      isAlive = false;
      actionsLeft = MAX_ACTIONS;
      if (ws.readyState === ws.OPEN) ws.ping();
      return wasAlive;
    },
    close: (code, reason) => ws.close(code, reason),
    cut: () => ws.terminate(),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('malformed_json', 'A frame is one JSON object', { cause });
  }
}
