import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { gatewayConfigKeys } from '../services/api-gateway/src/config.ts';
import { receiptsKeys } from '../services/api-gateway/src/receipts/receipts-config.ts';
import { emailConfigKeys } from '../services/email-service/src/config.ts';
import { inAppConfigKeys } from '../services/in-app-service/src/config.ts';
import { sandboxConfigKeys } from '../services/provider-sandbox/src/config.ts';
import { sendgridPublicKey } from '../services/provider-sandbox/src/sendgrid-receipt.ts';
import { pushConfigKeys } from '../services/push-service/src/config.ts';
import { smsConfigKeys } from '../services/sms-service/src/config.ts';
import { statusConfigKeys } from '../services/status-service/src/config.ts';
import { templateConfigKeys } from '../services/template-service/src/config.ts';
import { userConfigKeys } from '../services/user-service/src/config.ts';
import { webhookConfigKeys } from '../services/webhook-service/src/config.ts';
import { MAX_WEBHOOKS } from '../services/webhook-service/src/webhook-store.ts';
import { projectDir } from './local/paths.ts';
import { portTable } from './local/ports.ts';
import { services } from './services.ts';

type ComposeService = {
  image: string;
  user?: string;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  restart?: string;
  profiles?: string[];
  healthcheck?: { test: string[] };
  ports?: string[];
  volumes?: string[];
  environment?: Record<string, unknown>;
  build?: { dockerfile: string; args: Record<string, string> };
  depends_on?: Record<string, { condition: string }>;
};

const text = readFileSync(join(projectDir, 'docker-compose.yml'), 'utf8');
const compose = parse(text, { merge: true }) as {
  services: Record<string, ComposeService>;
  volumes: Record<string, null>;
};
const all = Object.entries(compose.services);
const ours = all.filter(([, { build }]) => build !== undefined);

const configKeys: Record<string, object> = {
  'api-gateway': gatewayConfigKeys,
  'user-service': userConfigKeys,
  'template-service': templateConfigKeys,
  'email-service': emailConfigKeys,
  'sms-service': smsConfigKeys,
  'push-service': pushConfigKeys,
  'in-app-service': inAppConfigKeys,
  'status-service': statusConfigKeys,
  'webhook-service': webhookConfigKeys,
  'provider-sandbox': sandboxConfigKeys,
};

/** Files of the container itself: whoever sets them mounts the files too, in an override file (docs/tls.md). HOST is 0.0.0.0. */
const NOT_PASSED_ON = ['HOST', 'HTTPS_CERT', 'HTTPS_KEY', 'NODE_EXTRA_CA_CERTS', 'TWILIO_CA_BUNDLE'];

/** What Node reads before any schema; NODE_ENV is for every service, whether its schema names it or not. */
const OF_NODE = ['NODE_ENV', 'UV_THREADPOOL_SIZE'];

test('compose builds and runs every service of the table, all from the one Dockerfile', () => {
  expect(ours.map(([name]) => name).sort()).toEqual(services.map(({ name }) => name).sort());
  for (const [name, { build, image }] of ours) {
    expect(build).toMatchObject({ dockerfile: 'infra/docker/Dockerfile', args: { SERVICE: name } });
    expect(image).toContain(`/${name}:`);
  }
});

test.each(Object.entries(configKeys))('every setting of %s can be given through .env', (name, keys) => {
  const given = Object.keys(compose.services[name]?.environment ?? {});
  const missing = Object.keys(keys).filter((key) => !given.includes(key) && !NOT_PASSED_ON.includes(key));
  const unknown = given.filter((key) => !(key in keys) && !OF_NODE.includes(key));
  expect({ missing, unknown }).toEqual({ missing: [], unknown: [] });
});

test('in a container too, every webhook may hang in a name server at once', () => {
  expect(Number(compose.services['webhook-service']?.environment?.['UV_THREADPOOL_SIZE']) / 2).toBeGreaterThan(
    MAX_WEBHOOKS,
  );
});

