import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export interface TcpDoor {
  /** The server's address, through the door. */
  url: string;
  /** The server is away: connections break, and new ones are refused. */
  shut(): Promise<void>;
  /** The server is back, at the same address. */
  open(): Promise<void>;
  /** What is on its way still gets to the server, but nothing comes back any more over the connections that there are. */
  mute(): void;
}

/** A way to a server that can be cut, for this client alone: the server itself goes on for everybody else. Opens at once. */
export async function openTcpDoor(serverUrl: string): Promise<TcpDoor> {
  const target = new URL(serverUrl);
  const sockets = new Set<Socket>();
  /** The server's ends of them. */
  const answering = new Set<Socket>();
  let server: Server | undefined;
  let port = 0;

  function pass(client: Socket): void {
    const behind = connect(Number(target.port), target.hostname);
    answering.add(behind);
    behind.on('close', () => answering.delete(behind));
    for (const socket of [client, behind]) {
      sockets.add(socket);
      // The other end's matter: it sees the connection close.
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        behind.destroy();
      });
    }
    client.pipe(behind).pipe(client);
  }

  async function open(): Promise<void> {
    server = createServer(pass).listen(port, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  }

  await open();
  const url = new URL(serverUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return {
    url: url.toString(),
    open,
    mute: () => answering.forEach((socket) => void socket.unpipe().resume()),
    async shut() {
      if (server === undefined) return;
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
      server = undefined;
    },
  };
}
