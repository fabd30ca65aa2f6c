import { expect, test } from '@jest/globals';
import { notificationWebhookSchema, WEBHOOK_TYPES, webhookWebhookSchema } from '@notify/contracts';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { jsonSchemaOf } from './json-schema-of.ts';
import { openApiDocument } from './openapi.ts';
import { OPERATIONS } from './operations.ts';

test('the document is valid OpenAPI 3.1, with an operation id of its own for each operation', async () => {
  const document = openApiDocument('http://localhost:8001');
  const validator = new Validator();
  expect(await validator.validate(document)).toEqual({ valid: true });
  expect(validator.version).toBe('3.1');
  const paths = document['paths'] as Record<string, Record<string, { operationId: string }>>;
  const ids = Object.values(paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
  expect(new Set(ids).size).toBe(OPERATIONS.length);
});

test('every example fits the schema that validates requests, and the one in the document', () => {
  const ajv = new Ajv({ strict: false });
  addFormats.default(ajv);
  for (const { body, method, path } of OPERATIONS) {
    if (body === undefined) continue;
    expect([method, path, body.schema.validate(body.example).error]).toEqual([method, path, undefined]);
    const validate = ajv.compile(jsonSchemaOf(body.schema));
    validate(body.example);
    expect([method, path, validate.errors]).toEqual([method, path, null]);
  }
});

test('each event of a webhook has an entry, with an example that fits what receivers are promised', () => {
  const webhooks = openApiDocument('http://localhost:8001')['webhooks'] as Record<
    string,
    { post: { requestBody: { content: { 'application/json': { example: { type: string } } } } } }
  >;
  expect(Object.keys(webhooks)).toEqual([...WEBHOOK_TYPES]);
  for (const [type, { post }] of Object.entries(webhooks)) {
    const { example } = post.requestBody.content['application/json'];
    const schema = type.startsWith('notification.') ? notificationWebhookSchema : webhookWebhookSchema;
    expect([type, example.type, schema.validate(example).error]).toEqual([type, type, undefined]);
  }
});
