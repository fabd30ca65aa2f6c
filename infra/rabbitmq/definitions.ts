import { createHash, randomBytes } from 'node:crypto';
import type { Settings } from '../local/env-file.ts';

/**
 * RabbitMQ's salted password hash: base64(salt + sha256(salt + password)), with a salt of 4 bytes.
 * https://www.rabbitmq.com/docs/passwords#computing-password-hash
 */
export function rabbitmqPasswordHash(password: string, salt: Buffer = randomBytes(4)): string {
  const digest = createHash('sha256').update(salt).update(password, 'utf8').digest();
  return Buffer.concat([salt, digest]).toString('base64');
}

/**
 * The definitions that the broker is given at each start, by file or by its management API: one user for the services, one for people (administrator, for
 * the management page), and no guest. Queues are not in here: the services declare them from their topology table.
 */
export function rabbitmqDefinitions(settings: Settings): object {
  const services = settings['RABBITMQ_USER'] ?? '';
  const operator = settings['RABBITMQ_OPERATOR_USER'] ?? '';
  const all = { vhost: '/', configure: '.*', write: '.*', read: '.*' };
  return {
    users: [
      user(services, settings['RABBITMQ_PASSWORD'] ?? '', []),
      user(operator, settings['RABBITMQ_OPERATOR_PASSWORD'] ?? '', ['administrator']),
    ],
    vhosts: [{ name: '/' }],
    permissions: [
      { user: services, ...all },
      { user: operator, ...all },
    ],
  };
}

function user(name: string, password: string, tags: string[]): object {
  return {
    name,
    password_hash: rabbitmqPasswordHash(password),
    hashing_algorithm: 'rabbit_password_hashing_sha256',
    tags,
  };
}
