import { createServer } from 'node:net';
import type { Settings } from './env-file.ts';

/** Every port of the system: who listens, where by default, and the setting that moves it. */
export const portTable = {
  gateway: { usedBy: 'api-gateway', port: 8001, setting: 'GATEWAY_PORT' },
  user: { usedBy: 'user-service', port: 8002, setting: 'USER_SERVICE_PORT' },
  template: { usedBy: 'template-service', port: 8003, setting: 'TEMPLATE_SERVICE_PORT' },
  email: { usedBy: 'email-service', port: 8004, setting: 'EMAIL_SERVICE_PORT' },
  push: { usedBy: 'push-service', port: 8005, setting: 'PUSH_SERVICE_PORT' },
  sms: { usedBy: 'sms-service', port: 8006, setting: 'SMS_SERVICE_PORT' },
  in_app: { usedBy: 'in-app-service', port: 8007, setting: 'IN_APP_SERVICE_PORT' },
  status: { usedBy: 'status-service', port: 8008, setting: 'STATUS_SERVICE_PORT' },
  webhook: { usedBy: 'webhook-service', port: 8009, setting: 'WEBHOOK_SERVICE_PORT' },
  sandbox: { usedBy: 'provider-sandbox', port: 8025, setting: 'SANDBOX_PORT' },
  sandbox_smtp: { usedBy: 'provider-sandbox (SMTP)', port: 1025, setting: 'SANDBOX_SMTP_PORT' },
  rabbitmq: { usedBy: 'RabbitMQ', port: 5673, setting: 'RABBITMQ_PORT' },
  rabbitmq_management: { usedBy: 'RabbitMQ management', port: 15673, setting: 'RABBITMQ_MANAGEMENT_PORT' },
  rabbitmq_distribution: { usedBy: 'RabbitMQ distribution', port: 25673, setting: 'RABBITMQ_DISTRIBUTION_PORT' },
  rabbitmq_epmd: { usedBy: 'RabbitMQ epmd', port: 14369, setting: 'RABBITMQ_EPMD_PORT' },
  redis: { usedBy: 'Redis', port: 6380, setting: 'REDIS_PORT' },
  postgres_user: { usedBy: 'PostgreSQL (users)', port: 5434, setting: 'USER_DB_PORT' },
  postgres_template: { usedBy: 'PostgreSQL (templates)', port: 5433, setting: 'TEMPLATE_DB_PORT' },
  postgres_core: { usedBy: 'PostgreSQL (gateway, status, in-app, webhooks)', port: 5435, setting: 'CORE_DB_PORT' },
} as const;

export type PortKey = keyof typeof portTable;
export type Ports = Readonly<Record<PortKey, number>>;

export const portKeys = Object.keys(portTable) as PortKey[];

/** The ports of the default instance. Throws an Error with one clear line when a setting is not a port or used twice. */
export function configuredPorts(settings: Settings): Ports {
  const taken = new Map<number, string>();
  const entries = portKeys.map((key) => {
    const { port: standard, setting } = portTable[key];
    const port = settings[setting] ? Number(settings[setting]) : standard;
    if (!Number.isInteger(port) || port < 1 || port > 65_535) {
      throw new Error(`${setting}=${settings[setting]} in .env is not a port (1 to 65535).`);
    }
    const other = taken.get(port);
    if (other !== undefined)
      throw new Error(`Port ${port} is given to both ${other} and ${setting}: change one in .env.`);
    taken.set(port, setting);
    return [key, port];
  });
  return Object.fromEntries(entries) as Ports;
}

/**
 * Free ports for a test instance, picked at random. They lie below the range from which the kernel takes ports for outgoing
 * connections (32768 and up on Linux): otherwise one of those could hold a port while its server restarts.
 */
export async function findFreePorts(): Promise<Ports> {
  const chosen = new Set<number>();
  while (chosen.size < portKeys.length) {
    const port = 16_000 + Math.floor(Math.random() * 16_000);
    if (!chosen.has(port) && (await isPortFree(port))) chosen.add(port);
  }
  const ports = [...chosen];
  return Object.fromEntries(portKeys.map((key, index) => [key, ports[index]])) as Ports;
}

/** True when a server could listen on 127.0.0.1:port now. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Those of the ports (by default all) that something else listens on already. */
export async function portsInUse(ports: Ports, keys: readonly PortKey[] = portKeys): Promise<PortKey[]> {
  const free = await Promise.all(keys.map((key) => isPortFree(ports[key])));
  return keys.filter((_, index) => !free[index]);
}

/** What the user can do about ports that are taken, a line each. */
export function portsInUseText(ports: Ports, taken: readonly PortKey[]): string {
  return taken
    .map((key) => {
      const { usedBy, setting } = portTable[key];
      return `Port ${ports[key]}, wanted by ${usedBy}, is in use: stop what listens there, or set ${setting} in .env to another port.`;
    })
    .join('\n');
}
