import { type JsonSchema, jsonSchemaOf } from '../json-schema-of.ts';
import { brokerChannels } from './broker-channels.ts';
import { type CataloguedMessage, MESSAGES, type MessageName } from './message-catalogue.ts';
import { websocketChannel } from './websocket-channel.ts';

/** Shown on the management page; packages/messaging sets them. */
const NOTIFICATION_HEADERS: JsonSchema = {
  type: 'object',
  properties: {
    notification_id: { type: 'string', format: 'uuid' },
    type: { type: 'string' },
    channel: { type: 'string' },
    priority: { type: 'string' },
    epoch: { type: 'integer' },
    hop: { type: 'integer' },
    attempt: { type: 'integer' },
    correlation_id: { type: 'string' },
    reason: { type: 'string' },
  },
};

/** What the Joi schema says in a rule: an accepted notification comes with its whole envelope. */
function withEnvelope(event: JsonSchema): JsonSchema {
  return {
    ...event,
    properties: { ...event.properties, envelope: { $ref: '#/components/schemas/Envelope' } },
    if: { properties: { event: { const: 'accepted' } } },
    then: { required: ['envelope'] },
  };
}

function messageObject([name, message]: [string, CataloguedMessage]): [string, unknown] {
  const { summary, example, isOfNotification } = message;
  const ofNotification = {
    headers: NOTIFICATION_HEADERS,
    correlationId: { location: '$message.header#/correlation_id' },
  };
  return [
    name,
    {
      name,
      summary,
      contentType: 'application/json',
      payload: { $ref: `#/components/schemas/${name}` },
      ...(isOfNotification ? ofNotification : {}),
      examples: [{ payload: example }],
    },
  ];
}

function schemaObject(name: MessageName): JsonSchema {
  const schema = jsonSchemaOf(MESSAGES[name].schema);
  return name === 'NotificationEvent' ? withEnvelope(schema) : schema;
}

/** The AsyncAPI 3.0 document, made from the table that declares the topology and the schemas of frames and messages. */
export function asyncApiDocument(): Record<string, unknown> {
  const websocket = websocketChannel();
  const broker = brokerChannels();
  const names = Object.keys(MESSAGES) as MessageName[];
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Notification system',
      version: '0.1.0',
      description:
        'Live updates over the WebSocket of the api-gateway, and what services tell each other over RabbitMQ. Webhooks are in the OpenAPI document.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    servers: {
      gateway: { host: 'localhost:8001', protocol: 'ws', description: 'The api-gateway that `npm start` starts' },
      rabbitmq: { host: 'localhost:5673', protocol: 'amqp', description: 'The broker that `npm start` starts' },
    },
    channels: { ...websocket.channels, ...broker.channels },
    operations: { ...websocket.operations, ...broker.operations },
    components: {
      messages: Object.fromEntries(Object.entries<CataloguedMessage>(MESSAGES).map(messageObject)),
      schemas: Object.fromEntries(names.map((name) => [name, schemaObject(name)])),
    },
  };
}
