import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { rabbitmqDefinitions, rabbitmqPasswordHash } from './definitions.ts';

test('a password hash is the one that RabbitMQ documents', () => {
  // https://www.rabbitmq.com/docs/passwords#computing-password-hash
  expect(rabbitmqPasswordHash('test12', Buffer.from('908DC60A', 'hex'))).toBe(
    'kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR',
  );
});

test('each hash has a salt of its own', () => {
  const hash = Buffer.from(rabbitmqPasswordHash('secret'), 'base64');
  expect(hash.subarray(4)).toEqual(createHash('sha256').update(hash.subarray(0, 4)).update('secret').digest());
  expect(rabbitmqPasswordHash('secret')).not.toBe(hash.toString('base64'));
});

test('the broker has one user for services, one administrator for people, no guest and no plain password', () => {
  const definitions = rabbitmqDefinitions({
    RABBITMQ_USER: 'notify',
    RABBITMQ_PASSWORD: 'service-secret',
    RABBITMQ_OPERATOR_USER: 'operator',
    RABBITMQ_OPERATOR_PASSWORD: 'people-secret',
  });
  expect(definitions).toMatchObject({
    users: [
      { name: 'notify', tags: [] },
      { name: 'operator', tags: ['administrator'] },
    ],
  });
  expect(JSON.stringify(definitions)).not.toMatch(/guest|service-secret|people-secret/);
});
