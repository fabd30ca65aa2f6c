import type { Scope } from '@notify/contracts';
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
  /** By status code: what it means. */
  answers: Record<number, string>;
}

export const VALIDATION_PROBLEM = { 400: 'Not valid: `errors` lists every problem' };
