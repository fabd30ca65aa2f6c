import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.ts';
import { findFreePort } from './free-port.ts';

export interface FaultOrder {
  channel?: string;
  provider?: string;
  to?: string;
  kind:
    | 'reject_recipient'
    | 'reject_content'
    | 'transient'
    | 'rate_limit'
    | 'auth'
    | 'slow'
    | 'timeout'
    | 'reset_before_accept'
    | 'accept_then_reset';
  times?: number;
  retry_after_seconds?: number;
  latency_ms?: number;
}
/** What arrived at a vendor. */
export interface SandboxMessage {
  id: string;
  received_at: string;
  channel: string;
  provider: string;
  to: string;
  from: string;
  subject?: string;
  text?: string;
  html?: string;
  title?: string;
  body?: string;
  headers?: Record<string, string>;
  notification_id: string | null;
}

export interface TestSandbox {
  /** The vendors' HTTP APIs. */
  url: string;
  smtpPort: number;
  orderFault(fault: FaultOrder): Promise<void>;
  messagesOf(notificationId: string): Promise<SandboxMessage[]>;
  stop(): Promise<void>;
}

const MAIN = fileURLToPath(new URL('../../../services/provider-sandbox/src/main.ts', import.meta.url));

/** A provider-sandbox of the test's own, as a process on free ports. Resolves when it answers. */
export async function startTestSandbox(): Promise<TestSandbox> {
  const [port, smtpPort] = [await findFreePort(), await findFreePort()];
  const child = spawn(process.execPath, [MAIN], {
    env: { HOST: '127.0.0.1', PORT: String(port), SMTP_LISTEN_PORT: String(smtpPort), LOG_LEVEL: 'error' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`the sandbox answered ${response.status} to ${method} ${path}`);
    return response.json();
  };
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  try {
    await eventually(() => call('GET', '/health/ready'));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    smtpPort,
    orderFault: async (fault) => {
      await call('POST', '/api/faults', fault);
    },
    messagesOf: async (notificationId) => {
      const { data } = (await call('GET', `/api/messages?notification_id=${notificationId}`)) as {
        data: SandboxMessage[];
      };
      return data;
    },
    stop,
  };
}
