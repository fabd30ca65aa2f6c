import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { TestCertificate } from './test-certificates.ts';

export interface TlsDoor {
  port: number;
  /** What clients said after the handshake: empty as long as none trusted the certificate. */
  received(): string;
  close(): Promise<void>;
}

/**
 * Shows a certificate to whoever connects, and listens; nothing is behind it. For what a client must refuse.
 * @param startsInClear true for PostgreSQL, whose client first asks in clear whether the server encrypts.
 */
export async function openTlsDoor({ cert, key }: TestCertificate, startsInClear: boolean): Promise<TlsDoor> {
  const sockets = new Set<Socket>();
  let text = '';
  const server = createServer(async (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    if (startsInClear) {
      await once(socket, 'data');
      socket.write('S');
    }
    const encrypted = new TLSSocket(socket, { isServer: true, cert, key });
    encrypted.on('error', () => {});
    encrypted.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    received: () => text,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