test('every port is published on 127.0.0.1 alone, by the setting and the default of the port table', () => {
  const published = all.flatMap(([, { ports = [] }]) => ports);
  for (const port of published) expect(port).toMatch(/^127\.0\.0\.1:\$\{\w+:-\d+\}:\d+$/);
  const bySetting = new Map(published.map((port) => [/\{(\w+)/.exec(port)?.[1], Number(/:-(\d+)/.exec(port)?.[1])]));
  const inContainersOnly = ['RABBITMQ_DISTRIBUTION_PORT', 'RABBITMQ_EPMD_PORT'];
  for (const { setting, port } of Object.values(portTable)) {
    if (!inContainersOnly.includes(setting)) expect([setting, bySetting.get(setting)]).toEqual([setting, port]);
  }
});

describe.each(all)('the container of %s', (name, service) => {
  test('can write nowhere but where it must, and gains no rights', () => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
  });

  test('does not run as root', () => {
    // Our own image says so itself.
    expect(service.user ?? (service.build && 'node')).toMatch(/^[a-z]+$/);
    expect(service.user).not.toBe('root');
  });

  test('is started again when it dies, and has a health check; or it runs once', () => {
    if (service.restart === 'no') return expect(service.healthcheck).toBeUndefined();
    expect(service.restart).toBe('unless-stopped');
    expect(service.healthcheck?.test.length).toBeGreaterThan(0);
  });

  test('waits for servers that are healthy and for set-up that is done', () => {
    for (const [dependency, { condition }] of Object.entries(service.depends_on ?? {})) {
      const runsOnce = compose.services[dependency]?.restart === 'no';
      expect([name, dependency, condition]).toEqual([
        name,
        dependency,
        runsOnce ? 'service_completed_successfully' : 'service_healthy',
      ]);
    }
  });

  test('takes its image from a variable whose default is pinned', () => {
    expect(service.image).toMatch(
      service.build ? /^\$\{IMAGE_PREFIX:-/ : /^\$\{[A-Z]+_IMAGE:-[a-z]+:[\w.-]+@sha256:[0-9a-f]{64}\}$/,
    );
  });
});

test('whatever is stored is in a named volume', () => {
  const mounted = all.flatMap(([, { volumes = [] }]) => volumes).filter((volume) => !volume.endsWith(':ro'));
  expect(mounted.map((volume) => volume.split(':')[0]).sort()).toEqual(Object.keys(compose.volumes).sort());
});

test("the gateway verifies the sandbox's receipts until .env says otherwise, and never in production", () => {
  expect(compose.services['api-gateway']?.environment?.['SENDGRID_WEBHOOK_PUBLIC_KEY']).toBe(
    `\${SENDGRID_WEBHOOK_PUBLIC_KEY-${sendgridPublicKey}}`,
  );
  const production = parse(readFileSync(join(projectDir, 'infra/docker/production.yml'), 'utf8'), { merge: true });
  for (const key of Object.keys(receiptsKeys)) {
    const value = key === 'NODE_ENV' ? 'production' : `\${${key}:-}`;
    expect(production.services['api-gateway'].environment[key]).toBe(value);
  }
});

test('the Dockerfile and the compose file begin with the same Node', () => {
  const dockerfile = readFileSync(join(projectDir, 'infra', 'docker', 'Dockerfile'), 'utf8');
  const [, image = ''] = /^ARG NODE_IMAGE=(\S+)$/m.exec(dockerfile) ?? [];
  expect(text).toContain(`\${NODE_IMAGE:-${image}}`);
});

test('the compose file keeps to what docker-compose 1.29 understands', () => {
  expect(text).not.toMatch(/^(name|include):/m);
  expect(text).not.toMatch(/\$\{\w+:\+|dockerfile_inline|start_interval|!reset|required:/);
  // Nested defaults are v2's alone.
  expect(text).not.toMatch(/\$\{[^}]*\$\{/);
});
