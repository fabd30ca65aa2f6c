import { AppError, validate } from '@notify/contracts';
import type { Request } from 'express';
import Joi from 'joi';
import { validate as isUuid } from 'uuid';

const idPathSchema = Joi.object<{ id: string }>({ id: Joi.string().required() });

/** The id that the path names. @throws AppError `not_found` for what can't be one. */
export function idOf(request: Request, notFound: () => AppError): string {
  const { id } = validate(idPathSchema, request.params, 'the path');
  if (!isUuid(id)) throw notFound();
  return id.toLowerCase();
}

export const webhookNotFound = () => new AppError('not_found', 'There is no webhook with this id');
export const deliveryNotFound = () => new AppError('not_found', 'There is no webhook delivery with this id');
