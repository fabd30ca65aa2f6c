import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rabbitmqDefinitions } from '../../rabbitmq/definitions.ts';
import { answersOk } from '../http-ok.ts';
import { dataDir, type Instance, type InstanceTls } from '../instance.ts';
import { projectDir } from '../paths.ts';
import { baseEnvironment } from '../process-environment.ts';
import type { ProcessSpec } from '../process-spec.ts';

/** Where Debian's package puts the script that runs the broker in the foreground as whoever calls it. */
export const rabbitmqServerScript = '/usr/lib/rabbitmq/bin/rabbitmq-server';

/** RabbitMQ with its management page, beside any other broker of the machine: own ports, own epmd, own folders, loopback only. */
export function rabbitmqSpec(instance: Instance): ProcessSpec {
  const folder = join(dataDir(instance.dir), 'rabbitmq');
  const { rabbitmq, rabbitmq_management, rabbitmq_distribution, rabbitmq_epmd } = instance.ports;
  const { settings } = instance;

  return {
    name: 'rabbitmq',
    kind: 'server',
    port: rabbitmq,
    wave: 0,
    command: [rabbitmqServerScript],
    cwd: folder,
    env: {
      ...baseEnvironment(),
      // With this the script becomes the Erlang machine instead of waiting for it as a child: its process id is the broker's.
      RUNNING_UNDER_SYSTEMD: 'true',
      HOME: folder,
      RABBITMQ_CONF_ENV_FILE: '/dev/null',
      RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
      RABBITMQ_ADVANCED_CONFIG_FILE: join(folder, 'advanced.config'),
      RABBITMQ_GENERATED_CONFIG_DIR: join(folder, 'generated'),
      RABBITMQ_SCHEMA_DIR: join(folder, 'schema'),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
      RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
      RABBITMQ_LOG_BASE: join(folder, 'log'),
      RABBITMQ_LOGS: '-',
      RABBITMQ_PID_FILE: join(folder, 'rabbitmq.pid'),
      RABBITMQ_NODENAME: 'notify@localhost',
      RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
      RABBITMQ_NODE_PORT: String(rabbitmq),
      RABBITMQ_DIST_PORT: String(rabbitmq_distribution),
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
      ERL_EPMD_PORT: String(rabbitmq_epmd),
      ERL_EPMD_ADDRESS: '127.0.0.1',
    },
    prepare: async () => {
      mkdirSync(folder, { recursive: true });
      const definitionsFile = join(folder, 'definitions.json');
      const common = join(projectDir, 'infra', 'rabbitmq');
      const own = [
        '',
        `listeners.tcp.1 = 127.0.0.1:${rabbitmq}`,
        'management.tcp.ip = 127.0.0.1',
        `management.tcp.port = ${rabbitmq_management}`,
        `load_definitions = ${definitionsFile}`,
        ...tlsSettings(instance.tls),
        '',
      ];
      writeFileSync(
        join(folder, 'rabbitmq.conf'),
        readFileSync(join(common, 'rabbitmq.conf'), 'utf8') + own.join('\n'),
      );
      writeFileSync(join(folder, 'enabled_plugins'), readFileSync(join(common, 'enabled_plugins')));
      writeFileSync(definitionsFile, JSON.stringify(rabbitmqDefinitions(settings), null, 2), { mode: 0o600 });
    },
    isReady: () => {
      const credentials = `${settings['RABBITMQ_OPERATOR_USER']}:${settings['RABBITMQ_OPERATOR_PASSWORD']}`;
      return answersOk(`http://127.0.0.1:${rabbitmq_management}/api/health/checks/port-listener/${rabbitmq}`, {
        authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
      });
    },
    stopSignal: 'SIGTERM',
  };
}

function tlsSettings(tls: InstanceTls | undefined): string[] {
  if (tls === undefined) return [];
  return [
    `listeners.ssl.1 = 127.0.0.1:${tls.rabbitmqPort}`,
    `ssl_options.certfile = ${join(tls.folder, 'server.pem')}`,
    `ssl_options.keyfile = ${join(tls.folder, 'server.key')}`,
  ];
}
