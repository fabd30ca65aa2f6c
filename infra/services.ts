import { join } from 'node:path';
import type { Settings } from './local/env-file.ts';
import type { Instance } from './local/instance.ts';
import type { PortKey } from './local/ports.ts';
import { databaseUrl } from './local/servers/postgres.ts';

type Need = 'rabbitmq' | 'redis' | 'services' | 'api_key' | 'links';

export type Service = {
  readonly name: string;
  readonly portKey: PortKey;
  /** The services of one wave start together, after those that they ask on their way. */
  readonly wave: number;
  /** Its own database, if it has one. */
  readonly database?: string;
  readonly needs: readonly Need[];
  /** Settings that only this service gets: the vendors' secrets. */
  readonly ownPrefixes?: readonly string[];
  /** Settings that this service gets as well, although another owns their prefix. */
  readonly sharedSettings?: readonly string[];
};

/** The one table of services: what runs, where it listens, what it is given. */
export const services: readonly Service[] = [
  { name: 'user-service', portKey: 'user', wave: 1, database: 'user', needs: ['rabbitmq', 'redis', 'services'] },
  { name: 'template-service', portKey: 'template', wave: 1, database: 'template', needs: ['rabbitmq', 'services'] },
  { name: 'provider-sandbox', portKey: 'sandbox', wave: 1, needs: [] },
  {
    name: 'status-service',
    portKey: 'status',
    wave: 1,
    database: 'status',
    needs: ['rabbitmq', 'redis', 'services'],
    // The address of a webhook is often its secret, too.
    ownPrefixes: ['ALERT_'],
  },
  {
    name: 'email-service',
    portKey: 'email',
    wave: 2,
    needs: ['rabbitmq', 'redis', 'services', 'links'],
    ownPrefixes: ['SMTP_', 'EMAIL_', 'SENDGRID_', 'MAILGUN_'],
  },
  {
    name: 'sms-service',
    portKey: 'sms',
    wave: 2,
    needs: ['rabbitmq', 'redis', 'services', 'links'],
    ownPrefixes: ['TWILIO_', 'SMS_'],
  },
  {
    name: 'push-service',
    portKey: 'push',
    wave: 2,
    needs: ['rabbitmq', 'redis', 'services', 'links'],
    ownPrefixes: ['FCM_', 'FIREBASE_', 'ONESIGNAL_', 'PUSH_'],
  },
  {
    name: 'in-app-service',
    portKey: 'in_app',
    wave: 2,
    database: 'in_app',
    needs: ['rabbitmq', 'redis', 'services', 'links'],
  },
  {
    name: 'webhook-service',
    portKey: 'webhook',
    wave: 2,
    database: 'webhook',
    needs: ['rabbitmq', 'services'],
    ownPrefixes: ['WEBHOOK_'],
  },
  {
    name: 'api-gateway',
    portKey: 'gateway',
    wave: 3,
    database: 'gateway',
    needs: ['rabbitmq', 'redis', 'services', 'api_key'],
    ownPrefixes: ['GATEWAY_', 'RATE_LIMIT_', 'LANE_', 'USER_TOKEN_', 'WEBSOCKET_'],
    sharedSettings: [
      'SENDGRID_WEBHOOK_PUBLIC_KEY',
      'MAILGUN_WEBHOOK_SIGNING_KEY',
      'TWILIO_AUTH_TOKEN',
      'TWILIO_STATUS_CALLBACK_BASE',
      'ONESIGNAL_WEBHOOK_SECRET',
      // Whether the sandbox stands for the vendor.
      'SENDGRID_API_URL',
      'MAILGUN_API_URL',
      'TWILIO_API_URL',
      'ONESIGNAL_API_URL',
      'WEBHOOK_SERVICE_URL',
    ],
  },
];

/** The folder of a service; it is the working folder of its process. */
export const serviceFolder = (projectDir: string, service: Service): string =>
  join(projectDir, 'services', service.name);

/** Secrets of .env that reach a service only inside an address, or as a key that it needs. */
const secretSetting =
  /^(RABBITMQ_(OPERATOR_)?(USER|PASSWORD)|REDIS_PASSWORD|\w+_DB_PASSWORD|API_KEY|SERVICE_TOKEN_SECRET)(_FILE)?$/;

/** An address of .env that replaces the instance's own, for the services that use such a server at all. */
const serverAddresses: Readonly<Record<string, Need>> = { RABBITMQ_URL: 'rabbitmq', REDIS_URL: 'redis' };

/** Where a service listens and keeps its data is for the instance to say, whatever .env holds. */
const fixedSettings = [
  ...['NODE_ENV', 'HOST', 'PORT', 'DATABASE_URL', 'SMTP_LISTEN_PORT'],
  ...['HTTPS_CERT', 'HTTPS_CERT_FILE', 'HTTPS_KEY', 'HTTPS_KEY_FILE'],
];

/**
 * The environment of one service: the addresses of the instance, then the settings of .env that are not empty and may concern it. A
 * setting wins over an address of the instance (SMTP_HOST may point at a real server), except for what `fixedSettings` names.
 */
export function serviceEnvironment(service: Service, instance: Instance): Record<string, string> {
  const { settings } = instance;
  return { ...wiring(service, instance), ...passedOn(service, settings), ...fixed(service, instance) };
}

