import Joi from 'joi';
import { CHANNELS, PRIORITIES } from '../../channels.ts';
import { STATUSES } from '../../statuses.ts';
import type { ListJson } from '../list.ts';

/** The building blocks of the answers. A field is always there unless it says `optional()`. */

export const text = () => Joi.string().allow('').required();
export const uuid = () => Joi.string().guid().required();
/** RFC 3339, in UTC. */
export const time = () => Joi.string().isoDate().required();
export const oneOf = (values: readonly string[]) =>
  Joi.string()
    .valid(...values)
    .required();
export const channel = () => oneOf(CHANNELS);
export const priority = () => oneOf(PRIORITIES);
export const status = () => oneOf(STATUSES);
export const flag = () => Joi.boolean().required();
export const count = () => Joi.number().integer().min(0).required();
/** 0 to 1. */
export const share = () => Joi.number().min(0).max(1).required();
export const listOf = (item: Joi.Schema) => Joi.array().items(item.optional()).required();
/** By whatever keys. */
export const byKey = (value: Joi.Schema) => Joi.object().pattern(/^.*$/, value.optional()).required();
/** By some of these keys. */
export const bySome = (keys: readonly string[], value: Joi.Schema) =>
  Joi.object(Object.fromEntries(keys.map((key) => [key, value.optional()]))).required();
/** Whatever its owner put into it. */
export const freeData = () => Joi.object().unknown().required();

/** An object that the OpenAPI document has under a name of its own. Its fields are those of T, no more and no fewer. */
export const named = <T>(title: string, fields: Joi.StrictSchemaMap<T>): Joi.ObjectSchema<T> =>
  Joi.object<T, true>(fields).meta({ title });

const listMetaSchema = named<ListJson<unknown>['meta']>('ListMeta', {
  limit: count(),
  next_cursor: text().allow(null),
});

/** A page of them. @param title of one of them. */
export const pageOf = <T>(title: string, item: Joi.ObjectSchema<T>): Joi.ObjectSchema<ListJson<T>> =>
  named<ListJson<unknown>>(`${title}List`, {
    data: listOf(item),
    meta: listMetaSchema.required(),
  }) as Joi.ObjectSchema<ListJson<T>>;
