import {
  CHANNELS,
  EXCHANGES,
  FAILED_QUEUE,
  PRIORITIES,
  QUEUES,
  type QueueBinding,
  type QueueDeclaration,
  TIMELINE_EVENTS,
} from '@notify/contracts';
import { type MessageName, PUBLICATIONS, type Publication } from './message-catalogue.ts';

const PARAMETERS: Readonly<Record<string, { description: string; enum?: readonly string[] }>> = {
  channel: { description: 'The channel of the notification', enum: CHANNELS },
  priority: { description: 'The priority of the notification', enum: PRIORITIES },
  event: { description: 'A line of the timeline', enum: TIMELINE_EVENTS },
  routing_key: { description: 'What the message was published under before' },
};

/** Nobody consumes these: rungs give back by themselves, and operators only look at the failed queue. */
const isUnread = (queue: string): boolean => queue === FAILED_QUEUE || queue.startsWith('retry.');

/** A name that may be part of a reference: letters, digits and `_`. */
const idOf = (name: string): string => name.replaceAll(/[^A-Za-z0-9]+/g, '_').replaceAll(/^_|_$/g, '');

const SERVERS = [{ $ref: '#/servers/rabbitmq' }];

const messageReferences = (names: readonly MessageName[]): Record<string, { $ref: string }> =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/messages/${name}` }]));

/** Whether what is published under an address comes through a binding to the same exchange; `*` and `{...}` are one word, `#` all that follow. */
export function isRouted(bindingKey: string, address: string): boolean {
  const words = address.split('.');
  const patterns = bindingKey.split('.');
  const isOpenEnded = patterns.at(-1) === '#';
  if (isOpenEnded ? words.length < patterns.length - 1 : words.length !== patterns.length) return false;
  return words.every((word, index) => {
    const pattern = patterns[index] ?? '#';
    return pattern === '#' || pattern === '*' || word.startsWith('{') || word === pattern;
  });
}

/** Every message that can be in a queue. */
export function messagesOf(queue: QueueDeclaration): MessageName[] {
  const bindings = [...queue.bindings, ...(queue.bindingsOnDemand ?? [])];
  const isFanout = (name: string) => EXCHANGES.some((exchange) => exchange.name === name && exchange.type === 'fanout');
  const names = PUBLICATIONS.filter(({ exchange, address }) =>
    bindings.some(
      (binding) => binding.exchange === exchange && (isFanout(exchange) || isRouted(binding.routingKey, address)),
    ),
  ).flatMap(({ messages }) => messages);
  return [...new Set(names)];
}

function exchangeChannel({ exchange, address, messages, summary }: Publication): unknown {
  const type = EXCHANGES.find(({ name }) => name === exchange)?.type;
  const names = [...address.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);
  return {
    address,
    summary,
    ...(names.length === 0 ? {} : { parameters: Object.fromEntries(names.map((name) => [name, PARAMETERS[name]])) }),
    servers: SERVERS,
    messages: messageReferences(messages),
    bindings: {
      amqp: {
        is: 'routingKey',
        exchange: { name: exchange, type, durable: true, autoDelete: false },
        bindingVersion: '0.3.0',
      },
    },
  };
}

function queueChannel(queue: QueueDeclaration): unknown {
  const { name, bindings, bindingsOnDemand, arguments: queueArguments } = queue;
  const written = ({ exchange, routingKey }: QueueBinding) => ({ exchange, routing_key: routingKey });
  return {
    address: name,
    servers: SERVERS,
    messages: messageReferences(messagesOf(queue)),
    bindings: {
      amqp: {
        is: 'queue',
        queue: { name, durable: true, exclusive: false, autoDelete: false },
        bindingVersion: '0.3.0',
      },
    },
    // What the AMQP binding has no words for.
    'x-queue-arguments': queueArguments,
    'x-queue-bindings': bindings.map(written),
    ...(bindingsOnDemand && { 'x-queue-bindings-on-demand': bindingsOnDemand.map(written) }),
  };
}

/** Where the gateway waits for the outcome of synchronous notifications: a queue of each instance's own. */
const REPLIES = {
  address: null,
  summary: 'Published to the queue that `reply_to` of the envelope names; it lives and dies with its gateway',
  servers: SERVERS,
  messages: messageReferences(['SyncReply']),
};

const operation = (action: 'send' | 'receive', channel: string) => ({
  action,
  channel: { $ref: `#/channels/${channel}` },
});

/** What is published to exchanges and consumed from queues, as channels and operations of the AsyncAPI document. */
export function brokerChannels(): { channels: Record<string, unknown>; operations: Record<string, unknown> } {
  const published = PUBLICATIONS.map((publication) => ({
    id: idOf(`${publication.exchange}.${publication.address}`),
    channel: exchangeChannel(publication),
  }));
  const queues = QUEUES.map((queue) => ({
    id: idOf(queue.name),
    channel: queueChannel(queue),
    isUnread: isUnread(queue.name),
  }));
  return {
    channels: {
      ...Object.fromEntries([...published, ...queues].map(({ id, channel }) => [id, channel])),
      replies: REPLIES,
    },
    operations: {
      ...Object.fromEntries(published.map(({ id }) => [`publish_${id}`, operation('send', id)])),
      ...Object.fromEntries(
        queues.filter((queue) => !queue.isUnread).map(({ id }) => [`consume_${id}`, operation('receive', id)]),
      ),
      publish_replies: operation('send', 'replies'),
      consume_replies: operation('receive', 'replies'),
    },
  };
}
