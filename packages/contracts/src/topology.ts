import { CHANNELS, type Channel, PRIORITIES, type Priority } from './channels.ts';
import { RUNGS, type RungName } from './rungs.ts';

/** The whole RabbitMQ topology, as one table. Whoever connects declares it; declaring it again changes nothing. */

export const NOTIFICATIONS_EXCHANGE = 'notifications.direct';
export const FAILED_EXCHANGE = 'notifications.failed';
export const EVENTS_EXCHANGE = 'notifications.events';

export const FAILED_QUEUE = 'failed.queue';
export const STATUS_QUEUE = 'status.queue';
export const STATUS_FAILED_QUEUE = 'status.failed.queue';
export const USER_EVENTS_QUEUE = 'user.events.queue';
export const STATUS_ERASURES_QUEUE = 'status.erasures.queue';
export const IN_APP_EVENTS_QUEUE = 'in-app.events.queue';
export const WEBHOOKS_QUEUE = 'webhooks.queue';

/** webhook-service has it bound while an enabled webhook asks for anything that happens to notifications. */
export const WEBHOOKS_BINDING: QueueBinding = { exchange: EVENTS_EXCHANGE, routingKey: 'notification.*' };

/**
 * How often a message may come back from a consumer that died before the broker dead-letters it. Before RabbitMQ 4.3 what a consumer gives back
 * counts as well.
 */
const DELIVERY_LIMIT = 20;
/** Where nothing stands behind a queue the broker would drop what reaches the limit; RabbitMQ 4 has one of 20 when none is set. */
const NO_DELIVERY_LIMIT = 1_000_000_000;
const FAILED_QUEUE_TTL_MS = 30 * 24 * 3_600_000;
const FAILED_QUEUE_MAX_BYTES = 1_073_741_824;

export interface ExchangeDeclaration {
  name: string;
  type: 'direct' | 'fanout' | 'topic';
}
export interface QueueBinding {
  exchange: string;
  routingKey: string;
}
export interface QueueDeclaration {
  name: string;
  arguments: Record<string, string | number>;
  bindings: QueueBinding[];
  /** Not declared: the service that consumes the queue binds it while it needs what comes, and unbinds it. Default: none. */
  bindingsOnDemand?: QueueBinding[];
}

export function laneRoutingKey(channel: Channel, priority: Priority): string {
  return `${channel}.${priority}`;
}

/** The queue of a lane. Medium is the plain one; in_app has a single lane. */
export function laneQueue(channel: Channel, priority: Priority): string {
  if (channel === 'in_app' || priority === 'medium') return `${channel}.queue`;
  return `${channel}.${priority}.queue`;
}

export function rungExchange(rung: RungName): string {
  return `notifications.retry.${rung}`;
}

/**
 * A queue whose messages survive a node's end. The same arguments are accepted by RabbitMQ 3.10 and 4.x:
 * at-least-once dead-lettering needs reject-publish, without it it silently becomes at-most-once.
 * There is deliberately no length limit (docs/architecture.md says why).
 */
function quorum(deadLetterExchange?: string): Record<string, string | number> {
  const base = { 'x-queue-type': 'quorum', 'x-overflow': 'reject-publish' };
  if (deadLetterExchange === undefined) return { ...base, 'x-delivery-limit': NO_DELIVERY_LIMIT };
  return {
    ...base,
    'x-delivery-limit': DELIVERY_LIMIT,
    'x-dead-letter-exchange': deadLetterExchange,
    'x-dead-letter-strategy': 'at-least-once',
  };
}

function laneQueues(): QueueDeclaration[] {
  const queues = new Map<string, QueueDeclaration>();
  for (const channel of CHANNELS) {
    for (const priority of PRIORITIES) {
      const name = laneQueue(channel, priority);
      const queue = queues.get(name) ?? { name, arguments: quorum(FAILED_EXCHANGE), bindings: [] };
      queue.bindings.push({ exchange: NOTIFICATIONS_EXCHANGE, routingKey: laneRoutingKey(channel, priority) });
      queues.set(name, queue);
    }
  }
  return [...queues.values()];
}

function rungQueues(): QueueDeclaration[] {
  return RUNGS.map(({ name, delayMs }) => ({
    name: `retry.${name}.queue`,
    // No dead-letter routing key: a message keeps its own, and so comes back to its lane.
    arguments: { ...quorum(NOTIFICATIONS_EXCHANGE), 'x-message-ttl': delayMs },
    bindings: [{ exchange: rungExchange(name), routingKey: '' }],
  }));
}

export const EXCHANGES: readonly ExchangeDeclaration[] = [
  { name: NOTIFICATIONS_EXCHANGE, type: 'direct' },
  ...RUNGS.map(({ name }) => ({ name: rungExchange(name), type: 'fanout' as const })),
  { name: FAILED_EXCHANGE, type: 'fanout' },
  { name: EVENTS_EXCHANGE, type: 'topic' },
];

/** A durable queue enters this table together with the service that consumes it: one that nobody reads only grows. */
export const QUEUES: readonly QueueDeclaration[] = [
  ...laneQueues(),
  ...rungQueues(),
  {
    name: FAILED_QUEUE,
    // The operators' view: nothing consumes it, so it forgets by age and drops its oldest rather than fill the disk.
    arguments: {
      'x-queue-type': 'quorum',
      'x-message-ttl': FAILED_QUEUE_TTL_MS,
      'x-max-length-bytes': FAILED_QUEUE_MAX_BYTES,
      'x-overflow': 'drop-head',
    },
    bindings: [{ exchange: FAILED_EXCHANGE, routingKey: '' }],
  },
  {
    name: STATUS_FAILED_QUEUE,
    arguments: quorum(),
    bindings: [{ exchange: FAILED_EXCHANGE, routingKey: '' }],
  },
  {
    name: STATUS_QUEUE,
    arguments: quorum(FAILED_EXCHANGE),
    bindings: [
      { exchange: EVENTS_EXCHANGE, routingKey: 'notification.#' },
      { exchange: EVENTS_EXCHANGE, routingKey: 'receipt.*' },
      { exchange: EVENTS_EXCHANGE, routingKey: 'user.changed' },
    ],
  },
  {
    name: USER_EVENTS_QUEUE,
    arguments: quorum(FAILED_EXCHANGE),
    bindings: [{ exchange: EVENTS_EXCHANGE, routingKey: 'recipient.rejected' }],
  },
  // Not status.queue: erasing somebody with many notifications takes its time, and nobody else's events should wait for it.
  {
    name: STATUS_ERASURES_QUEUE,
    arguments: quorum(FAILED_EXCHANGE),
    bindings: [{ exchange: EVENTS_EXCHANGE, routingKey: 'user.erased' }],
  },
  {
    name: IN_APP_EVENTS_QUEUE,
    arguments: quorum(FAILED_EXCHANGE),
    bindings: [{ exchange: EVENTS_EXCHANGE, routingKey: 'user.erased' }],
  },
  {
    name: WEBHOOKS_QUEUE,
    arguments: quorum(FAILED_EXCHANGE),
    bindings: [],
    bindingsOnDemand: [WEBHOOKS_BINDING],
  },
];
