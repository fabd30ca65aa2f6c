import { AppError, check } from '@notify/contracts';
import type Joi from 'joi';

/** @throws AppError `malformed_json`. */
export function parseBody(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new AppError('malformed_json', 'The body is not valid JSON');
  }
}

/** The value with its conversions, or undefined where it is not what the schema says: such an event means nothing here. */
export function matching<T>(schema: Joi.Schema<T>, value: unknown): T | undefined {
  const result = check(schema, value);
  return result.errors === undefined ? result.value : undefined;
}
