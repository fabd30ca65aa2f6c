import { once } from 'node:events';
import type { ServerFrame } from '@notify/contracts';
import { eventually } from '@notify/testing';
import { WebSocket } from 'ws';

export interface SocketClient {
  ws: WebSocket;
  frames: ServerFrame[];
  say(frame: unknown): void;
  /** Subscribes, and waits until everything comes. */
  subscribe(topic: string, since?: string): Promise<void>;
  framesOf<T extends ServerFrame['type']>(type: T): Extract<ServerFrame, { type: T }>[];
  /** The code with which it was closed. */
  closed: Promise<number>;
}

/** @param how headers, or a query such as `?token=`. */
export async function connectSocket(
  gatewayUrl: string,
  how: { headers?: Record<string, string>; query?: string },
): Promise<SocketClient> {
  const ws = new WebSocket(`${gatewayUrl.replace(/^http/, 'ws')}/ws${how.query ?? ''}`, { headers: how.headers });
  const frames: ServerFrame[] = [];
  ws.on('message', (data) => frames.push(JSON.parse(String(data))));
  const closed = once(ws, 'close').then(([code]) => code as number);
  closed.catch(() => {});
  await once(ws, 'open');
  ws.on('error', () => {});
  const say = (frame: unknown) => ws.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  return {
    ws,
    frames,
    say,
    closed,
    framesOf: (type) => frames.filter((frame) => frame.type === type) as never,
    async subscribe(topic, since) {
      say({ action: 'subscribe', topic, since });
      await eventually(() => frames.some((frame) => frame.type === 'subscribed' && frame.topic === topic));
    },
  };
}

/** The status and the problem with which a socket is refused. */
export async function refusedSocket(
  gatewayUrl: string,
  { headers = {}, query = '' }: { headers?: Record<string, string>; query?: string },
): Promise<{ status: number; code: string; headers: Record<string, string | string[] | undefined> }> {
  const ws = new WebSocket(`${gatewayUrl.replace(/^http/, 'ws')}/ws${query}`, { headers });
  ws.on('error', () => {});
  const [, response] = await once(ws, 'unexpected-response');
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, code: JSON.parse(text).code, headers: response.headers };
}
