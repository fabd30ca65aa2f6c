import { services } from '../services.ts';
import type { Settings } from './env-file.ts';
import type { Ports } from './ports.ts';
import { databaseUrl } from './servers/postgres.ts';

/** Where a running system is reached, and with what. */
export type Addresses = { readonly ports: Ports; readonly settings: Settings };

/** What end-to-end tests are told of the system that they look at from outside. How it is run, the caller adds. */
export function endToEndEnvironment({ ports, settings }: Addresses): Record<string, string> {
  return {
    E2E_GATEWAY_URL: `http://127.0.0.1:${ports.gateway}`,
    E2E_SANDBOX_URL: `http://127.0.0.1:${ports.sandbox}`,
    E2E_API_KEY: settings['API_KEY'] ?? '',
    E2E_RABBITMQ_URL: rabbitmqUrl({ ports, settings }),
    E2E_RABBITMQ_MANAGEMENT_URL: managementUrl({ ports, settings }),
    E2E_REDIS_URL: redisUrl({ ports, settings }),
    // Only to look at: whether something is really gone.
    E2E_DATABASE_URLS: services
      .flatMap(({ database }) => (database === undefined ? [] : [databaseUrl({ ports, settings }, database)]))
      .join(' '),
  };
}

/** The broker's address, as a service uses it. */
export function rabbitmqUrl({ ports, settings }: Addresses): string {
  return `amqp://${settings['RABBITMQ_USER']}:${settings['RABBITMQ_PASSWORD']}@127.0.0.1:${ports.rabbitmq}`;
}

/** The address of Redis, as a service uses it. */
export function redisUrl({ ports, settings }: Addresses): string {
  return `redis://:${settings['REDIS_PASSWORD']}@127.0.0.1:${ports.redis}`;
}

/** The management API's address, with the operator's credentials in it. */
export function managementUrl({ ports, settings }: Addresses): string {
  const credentials = `${settings['RABBITMQ_OPERATOR_USER']}:${settings['RABBITMQ_OPERATOR_PASSWORD']}`;
  return `http://${credentials}@127.0.0.1:${ports.rabbitmq_management}`;
}
