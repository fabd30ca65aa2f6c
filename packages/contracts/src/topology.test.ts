import { expect, test } from '@jest/globals';
import { CHANNELS, PRIORITIES } from './channels.ts';
import { EVENTS_EXCHANGE, EXCHANGES, laneRoutingKey, NOTIFICATIONS_EXCHANGE, QUEUES } from './topology.ts';

test('every lane has exactly one queue behind its routing key', () => {
  for (const channel of CHANNELS) {
    for (const priority of PRIORITIES) {
      const bound = QUEUES.filter((queue) =>
        queue.bindings.some(
          (binding) =>
            binding.exchange === NOTIFICATIONS_EXCHANGE && binding.routingKey === laneRoutingKey(channel, priority),
        ),
      );
      expect(bound).toHaveLength(1);
    }
  }
});

test('the queues have the names that operators know', () => {
  const names = QUEUES.map((queue) => queue.name);
  expect(names).toEqual(
    expect.arrayContaining(['email.critical.queue', 'email.queue', 'sms.low.queue', 'in_app.queue', 'failed.queue']),
  );
  expect(new Set(names).size).toBe(names.length);
});

test('every binding names a declared exchange', () => {
  const exchanges = new Set(EXCHANGES.map((exchange) => exchange.name));
  for (const { bindings, bindingsOnDemand = [] } of QUEUES) {
    for (const { exchange } of [...bindings, ...bindingsOnDemand]) expect(exchanges).toContain(exchange);
  }
});

test('every queue is bound by whoever declares it, but that of webhooks by webhook-service alone', () => {
  const undeclared = QUEUES.filter(({ bindings }) => bindings.length === 0);
  expect(undeclared).toMatchObject([
    { name: 'webhooks.queue', bindingsOnDemand: [{ exchange: EVENTS_EXCHANGE, routingKey: 'notification.*' }] },
  ]);
  expect(QUEUES.filter(({ bindingsOnDemand }) => bindingsOnDemand !== undefined)).toEqual(undeclared);
});

test('no queue that dead-letters can lose a message on the way', () => {
  for (const queue of QUEUES.filter((each) => 'x-dead-letter-exchange' in each.arguments)) {
    expect(queue.arguments).toMatchObject({
      'x-queue-type': 'quorum',
      'x-dead-letter-strategy': 'at-least-once',
      'x-overflow': 'reject-publish',
    });
  }
});
