import { AppError, fields, validate } from '@notify/contracts';
import type { Request } from 'express';
import Joi from 'joi';

const userPathSchema = Joi.object<{ user_id: string }>({ user_id: fields.callerId().required() }).unknown();

/** The user_id of a path. @throws AppError `validation_failed` */
export function userIdOf(request: Request): string {
  return validate(userPathSchema, request.params, 'the path').user_id;
}

export function userNotFound(): AppError {
  return new AppError('user_not_found', 'There is no user with this id');
}
