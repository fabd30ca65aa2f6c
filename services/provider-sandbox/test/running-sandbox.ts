import type { AddressInfo } from 'node:net';
import { createLifecycle, createLogger, createMetrics, listen } from '@notify/service-kit';
import { ReceiptSender } from '../src/receipt-sender.ts';
import { Sandbox } from '../src/sandbox.ts';
import { createSandboxApp } from '../src/sandbox-app.ts';
import { startSmtpEndpoint } from '../src/smtp-endpoint.ts';

export interface RunningSandbox {
  url: string;
  port: number;
  smtpPort: number;
  order(fault: Record<string, unknown>): Promise<Response>;
  /** `GET /api/messages` with this query. */
  received(query?: string): Promise<Received[]>;
  faultsLeft(): Promise<number>;
  /** Back to nothing received and no faults. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

export interface Received {
  [field: string]: unknown;
  headers: Record<string, string>;
}

/** The whole sandbox in this process, on free ports. @param gatewayUrl where receipts go; nobody is at the default. */
export async function runSandbox(gatewayUrl = 'http://127.0.0.1:1'): Promise<RunningSandbox> {
  const logger = createLogger('provider-sandbox', 'error');
  const lifecycle = createLifecycle(logger);
  const sandbox = new Sandbox(new ReceiptSender(gatewayUrl, logger));
  const host = '127.0.0.1';
  const smtp = await startSmtpEndpoint(sandbox, { host, port: 0 }, logger);
  lifecycle.onShutdown('smtp server', () => smtp.close());
  const app = createSandboxApp(sandbox, { logger, metrics: createMetrics('test'), lifecycle, readiness: {} });
  const server = await listen(app, { HOST: host, PORT: 0 }, lifecycle);
  lifecycle.onShutdown('held connections', () => sandbox.holds.releaseAll());
  const { port } = server.address() as AddressInfo;
  const url = `http://${host}:${port}`;
  const json = async (path: string) => (await fetch(`${url}${path}`)).json() as Promise<{ data: Received[] }>;
  return {
    url,
    port,
    smtpPort: smtp.port,
    order: (fault) =>
      fetch(`${url}/api/faults`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(fault),
      }),
    received: async (query = '') => (await json(`/api/messages?${query}`)).data,
    faultsLeft: async () => (await json('/api/faults')).data.length,
    async reset() {
      await fetch(`${url}/api/messages`, { method: 'DELETE' });
      await fetch(`${url}/api/faults`, { method: 'DELETE' });
    },
    stop: () => lifecycle.shutdown('test over'),
  };
}
