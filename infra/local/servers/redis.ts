import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { dataDir, type Instance, type InstanceTls } from '../instance.ts';
import { projectDir } from '../paths.ts';
import { baseEnvironment } from '../process-environment.ts';
import type { ProcessSpec } from '../process-spec.ts';

/** Redis with append-only file, a password, and on the loopback only. */
export function redisSpec(instance: Instance): ProcessSpec {
  const folder = join(dataDir(instance.dir), 'redis');
  const configFile = join(folder, 'redis.conf');
  const port = instance.ports.redis;
  const password = instance.settings['REDIS_PASSWORD'] ?? '';

  return {
    name: 'redis',
    kind: 'server',
    port,
    wave: 0,
    command: ['redis-server', configFile],
    cwd: folder,
    env: baseEnvironment(),
    prepare: async () => {
      mkdirSync(folder, { recursive: true });
      const common = readFileSync(join(projectDir, 'infra', 'redis', 'redis.conf'), 'utf8');
      const own = [
        '',
        'bind 127.0.0.1',
        `port ${port}`,
        `dir ${quoted(folder)}`,
        `requirepass ${quoted(password)}`,
        'daemonize no',
        ...tlsSettings(instance.tls),
        '',
      ];
      writeFileSync(configFile, common + own.join('\n'), { mode: 0o600 });
    },
    isReady: () => answersPing(port, password),
    stopSignal: 'SIGTERM',
  };
}

const quoted = (value: string): string => `"${value.replaceAll(/["\\]/g, '\\$&')}"`;

function tlsSettings(tls: InstanceTls | undefined): string[] {
  if (tls === undefined) return [];
  return [
    `tls-port ${tls.redisPort}`,
    `tls-cert-file ${quoted(join(tls.folder, 'server.pem'))}`,
    `tls-key-file ${quoted(join(tls.folder, 'server.key'))}`,
    // Clients show a password, not a certificate.
    'tls-auth-clients no',
  ];
}

function answersPing(port: number, password: string): Promise<boolean> {
  const secret = Buffer.byteLength(password);
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.setTimeout(1_000, () => socket.destroy());
    socket.on('connect', () => socket.write(`*2\r\n$4\r\nAUTH\r\n$${secret}\r\n${password}\r\n*1\r\n$4\r\nPING\r\n`));
    socket.on('data', (chunk) => {
      answer += chunk.toString();
      if (answer.split('\r\n').length > 2) socket.destroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer.includes('+PONG')));
  });
}
