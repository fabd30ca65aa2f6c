import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { OutgoingDelivery, Provider } from '@notify/channel-worker';
import type { TestCertificate } from '@notify/testing';
import { createTwilioProvider } from '../src/providers/twilio.ts';
import type { TwilioConfig } from '../src/providers/twilio-config.ts';

/** What the tests of a file have opened; closed after each of them. */
export const opened: { close?(): unknown }[] = [];

export async function closeOpened(): Promise<void> {
  for (const each of opened.splice(0)) await each.close?.();
}

export function providerAt(url: string, settings: Partial<TwilioConfig> = {}): Provider {
  const provider = createTwilioProvider(
    {
      TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
      TWILIO_AUTH_TOKEN: 'token',
      TWILIO_FROM: '+15005550006',
      TWILIO_API_URL: url,
      TWILIO_STATUS_CALLBACK_BASE: 'https://notify.example.test',
      ...settings,
    },
    30_000,
  );
  opened.push(provider);
  return provider;
}

/** A vendor that answers as the test says. */
export async function startVendor(
  listener: RequestListener,
  certificate?: TestCertificate,
): Promise<{ url: string; server: Server }> {
  const server = certificate === undefined ? createServer(listener) : createTlsServer(certificate, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.push({ close: () => server.closeAllConnections() }, server);
  const { port } = server.address() as AddressInfo;
  return { url: `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${port}`, server };
}

/** Twilio's yes. */
export const accepting: RequestListener = (_request, response) => {
  response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ sid: 'SM1', status: 'queued' }));
};

export const digits = (count: number) => Array.from({ length: count }, () => Math.floor(Math.random() * 10)).join('');

export const deliveryTo = (address: string): OutgoingDelivery => ({
  notificationId: randomUUID(),
  epoch: 1,
  hop: 2,
  attempt: 3,
  address,
  content: { body: 'Hello there' },
  correlationId: randomUUID(),
});

export const inTime = () => AbortSignal.timeout(10_000);
