import type { ListJson, Scope } from '@notify/contracts';
import type Joi from 'joi';

/** One operation of the public API, as the OpenAPI document and the readable page show it. */
export interface Operation {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  path: string;
  tag: 'Send' | 'Follow' | 'Users' | 'Templates' | 'In-app' | 'Webhooks' | 'Keys';
  summary: string;
  scope: Scope;
  /** The user whom the path names may call it too, with a token of theirs. */
  isForUser?: true;
  body?: { schema: Joi.ObjectSchema; example: unknown };
  query?: Joi.ObjectSchema;
  /** By status code: what it means, and what its body says where it has one. Errors all have the same. */
  answers: Record<number, string | AnswerWithBody>;
}

export interface AnswerWithBody {
  meaning: string;
  schema: Joi.ObjectSchema;
  example: unknown;
}

export const VALIDATION_PROBLEM = { 400: 'Not valid: `errors` lists every problem' };

/** An answer with a body of the schema, such as the example. */
export const says =
  <T>(schema: Joi.ObjectSchema<T>, example: NoInfer<T>) =>
  (meaning: string): AnswerWithBody => ({ meaning, schema, example });

/** An answer with a page of which there is one item, such as the example. */
export const saysPage = <T>(schema: Joi.ObjectSchema<ListJson<T>>, example: NoInfer<T>) =>
  says(schema, { data: [example], meta: { limit: 50, next_cursor: null } });
