import Joi from 'joi';

/**
 * A setting that is needed only where another one, a list, names what it belongs to: a vendor's key, when that vendor is in use.
 * @param listKey the list's name; its value is an array of strings by the time that this looks.
 */
export function requiredWhenListed<T>(schema: Joi.Schema<T>, listKey: string, name: string): Joi.Schema<T> {
  return schema.when(listKey, {
    is: Joi.array().items(Joi.valid(name).required(), Joi.any()).required(),
    then: Joi.required(),
  });
}