function wiring(service: Service, instance: Instance): Record<string, string> {
  const { ports, settings } = instance;
  const at = (key: PortKey): string => `http://127.0.0.1:${ports[key]}`;
  const has = (need: Need): boolean => service.needs.includes(need);
  const password = (key: string): string => encodeURIComponent(settings[key] ?? '');
  return {
    LOG_LEVEL: 'info',
    ...(has('rabbitmq') && {
      RABBITMQ_URL: `amqp://${settings['RABBITMQ_USER']}:${password('RABBITMQ_PASSWORD')}@127.0.0.1:${ports.rabbitmq}`,
    }),
    ...(has('redis') && { REDIS_URL: `redis://:${password('REDIS_PASSWORD')}@127.0.0.1:${ports.redis}` }),
    ...(has('services') && {
      USER_SERVICE_URL: at('user'),
      TEMPLATE_SERVICE_URL: at('template'),
      STATUS_SERVICE_URL: at('status'),
      IN_APP_SERVICE_URL: at('in_app'),
      WEBHOOK_SERVICE_URL: at('webhook'),
      SERVICE_TOKEN_SECRET: settings['SERVICE_TOKEN_SECRET'] ?? '',
    }),
    // The gateway itself takes the address under which it is asked.
    ...(has('links') && { PUBLIC_URL: `http://localhost:${ports.gateway}` }),
    ...(has('api_key') && { API_KEY: settings['API_KEY'] ?? '' }),
    ...sandboxVendor(service, instance),
  };
}

/** With it the sandbox's SendGrid receipts are verified: the same at each start. */
const sandboxSendgridKey =
  'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE9fRLEQHv0s7xaQrFaN9aQYocaAK/vTTXjyzcqQru7aMUTMIxaVAzu1cG0qlsZc9snOxHtiBHzvlejEfdMHVLgw==';

/**
 * The vendors' APIs as the sandbox speaks them, with accounts that it takes. An account is left out when .env names the vendor's own
 * address: then it must name the account too, and the service says so.
 */
function sandboxVendor(service: Service, { ports, settings }: Instance): Record<string, string> {
  const sandboxUrl = `http://127.0.0.1:${ports.sandbox}`;
  const withAccount = (addressKey: string, ofSandbox: Record<string, string>): Record<string, string> =>
    settings[addressKey] ? {} : { [addressKey]: sandboxUrl, ...ofSandbox };
  const sandboxTwilio = {
    TWILIO_AUTH_TOKEN: 'sandbox',
    TWILIO_STATUS_CALLBACK_BASE: `http://localhost:${ports.gateway}`,
  };
  switch (service.name) {
    case 'email-service':
      return {
        SMTP_HOST: '127.0.0.1',
        SMTP_PORT: String(ports.sandbox_smtp),
        ...withAccount('SENDGRID_API_URL', { SENDGRID_API_KEY: 'SG.sandbox' }),
        ...withAccount('MAILGUN_API_URL', { MAILGUN_API_KEY: 'sandbox', MAILGUN_DOMAIN: 'notify.test' }),
      };
    case 'sms-service':
      return withAccount('TWILIO_API_URL', {
        TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
        TWILIO_FROM: '+15005550006',
        ...sandboxTwilio,
      });
    case 'push-service':
      return {
        ...withAccount('FCM_API_URL', { FCM_PROJECT_ID: 'sandbox' }),
        ...withAccount('ONESIGNAL_API_URL', {
          ONESIGNAL_APP_ID: '00000000-0000-4000-8000-000000000000',
          ONESIGNAL_API_KEY: 'sandbox',
        }),
      };
    case 'api-gateway':
      return {
        ...withAccount('SENDGRID_API_URL', { SENDGRID_WEBHOOK_PUBLIC_KEY: sandboxSendgridKey }),
        ...withAccount('MAILGUN_API_URL', { MAILGUN_WEBHOOK_SIGNING_KEY: 'sandbox' }),
        ...withAccount('TWILIO_API_URL', sandboxTwilio),
        ...withAccount('ONESIGNAL_API_URL', { ONESIGNAL_WEBHOOK_SECRET: 'sandbox' }),
      };
    case 'provider-sandbox':
      return { RECEIPTS_URL: `http://127.0.0.1:${ports.gateway}` };
    default:
      return {};
  }
}

function fixed(service: Service, instance: Instance): Record<string, string> {
  return {
    NODE_ENV: 'development',
    HOST: '127.0.0.1',
    PORT: String(instance.ports[service.portKey]),
    ...(service.database !== undefined && { DATABASE_URL: databaseUrl(instance, service.database) }),
    ...(service.name === 'provider-sandbox' && { SMTP_LISTEN_PORT: String(instance.ports.sandbox_smtp) }),
    // Half of libuv's threads may resolve names: enough for every webhook to hang in a name server at once. As in docker-compose.yml.
    ...(service.name === 'webhook-service' && { UV_THREADPOOL_SIZE: '256' }),
  };
}

function passedOn(service: Service, settings: Settings): Record<string, string> {
  const othersPrefixes = services
    .filter(({ name }) => name !== service.name)
    .flatMap(({ ownPrefixes }) => ownPrefixes ?? []);
  const wanted = Object.entries(settings).filter(
    ([key, value]) =>
      value !== '' &&
      !secretSetting.test(key) &&
      !(key in serverAddresses && !service.needs.includes(serverAddresses[key] as Need)) &&
      !fixedSettings.includes(key) &&
      (service.sharedSettings?.includes(key.replace(/_FILE$/, '')) ||
        !othersPrefixes.some((prefix) => key.startsWith(prefix))),
  );
  return Object.fromEntries(wanted);
}
