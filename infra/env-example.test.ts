import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { gatewayConfigKeys } from '../services/api-gateway/src/config.ts';
import { emailConfigKeys } from '../services/email-service/src/config.ts';
import { inAppConfigKeys } from '../services/in-app-service/src/config.ts';
import { sandboxConfigKeys } from '../services/provider-sandbox/src/config.ts';
import { pushConfigKeys } from '../services/push-service/src/config.ts';
import { smsConfigKeys } from '../services/sms-service/src/config.ts';
import { statusConfigKeys } from '../services/status-service/src/config.ts';
import { templateConfigKeys } from '../services/template-service/src/config.ts';
import { userConfigKeys } from '../services/user-service/src/config.ts';
import { webhookConfigKeys } from '../services/webhook-service/src/config.ts';
import { portTable } from './local/ports.ts';

/** What the servers are started with; no service reads them. */
const SERVER_SETTINGS = [
  'RABBITMQ_USER',
  'RABBITMQ_PASSWORD',
  'RABBITMQ_OPERATOR_USER',
  'RABBITMQ_OPERATOR_PASSWORD',
  'REDIS_PASSWORD',
  'USER_DB_PASSWORD',
  'TEMPLATE_DB_PASSWORD',
  'CORE_DB_PASSWORD',
];

/** What docker-compose.yml names in `${...}`. */
const composeSettings = [
  ...readFileSync(new URL('../docker-compose.yml', import.meta.url), 'utf8').matchAll(/\$\{([A-Z][A-Z0-9_]+)/g),
].flatMap(([, name = '']) => name);

test('.env.example lists every setting that something reads, and no other', () => {
  const example = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
  const listed = [...example.matchAll(/^#?([A-Z][A-Z0-9_]+)=/gm)].map(([, key]) => key);
  const read = new Set([
    ...SERVER_SETTINGS,
    ...composeSettings,
    ...Object.values(portTable).map(({ setting }) => setting),
    ...[
      gatewayConfigKeys,
      userConfigKeys,
      templateConfigKeys,
      emailConfigKeys,
      smsConfigKeys,
      pushConfigKeys,
      inAppConfigKeys,
      statusConfigKeys,
      webhookConfigKeys,
      sandboxConfigKeys,
    ].flatMap((keys) => Object.keys(keys)),
  ]);
  expect([...new Set(listed)].sort()).toEqual([...read].sort());
  expect(new Set(listed).size).toBe(listed.length);
});
