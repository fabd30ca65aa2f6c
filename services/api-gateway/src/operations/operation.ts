import type Joi from 'joi';
import type { Scope } from '../api-key.ts';

/** One operation of the public API, as the OpenAPI document and the readable page show it. */
export interface Operation {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  path: string;
  tag: 'Send' | 'Follow' | 'Users' | 'Templates' | 'In-app';
  summary: string;
  scope: Scope;
  body?: { schema: Joi.ObjectSchema; example: unknown };
  query?: Joi.ObjectSchema;
  /** By status code: what it means. */
  answers: Record<number, string>;
}

export const VALIDATION_PROBLEM = { 400: 'Not valid: `errors` lists every problem' };
