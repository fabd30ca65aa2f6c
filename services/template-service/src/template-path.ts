import { AppError, canonicalLocale, fields, validate, versionNumber } from '@notify/contracts';
import type { Request } from 'express';
import Joi from 'joi';

/** `/templates/{code}[/draft/{locale}][/versions/{version}]` */
const templatePathSchema = Joi.object<{ code: string; locale: string; version: number }>({
  code: fields.callerId().required(),
  locale: fields.locale(),
  version: versionNumber(),
}).unknown();

/** The parameters of a path; those that its route does not have are undefined. @throws AppError `validation_failed` */
export function pathOf(request: Request): { code: string; locale: string; version: number } {
  const path = validate(templatePathSchema, request.params, 'the path');
  return { ...path, locale: path.locale && canonicalLocale(path.locale) };
}

/** `?version=` @throws AppError `validation_failed` */
export function versionOf(request: Request): number | undefined {
  return validate(Joi.object<{ version?: number }>({ version: versionNumber() }), request.query, 'the query').version;
}

export function templateNotFound(detail = 'There is no template with this code'): AppError {
  return new AppError('template_not_found', detail);
}
