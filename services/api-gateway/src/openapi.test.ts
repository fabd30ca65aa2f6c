import { expect, test } from '@jest/globals';
import { notificationWebhookSchema, WEBHOOK_TYPES, webhookWebhookSchema } from '@notify/contracts';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { type JsonSchema, jsonSchemaOf } from './json-schema-of.ts';
import { openApiDocument } from './openapi.ts';
import type { AnswerWithBody } from './operations/operation.ts';
import { OPERATIONS } from './operations.ts';

interface AnswerObject {
  content?: Record<string, { schema: { $ref: string }; example: unknown }>;
}

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

test('every 2xx answer with a body has a schema with a name, and an example that has what it says and nothing else', () => {
  const document = openApiDocument('http://localhost:8001');
  const paths = document['paths'] as Record<string, Record<string, { responses: Record<string, AnswerObject> }>>;
  const ajv = new Ajv({ strict: false });
  addFormats.default(ajv);
  ajv.addSchema({ components: document['components'] }, 'document');
  for (const { answers, method, path } of OPERATIONS) {
    for (const [status, answer] of Object.entries(answers)) {
      if (Number(status) >= 300 || status === '204') continue;
      const { schema, example } = paths[path]?.[method]?.responses[status]?.content?.['application/json'] ?? {};
      const validate = ajv.getSchema(`document${schema?.$ref}`);
      expect([method, path, status, validate?.(example), validate?.errors]).toEqual([method, path, status, true, null]);
      // Stricter: what it does not name, it does not allow.
      const { error } = (answer as AnswerWithBody).schema.validate(example);
      expect([method, path, status, error]).toEqual([method, path, status, undefined]);
    }
  }
});

test('answers may get further fields, requests may not', () => {
  const { paths, components } = openApiDocument('http://localhost:8001') as {
    paths: Record<string, { put: { requestBody: { content: Record<string, { schema: JsonSchema }> } } }>;
    components: { schemas: Record<string, JsonSchema> };
  };
  const request = paths['/api/v1/users/{user_id}']?.put.requestBody.content['application/json']?.schema;
  expect(request?.['additionalProperties']).toBe(false);
  const { User, Template } = components.schemas;
  expect(User?.['additionalProperties']).toBeUndefined();
  expect(User?.properties?.['email']).toEqual({ type: ['string', 'null'] });
  expect(Template?.properties?.['variables']).toEqual({
    type: ['object', 'null'],
    additionalProperties: { $ref: '#/components/schemas/VariableDeclaration' },
  });
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
