import type { Request, Response } from 'express';
import type { Behaviour, RefusalKind } from './behaviour.ts';
import type { ConnectionHolds } from './connection-holds.ts';

/** An answer in the vendor's own words. */
export interface VendorAnswer {
  status: number;
  /** Undefined: an answer without a body. */
  body?: unknown;
  headers?: Record<string, string>;
}

export interface VendorExchange {
  request: Request;
  response: Response;
  holds: ConnectionHolds;
  /** Undefined: all goes well. */
  behaviour: Behaviour | undefined;
  /** Keeps the message. @returns the vendor's success. */
  accept: () => VendorAnswer;
  refuse: (kind: RefusalKind, behaviour: Behaviour) => VendorAnswer;
}

/**
 * Plays one well-formed request out. What a client has stopped waiting for is not kept: `accept_then_reset` is the one
 * kind that keeps a message without saying so.
 */
export async function playOut({
  request: { socket },
  response,
  holds,
  behaviour,
  accept,
  refuse,
}: VendorExchange): Promise<void> {
  if (behaviour === undefined) return sendVendorAnswer(response, accept());
  const { kind, latencyMs, retryAfterSeconds } = behaviour;
  if (!(await holds.wait(socket, latencyMs))) {
    socket.destroy();
    return;
  }
  switch (kind) {
    case 'slow':
      return sendVendorAnswer(response, accept());
    case 'timeout':
      await holds.wait(socket, Infinity);
      socket.destroy();
      return;
    case 'accept_then_reset':
      accept();
      socket.resetAndDestroy();
      return;
    case 'reset_before_accept':
      socket.resetAndDestroy();
      return;
    default: {
      const answer = refuse(kind, behaviour);
      if (retryAfterSeconds !== undefined) response.setHeader('Retry-After', retryAfterSeconds);
      return sendVendorAnswer(response, answer);
    }
  }
}

export function sendVendorAnswer(response: Response, { status, body, headers }: VendorAnswer): void {
  const json = body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    ...(body === undefined ? {} : { 'Content-Type': 'application/json; charset=utf-8' }),
    'Content-Length': json.length,
    ...headers,
  });
  response.end(json);
}

/** The request's headers without its credentials, which nobody needs to see on a page. */
export function visibleHeaders(request: Request): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (name !== 'authorization' && value !== undefined)
      headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}
