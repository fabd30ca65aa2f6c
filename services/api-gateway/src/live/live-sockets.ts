import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, type Erasure } from '@notify/contracts';
import { counter, errorFields, gauge, type Lifecycle, type Logger, type Metrics } from '@notify/service-kit';
import type { WebSocket } from 'ws';
import type { Credentials } from './authenticate-socket.ts';
import type { LiveFeed } from './live-feed.ts';
import { CLOSE_CODES, type LiveSocket, serveSocket } from './live-socket.ts';
import type { Replay } from './replay.ts';

/** A key that was revoked or a token that has expired ends its sockets within this time, and the second in which a key is remembered. */
const CHECK_INTERVAL_MS = 1_000;
/** Of one user, with tokens: tabs and devices. */
const MAX_SOCKETS_PER_USER = 20;
/** How long clients may take to say goodbye when the service stops. */
const GOODBYE_MS = 2_000;
const GOODBYE_LOOK_INTERVAL_MS = 20;

export interface LiveSocketsConfig {
  /** Of one gateway. */
  WEBSOCKET_MAX_SOCKETS: number;
  WEBSOCKET_HEARTBEAT_SECONDS: number;
  WEBSOCKET_MAX_BUFFERED_BYTES: number;
}

/** All sockets of this gateway. */
export interface LiveSockets {
  /** @throws AppError 503 `dependency_unavailable` when this gateway has enough, 429 `rate_limited` when the user has. */
  makeRoom(credentials: Credentials): void;
  add(ws: WebSocket, credentials: Credentials): void;
  /** Ends those of a user who was erased, unless their tokens are of somebody who got the same id later. */
  endErased(erasure: Erasure): void;
  /** Tells every client to connect again. For a gateway that stops, before its HTTP server closes, which waits for them. */
  closeAll(): Promise<void>;
}

export function openLiveSockets(
  config: LiveSocketsConfig,
  {
    feed,
    replay,
    metrics,
    logger,
    lifecycle,
  }: { feed: LiveFeed; replay: Replay; metrics: Metrics; logger: Logger; lifecycle: Lifecycle },
): LiveSockets {
  const sockets = new Set<LiveSocket>();
  /** Those whose credentials are no longer good, and who were told so. */
  const ended = new WeakSet<LiveSocket>();
  const ofUsers = new Map<string, number>();
  const open = gauge(metrics, 'websocket_sockets', 'Open WebSockets', []);
  const cut = counter(metrics, 'websocket_cut_total', 'WebSockets that the gateway ended, by reason', ['reason']);
  const context = {
    feed,
    replay,
    logger,
    maxBufferedBytes: config.WEBSOCKET_MAX_BUFFERED_BYTES,
    onSlow: () => cut.inc({ reason: 'slow' }),
  };

  function beat(): void {
    for (const socket of sockets) {
      if (socket.beat()) continue;
      cut.inc({ reason: 'silent' });
      socket.cut();
    }
  }

  async function isStillGood({ check }: Credentials): Promise<boolean> {
    try {
      await check();
      return true;
    } catch (error) {
      // What can't be checked just now stays open, as with requests a remembered key stays good.
      if (error instanceof AppError) return error.code !== 'unauthorized' && error.code !== 'forbidden';
      logger.warn('a socket could not be checked', errorFields(error));
      return true;
    }
  }

  function end(socket: LiveSocket): void {
    if (ended.has(socket)) return;
    ended.add(socket);
    cut.inc({ reason: 'unauthorized' });
    socket.close(CLOSE_CODES.unauthorized, 'the key was revoked, the token has expired, or its user is gone');
  }

  async function checkAll(): Promise<void> {
    for (const socket of [...sockets]) {
      // It had since the last look to say goodbye.
      if (ended.has(socket)) socket.cut();
      else if (!(await isStillGood(socket.credentials))) end(socket);
    }
  }

  let isChecking = false;
  const checks = setInterval(async () => {
    if (isChecking) return;
    isChecking = true;
    await checkAll();
    isChecking = false;
  }, CHECK_INTERVAL_MS);
  const heartbeats = setInterval(beat, config.WEBSOCKET_HEARTBEAT_SECONDS * 1_000);

  lifecycle.onShutdown('heartbeats', () => {
    clearInterval(checks);
    clearInterval(heartbeats);
  });

  return {
    makeRoom({ userId }) {
      if (!lifecycle.isRunning) throw new AppError('dependency_unavailable', 'The gateway stops: connect again');
      if (sockets.size >= config.WEBSOCKET_MAX_SOCKETS) {
        throw new AppError('dependency_unavailable', 'This gateway has as many sockets as it may');
      }
      if (userId !== undefined && (ofUsers.get(userId) ?? 0) >= MAX_SOCKETS_PER_USER) {
        throw new AppError('rate_limited', `A user has at most ${MAX_SOCKETS_PER_USER} sockets`);
      }
    },
    add(ws, credentials) {
      const { userId } = credentials;
      const socket = serveSocket(ws, credentials, context);
      sockets.add(socket);
      open.set(sockets.size);
      if (userId !== undefined) ofUsers.set(userId, (ofUsers.get(userId) ?? 0) + 1);
      ws.on('close', () => {
        sockets.delete(socket);
        open.set(sockets.size);
        if (userId === undefined) return;
        const left = (ofUsers.get(userId) ?? 1) - 1;
        if (left === 0) ofUsers.delete(userId);
        else ofUsers.set(userId, left);
      });
    },
    endErased({ userId, until }) {
      for (const socket of sockets) {
        const { userId: owner, issuedAt } = socket.credentials;
        if (owner === userId && issuedAt !== undefined && issuedAt <= until) end(socket);
      }
    },
    async closeAll() {
      for (const socket of sockets) socket.close(CLOSE_CODES.goingAway, 'the gateway stops: connect again');
      const deadline = Date.now() + GOODBYE_MS;
      while (sockets.size > 0 && Date.now() < deadline) await sleep(GOODBYE_LOOK_INTERVAL_MS);
      for (const socket of sockets) socket.cut();
    },
  };
}
