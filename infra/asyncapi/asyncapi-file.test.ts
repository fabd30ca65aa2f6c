import { readFileSync } from 'node:fs';
import specs from '@asyncapi/specs';
import { expect, test } from '@jest/globals';
import { clientFrameSchema, FAILED_EXCHANGE, QUEUES, SERVER_FRAMES } from '@notify/contracts';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { asyncApiDocument } from '../../services/api-gateway/src/asyncapi/asyncapi-document.ts';
import { messagesOf } from '../../services/api-gateway/src/asyncapi/broker-channels.ts';
import {
  type CataloguedMessage,
  MESSAGES,
  type MessageName,
  PUBLICATIONS,
} from '../../services/api-gateway/src/asyncapi/message-catalogue.ts';
import { asyncApiFile, asyncApiYaml } from './asyncapi-file.ts';

const document = asyncApiDocument();
const messages = Object.entries<CataloguedMessage>(MESSAGES);

function newAjv(): Ajv {
  const ajv = new Ajv({ strict: false });
  addFormats.default(ajv);
  return ajv;
}

/** Every `$ref` in a part of the document. */
function references(part: unknown): string[] {
  if (typeof part !== 'object' || part === null) return [];
  return Object.entries(part).flatMap(([key, value]) => (key === '$ref' ? [value as string] : references(value)));
}

function resolve(reference: string): unknown {
  const steps = reference.replace(/^#\//, '').split('/');
  return steps.reduce<unknown>((part, step) => (part as Record<string, unknown> | undefined)?.[step], document);
}

test('docs/asyncapi.yaml is what the contracts say; `npm run asyncapi` writes it anew', () => {
  expect(readFileSync(asyncApiFile, 'utf8')).toBe(asyncApiYaml());
});

test('the document is valid AsyncAPI 3.0', () => {
  const validate = newAjv().compile(specs.schemasWithoutId['3.0.0']);
  validate(document);
  expect(validate.errors).toBeNull();
});

test('all that the document refers to is in it', () => {
  const all = [...new Set(references(document))];
  expect(all.length).toBeGreaterThan(messages.length);
  expect(all.filter((reference) => resolve(reference) === undefined)).toEqual([]);
});

test.each(messages)(
  'the example of %s fits what consumers check, and what is documented',
  (name, { schema, example }) => {
    expect(schema.validate(example).error).toBeUndefined();
    const validate = newAjv().addSchema(document, 'asyncapi').getSchema(`asyncapi#/components/schemas/${name}`);
    expect([validate?.(example), validate?.errors]).toEqual([true, null]);
    expect(validate?.({})).toBe(false);
  },
);

test('an accepted notification without its envelope does not fit', () => {
  const validate = newAjv().addSchema(document, 'asyncapi').getSchema('asyncapi#/components/schemas/NotificationEvent');
  const accepted = { ...MESSAGES.NotificationEvent.example, event: 'accepted' };
  expect(validate?.(accepted)).toBe(false);
  expect(validate?.({ ...accepted, envelope: MESSAGES.Envelope.example })).toBe(true);
});

test('a queue has the messages that its bindings let through', () => {
  const inQueue = (name: string) => QUEUES.filter((queue) => queue.name === name).flatMap(messagesOf);
  expect(inQueue('email.critical.queue')).toEqual(['Envelope']);
  expect(inQueue('status.queue')).toEqual(['NotificationEvent', 'Receipt', 'UserChanged']);
  expect(inQueue('in-app.events.queue')).toEqual(['UserErased']);
  expect(QUEUES.filter((queue) => messagesOf(queue).length === 0)).toEqual([]);
});

test('whatever a queue dead-letters is named where operators look', () => {
  const failed = PUBLICATIONS.filter(({ exchange }) => exchange === FAILED_EXCHANGE).flatMap((each) => each.messages);
  const deadLettered = QUEUES.filter((queue) => queue.arguments['x-dead-letter-exchange'] === FAILED_EXCHANGE);
  const names = new Set<MessageName>(deadLettered.flatMap(messagesOf));
  expect([...names].sort()).toEqual(failed.sort());
});

test.each([
  ['action', { action: 'subscribe', topic: 'all' }, true],
  ['action', { action: 'dance' }, false],
  ['pong', { type: 'pong' }, true],
  ['missed', { type: 'missed', topic: 'all' }, false],
  ['resync', { type: 'resync', topic: 'all', reason: 'too_much' }, true],
])('the schema of the frame %s takes what its own check takes: %j', (name, frame, isGood) => {
  const own = SERVER_FRAMES[name]?.schema ?? clientFrameSchema;
  expect(own.validate(frame).error === undefined).toBe(isGood);
  const validate = newAjv()
    .addSchema(document, 'asyncapi')
    .getSchema(`asyncapi#/channels/websocket/messages/${name}/payload`);
  expect(validate?.(frame)).toBe(isGood);
});
