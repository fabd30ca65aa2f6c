import https from 'node:https';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';

/** A connection that does not stand by then is given up: nothing has left, so it can be tried again. */
const CONNECT_TIMEOUT_MS = 5_000;

type CreateConnection = https.Agent['createConnection'];

/**
 * Connects to FCM, or to another address if one is given: firebase-admin always asks for https://fcm.googleapis.com, and takes an
 * agent. Towards `http:` the requests go out in clear.
 */
export class FcmAgent extends https.Agent {
  readonly #target: URL | undefined;

  constructor(target?: string) {
    super({ keepAlive: true });
    this.#target = target === undefined ? undefined : new URL(target);
  }

  override createConnection(...args: Parameters<CreateConnection>): ReturnType<CreateConnection> {
    const socket = this.#target === undefined ? super.createConnection(...args) : connectTo(this.#target);
    if (socket instanceof net.Socket) giveUpInTime(socket);
    return socket;
  }
}

function connectTo({ protocol, hostname, port }: URL): Duplex {
  // An IPv6 address stands in brackets in a URL only.
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  if (protocol === 'http:') return net.connect({ host, port: Number(port || 80) });
  return tls.connect({ host, port: Number(port || 443), ...(net.isIP(host) === 0 ? { servername: host } : {}) });
}

function giveUpInTime(socket: net.Socket): void {
  const timer = setTimeout(() => {
    socket.destroy(Object.assign(new Error('not connected in time'), { code: 'EHOSTUNREACH' }));
  }, CONNECT_TIMEOUT_MS);
  const stop = () => clearTimeout(timer);
  socket.once(socket instanceof tls.TLSSocket ? 'secureConnect' : 'connect', stop);
  socket.once('close', stop);
}
