import { type JsonSchema, jsonSchemaOf } from '../../services/api-gateway/src/json-schema-of.ts';
import { brokerChannels } from './broker-channels.ts';
import { type CataloguedMessage, MESSAGES, type MessageName } from './message-catalogue.ts';

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

/** The AsyncAPI 3.0 document, made from the table that declares the topology and the schemas that validate messages. */
export function asyncApiDocument(): Record<string, unknown> {
  const { channels, operations } = brokerChannels();
  const names = Object.keys(MESSAGES) as MessageName[];
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Notification system: messages between its services',
      version: '0.1.0',
      description:
        'What services tell each other over RabbitMQ. Applications are told by webhooks, which the OpenAPI document describes.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    servers: {
      rabbitmq: { host: 'localhost:5673', protocol: 'amqp', description: 'The broker that `npm start` starts' },
    },
    channels,
    operations,
    components: {
      messages: Object.fromEntries(Object.entries<CataloguedMessage>(MESSAGES).map(messageObject)),
      schemas: Object.fromEntries(names.map((name) => [name, schemaObject(name)])),
    },
  };
}
