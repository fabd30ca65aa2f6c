import { ERROR_CODES } from '@notify/contracts';
import { type JsonSchema, jsonSchemaOf } from './json-schema-of.ts';
import type { AnswerWithBody, Operation } from './operations/operation.ts';
import { OPERATIONS } from './operations.ts';
import { referToNamed } from './refer-to-named.ts';
import { WEBHOOK_PAYLOADS, webhooksObject } from './webhooks-object.ts';

const KEY_SECURITY = [{ bearer: [] }, { apiKey: [] }];
const PROBLEM = { $ref: '#/components/schemas/Problem' };

function parametersOf({ path, query }: Operation): unknown[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  if (query === undefined) return inPath;
  const { properties = {}, required = [] } = jsonSchemaOf(query);
  return [
    ...inPath,
    ...Object.entries(properties).map(([name, schema]) => ({
      name,
      in: 'query',
      required: required.includes(name),
      schema,
    })),
  ];
}

type Components = Record<string, JsonSchema>;

function answerObject(status: string, answer: string | AnswerWithBody, components: Components): unknown {
  if (typeof answer !== 'string') {
    const { meaning, schema, example } = answer;
    const content = { 'application/json': { schema: referToNamed(jsonSchemaOf(schema), components), example } };
    return { description: meaning, content };
  }
  if (Number(status) < 400) return { description: answer };
  return { description: answer, content: { 'application/problem+json': { schema: PROBLEM } } };
}

function answersOf(operation: Operation, components: Components): Record<string, unknown> {
  const ofBodies: Record<number, string> =
    operation.body === undefined ? {} : { 413: 'The body is over 256 KiB', 415: 'The body is not JSON' };
  const all: Operation['answers'] = {
    ...operation.answers,
    ...ofBodies,
    401: operation.isForUser ? 'No valid API key or token' : 'No valid API key',
    403: operation.isForUser
      ? 'The API key lacks the scope, or the token is of another user'
      : 'The API key lacks the scope',
    503: '`dependency_unavailable`: try again after `Retry-After` seconds',
  };
  return Object.fromEntries(
    Object.entries(all).map(([status, answer]) => [status, answerObject(status, answer, components)]),
  );
}

function operationObject(operation: Operation, components: Components): Record<string, unknown> {
  const { body, isForUser, method, path, scope, summary, tag } = operation;
  return {
    operationId: `${method}_${path.replaceAll(/[^a-z0-9]+/g, '_').replaceAll(/^_|_$/g, '')}`,
    tags: [tag],
    summary,
    description: `Scope: \`${scope}\`${isForUser ? ', or a token of the user' : ''}`,
    ...(isForUser ? { security: [...KEY_SECURITY, { userToken: [] }] } : {}),
    parameters: parametersOf(operation),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: jsonSchemaOf(body.schema), example: body.example } },
          },
        }),
    responses: answersOf(operation, components),
  };
}

interface DescribedOperations {
  paths: Record<string, Record<string, unknown>>;
  /** What their answers refer to. */
  components: Components;
}
let described: DescribedOperations | undefined;

/** Once only: it takes long, and is the same for everybody. */
function describedOperations(): DescribedOperations {
  if (described !== undefined) return described;
  const paths: DescribedOperations['paths'] = {};
  const components: Components = {};
  for (const operation of OPERATIONS) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: operationObject(operation, components) };
  }
  described = { paths, components };
  return described;
}

/** The OpenAPI 3.1 document, made from the same schemas that validate requests. @param serverUrl where clients reach the gateway. */
export function openApiDocument(serverUrl: string): Record<string, unknown> {
  const { paths, components } = describedOperations();
  return {
    openapi: '3.1.0',
    info: {
      title: 'Notification system',
      version: '0.1.0',
      description: 'Send this person this message, by email, SMS, push or in-app, and read what became of it.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: serverUrl }],
    security: KEY_SECURITY,
    paths,
    webhooks: webhooksObject(),
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        userToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      },
      schemas: {
        ...components,
        ...WEBHOOK_PAYLOADS,
        Problem: {
          type: 'object',
          required: ['type', 'title', 'status', 'code', 'correlation_id'],
          properties: {
            type: { type: 'string' },
            title: { type: 'string' },
            status: { type: 'integer' },
            detail: { type: 'string' },
            instance: { type: 'string' },
            code: { type: 'string', enum: Object.keys(ERROR_CODES) },
            correlation_id: { type: 'string' },
            errors: {
              type: 'array',
              items: {
                type: 'object',
                required: ['field', 'code', 'message'],
                properties: { field: { type: 'string' }, code: { type: 'string' }, message: { type: 'string' } },
              },
            },
          },
        },
      },
    },
  };
}
