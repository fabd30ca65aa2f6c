import specs from '@asyncapi/specs';
import { expect, test } from '@jest/globals';
import { EVENTS_EXCHANGE, EXCHANGES, QUEUES, SERVER_FRAMES } from '@notify/contracts';
import { Ajv } from 'ajv';
import { asyncApiDocument } from './asyncapi.ts';

const document = asyncApiDocument() as {
  channels: Record<string, { address: string; messages: Record<string, { payload: object }> }>;
};

test('the document is valid AsyncAPI 3.0', () => {
  const schema = specs.schemasWithoutId['3.0.0'];
  const ajv = new Ajv({ strict: false, validateFormats: false });
  const isValid = ajv.validate({ ...schema, $schema: 'http://json-schema.org/draft-07/schema#' }, document);
  expect([isValid, ajv.errors]).toEqual([true, null]);
});

test('each payload is a schema that takes what its own checks take', () => {
  const ajv = new Ajv({ strict: false, validateFormats: false });
  const { messages } = document.channels['websocket'] as (typeof document.channels)[string];
  const frames: [string, object, boolean][] = [
    ['action', { action: 'subscribe', topic: 'all' }, true],
    ['action', { action: 'dance' }, false],
    ['pong', { type: 'pong' }, true],
    ['missed', { type: 'missed', topic: 'all' }, false],
    ['resync', { type: 'resync', topic: 'all', reason: 'too_much' }, true],
  ];
  for (const [name, frame, isGood] of frames) {
    expect([name, frame, ajv.validate(messages[name]?.payload ?? false, frame)]).toEqual([name, frame, isGood]);
    const own = SERVER_FRAMES[name]?.schema.validate(frame).error;
    if (name !== 'action') expect(own === undefined).toBe(isGood);
  }
});

test('whatever a durable queue takes from the events is in the catalogue', () => {
  expect(EXCHANGES.map(({ name }) => name)).toContain(EVENTS_EXCHANGE);
  const addresses = Object.values(document.channels).map(({ address }) => address.split(/[.{]/, 1)[0]);
  const bound = QUEUES.flatMap(({ bindings }) => bindings)
    .filter(({ exchange }) => exchange === EVENTS_EXCHANGE)
    .map(({ routingKey }) => routingKey.split('.', 1)[0]);
  expect(addresses).toEqual(expect.arrayContaining([...new Set(bound)]));
});
