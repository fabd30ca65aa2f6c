import { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { AppError } from '@notify/contracts';
import { type Express, type Request, type RequestHandler, Router } from 'express';
import { WebSocketServer } from 'ws';
import { credentialsOf } from './authenticate-socket.ts';
import type { LiveSockets } from './live-sockets.ts';

const PATH = '/ws';
/** What a client says is short. Above, the socket is closed with 1009. */
const MAX_FRAME_BYTES = 4_096;

interface Upgrade {
  socket: Socket;
  head: Buffer;
}

/** Requests that asked for it, until they are answered. */
const upgrades = new WeakMap<IncomingMessage, Upgrade>();

/**
 * Whether a request wants to become a WebSocket. Any other upgrade is ignored, as HTTP allows: Java's client asks for HTTP/2 with each request.
 */
export function isWebSocketRequest({ method, url = '', headers }: IncomingMessage): boolean {
  const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  const path = url.split('?', 1)[0];
  return method === 'GET' && path === PATH && !hasBody && headers.upgrade?.toLowerCase() === 'websocket';
}

/** Sends upgrades through the app like any request, so that who may not come in is told so as everywhere: problem+json, limits, ids. */
export function passUpgradesTo(app: Express, server: Server): void {
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    const socket = stream as Socket;
    socket.on('error', () => {});
    const response = new ServerResponse(request);
    response.setHeader('Connection', 'close');
    response.assignSocket(socket);
    // Not only its own half: who was refused could hold on to the other one for ever.
    response.on('finish', () => socket.destroySoon());
    upgrades.set(request, { socket, head });
    app(request, response);
  });
}

/**
 * `GET /ws`
 * @param origins of pages that may connect, besides the gateway's own; `*` among them means any. Whatever is no browser names none.
 */
export function websocketRoute(
  guard: RequestHandler,
  { sockets, origins }: { sockets: LiveSockets; origins: readonly string[] },
): Router {
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES, perMessageDeflate: false });

  function refuseStrangers(request: Request): void {
    const { origin, host } = request.headers;
    if (origin === undefined || origins.includes('*') || origins.includes(origin)) return;
    if (URL.canParse(origin) && new URL(origin).host === host) return;
    throw new AppError('forbidden', 'Pages of this origin may not connect (CORS_ORIGINS)');
  }

  const router = Router();
  router.get(PATH, guard, (request, response) => {
    const upgrade = upgrades.get(request);
    if (upgrade === undefined) {
      response.set('Upgrade', 'websocket');
      throw new AppError('upgrade_required', 'Connect with a WebSocket');
    }
    refuseStrangers(request);
    const credentials = credentialsOf(response);
    sockets.makeRoom(credentials);
    upgrades.delete(request);
    response.detachSocket(upgrade.socket);
    server.handleUpgrade(request, upgrade.socket, upgrade.head, (ws) => sockets.add(ws, credentials));
  });
  return router;
}
