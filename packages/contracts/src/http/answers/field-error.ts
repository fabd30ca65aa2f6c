import type Joi from 'joi';
import type { FieldError } from '../../error-codes.ts';
import * as field from './answer-fields.ts';

export const fieldErrorSchema: Joi.ObjectSchema<FieldError> = field.named<FieldError>('FieldError', {
  field: field.text(),
  code: field.text(),
  message: field.text(),
});
