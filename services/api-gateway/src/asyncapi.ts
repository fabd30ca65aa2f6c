import { clientFrameSchema, MESSAGE_CATALOGUE, SERVER_FRAMES } from '@notify/contracts';
import type Joi from 'joi';
import { jsonSchemaOf } from './openapi.ts';

interface DocumentedMessage {
  name: string;
  summary: string;
  schema: Joi.Schema;
}

const ref = (path: string) => ({ $ref: `#/${path}` });
const refs = (channel: string, names: string[]) => names.map((name) => ref(`channels/${channel}/messages/${name}`));

function messagesOf(documented: DocumentedMessage[]): Record<string, unknown> {
  return Object.fromEntries(
    documented.map(({ name, summary, schema }) => [
      name,
      { name, summary, contentType: 'application/json', payload: jsonSchemaOf(schema) },
    ]),
  );
}

/** The broker's messages: one channel for each kind, whose address is its routing key. */
function brokerChannels(): [string, unknown][] {
  return MESSAGE_CATALOGUE.map((message) => [
    message.name,
    {
      address: message.routingKey,
      messages: messagesOf([message]),
      ...(Object.keys(message.parameters).length === 0
        ? {}
        : {
            parameters: Object.fromEntries(
              Object.entries(message.parameters).map(([name, values]) => [name, { enum: values }]),
            ),
          }),
      bindings: {
        amqp: {
          is: 'routingKey',
          exchange: { name: message.exchange, type: 'topic', durable: true, autoDelete: false },
        },
      },
    },
  ]);
}

/**
 * The AsyncAPI 3.0 document: what is said on the WebSocket and between the services, made from the schemas that publishers and consumers
 * check with. Actions are the gateway's on the WebSocket, and those of the services among themselves on the broker.
 */
export function asyncApiDocument(): Record<string, unknown> {
  const serverFrames = Object.entries(SERVER_FRAMES).map(([name, frame]) => ({ name, ...frame }));
  const clientFrame = { name: 'action', summary: 'What a client asks for', schema: clientFrameSchema };
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Notification system',
      version: '0.1.0',
      description: 'Live updates over the WebSocket of the api-gateway, and the events of the services on RabbitMQ.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    channels: {
      websocket: {
        address: '/ws',
        summary: 'An API key in a header, or a user token in the query',
        messages: messagesOf([clientFrame, ...serverFrames]),
        bindings: { ws: { method: 'GET', query: { type: 'object', properties: { token: { type: 'string' } } } } },
      },
      ...Object.fromEntries(brokerChannels()),
    },
    operations: {
      hear: {
        action: 'receive',
        channel: ref('channels/websocket'),
        messages: refs('websocket', [clientFrame.name]),
      },
      say: {
        action: 'send',
        channel: ref('channels/websocket'),
        messages: refs(
          'websocket',
          serverFrames.map(({ name }) => name),
        ),
      },
      ...Object.fromEntries(
        MESSAGE_CATALOGUE.map(({ name }) => [
          `tell_${name}`,
          { action: 'send', channel: ref(`channels/${name}`), messages: refs(name, [name]) },
        ]),
      ),
    },
  };
}
