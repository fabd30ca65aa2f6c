import type Joi from 'joi';
import { AppError, type FieldError } from './error-codes.ts';

const OPTIONS: Joi.ValidationOptions = { abortEarly: false, convert: true, errors: { wrap: { label: false } } };

/** Everything that is wrong with `value` by `schema`, or the value with defaults and conversions applied. */
export function check<T>(
  schema: Joi.Schema<T>,
  value: unknown,
): { value: T; errors?: never } | { errors: FieldError[] } {
  const result = schema.validate(value, OPTIONS);
  if (result.error === undefined) return { value: result.value as T };
  // A value of the wrong type is also none of the valid ones: one of the two says it all.
  const notAmongValid = new Set(
    result.error.details.filter(({ type }) => type === 'any.only').map(({ path }) => path.join('.')),
  );
  const problems = result.error.details.filter(
    ({ type, path }) => type === 'any.only' || !notAmongValid.has(path.join('.')),
  );
  return {
    errors: problems.map((problem) => ({
      field: problem.path.join('.'),
      code: problem.type.replaceAll('.', '_'),
      message: problem.message,
    })),
  };
}

/**
 * The validated value.
 * @param what names the thing in the error's detail ("the body", "the query").
 * @throws AppError `validation_failed` that lists every problem at once.
 */
export function validate<T>(schema: Joi.Schema<T>, value: unknown, what = 'the body'): T {
  const result = check(schema, value);
  if (result.errors === undefined) return result.value;
  const count = result.errors.length;
  throw new AppError('validation_failed', `${count} problem${count === 1 ? '' : 's'} in ${what}`, {
    errors: result.errors,
  });
}
