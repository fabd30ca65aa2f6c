import { randomBytes } from 'node:crypto';
import type { AddressInfo, Socket } from 'node:net';
import type { Logger } from '@notify/service-kit';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { Behaviour } from './behaviour.ts';
import { notificationIdOf } from './mail-header.ts';
import type { Sandbox } from './sandbox.ts';
import { CREDENTIALS_REFUSED, smtpRefusal } from './smtp-errors.ts';

const SIZE_LIMIT_BYTES = 25 * 1024 * 1024;
/** How long clients get to leave by themselves when the sandbox stops, in milliseconds. */
const CLOSE_GRACE_MS = 250;

type Reply = (error?: Error | null, message?: string) => void;

export interface SmtpEndpoint {
  port: number;
  close(): Promise<void>;
}

/**
 * Listens for mail. STARTTLS works for those who ask for it but is not advertised: a client that upgrades whenever it can
 * would then refuse the sandbox's self-signed certificate. AUTH takes any name and password.
 * @param address port 0 takes a free one.
 * @throws when the port can't be had.
 */
export async function startSmtpEndpoint(
  sandbox: Sandbox,
  address: { host: string; port: number },
  logger: Logger,
): Promise<SmtpEndpoint> {
  const sockets = new Map<string, Socket>();
  /** What the mail in hand will meet after its DATA. */
  const awaiting = new WeakMap<SMTPServerSession, Behaviour>();

  const socketOf = (session: SMTPServerSession) => sockets.get(socketKey(session));

  async function atRecipient(to: string, session: SMTPServerSession): Promise<void> {
    const behaviour = sandbox.behaviourFor('smtp', to);
    if (behaviour === undefined) return;
    const { kind, latencyMs } = behaviour;
    if (kind === 'reject_content' || kind === 'slow' || kind === 'timeout' || kind === 'accept_then_reset') {
      if (!awaiting.has(session)) awaiting.set(session, behaviour);
      return;
    }
    const socket = socketOf(session);
    if (socket !== undefined && !(await sandbox.holds.wait(socket, latencyMs))) return;
    if (kind === 'reset_before_accept') socket?.resetAndDestroy();
    else throw smtpRefusal(kind, behaviour);
  }

  /** @returns what to answer, or undefined when there is nobody to answer. */
  async function atEndOfData(rawMail: Buffer, session: SMTPServerSession): Promise<string | undefined> {
    const behaviour = awaiting.get(session);
    if (behaviour === undefined) return keep(rawMail, session);
    const { kind, latencyMs } = behaviour;
    const socket = socketOf(session);
    if (socket === undefined || !(await sandbox.holds.wait(socket, latencyMs))) return undefined;
    if (kind === 'reject_content') throw smtpRefusal(kind);
    if (kind === 'slow') return keep(rawMail, session);
    if (kind === 'timeout') await sandbox.holds.wait(socket, Infinity);
    if (kind === 'accept_then_reset') keep(rawMail, session);
    socket.resetAndDestroy();
    return undefined;
  }

  /** One message for each recipient. */
  function keep(rawMail: Buffer, { envelope }: SMTPServerSession): string {
    const notificationId = notificationIdOf(rawMail);
    const queueId = randomBytes(8).toString('hex').toUpperCase();
    const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
    envelope.rcptTo.forEach(({ address: to }, index) => {
      const id = index === 0 ? queueId : `${queueId}-${index + 1}`;
      sandbox.receive('smtp', { id, to, from, notificationId, content: { rawMail } });
    });
    return `2.0.0 OK: queued as ${queueId}`;
  }

  const server = new SMTPServer({
    name: 'sandbox.test',
    banner: 'notification sandbox, nothing is delivered',
    logger: false,
    hideSTARTTLS: true,
    authOptional: true,
    allowInsecureAuth: true,
    authMethods: ['PLAIN', 'LOGIN', 'XOAUTH2'],
    disableReverseLookup: true,
    size: SIZE_LIMIT_BYTES,
    rejectOversized: true,
    closeTimeout: CLOSE_GRACE_MS,
    onAuth(auth, _session, done) {
      if (sandbox.faults.take({ provider: 'smtp' }, 'auth')) done(CREDENTIALS_REFUSED);
      else done(null, { user: auth.username ?? 'sandbox' });
    },
    onMailFrom(_from, session, done) {
      awaiting.delete(session);
      done(sandbox.faults.take({ provider: 'smtp' }, 'auth') ? smtpRefusal('auth') : null);
    },
    onRcptTo(recipient, session, done) {
      atRecipient(recipient.address, session).then(() => done(), done);
    },
    onData(stream, session, done) {
      collect(stream, (rawMail) => {
        atEndOfData(rawMail, session).then((message) => {
          if (message !== undefined) done(null, message);
        }, done as Reply);
      });
    },
    onClose(session) {
      sockets.delete(socketKey(session));
    },
  });
  server.server.on('connection', (socket) => {
    const key = socketKey(socket);
    sockets.set(key, socket);
    socket.once('close', () => sockets.delete(key));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  // Clients that break off are daily business here.
  server.on('error', (error) => logger.debug('smtp connection failed', { error: error.message }));
  return {
    port: (server.server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** smtp-server shows its handlers a session, not the socket; both know the client's address. */
function socketKey({ remoteAddress, remotePort }: { remoteAddress?: string; remotePort?: number }): string {
  return `${remoteAddress?.replace(/^::ffff:/i, '')} ${remotePort}`;
}

/** Calls back with the whole mail, never with half of one. */
function collect(stream: SMTPServerDataStream, done: (rawMail: Buffer) => void): void {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => {
    if (stream.sizeExceeded) chunks.length = 0;
    else chunks.push(chunk);
  });
  // A copy: a chunk is a slice of a much larger read buffer, which would stay in memory with it.
  stream.on('end', () => done(Buffer.concat(chunks)));
}
