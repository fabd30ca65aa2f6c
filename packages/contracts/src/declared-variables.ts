import Joi from 'joi';
import type { FieldError } from './error-codes.ts';
import { check } from './validate.ts';

export const VARIABLE_TYPES = ['string', 'number', 'boolean', 'url', 'time', 'array', 'object'] as const;

/** What a template says of one variable. Same shape on the wire. */
export interface VariableDeclaration {
  /** `url` is http or https, `time` RFC 3339. */
  type: (typeof VARIABLE_TYPES)[number];
  required: boolean;
  /** In characters; of a `string` or `url`. */
  max_length?: number;
  description?: string;
  /** A value as it could come. Publishing renders the template with the examples, and a preview without variables shows them. */
  example: unknown;
}
/** By name. */
export type VariableDeclarations = Record<string, VariableDeclaration>;

const byType: Record<VariableDeclaration['type'], (declaration: VariableDeclaration) => Joi.Schema> = {
  string: ({ max_length }) => limited(Joi.string().allow(''), max_length),
  number: () => Joi.number(),
  boolean: () => Joi.boolean(),
  url: ({ max_length }) => limited(Joi.string().uri({ scheme: ['http', 'https'] }), max_length),
  time: () => Joi.string().isoDate(),
  array: () => Joi.array(),
  object: () => Joi.object().unknown(),
};

function limited(schema: Joi.StringSchema, maxLength: number | undefined): Joi.StringSchema {
  return maxLength === undefined ? schema : schema.max(maxLength);
}

/** A schema for the variables of a request. One that is not declared may come too: it is not used. */
export function variablesSchemaOf(declarations: VariableDeclarations): Joi.ObjectSchema {
  return Joi.object(
    Object.fromEntries(
      Object.entries(declarations).map(([name, declaration]) => {
        // As a template sees it: null is as missing as what is not there.
        const schema = byType[declaration.type](declaration).strict();
        return [name, declaration.required ? schema.required() : schema.allow(null)];
      }),
    ),
  ).unknown();
}

/** Everything in which these variables differ from what is declared. Fields are `variables.<name>`. */
export function findVariableProblems(schema: Joi.ObjectSchema, variables: Record<string, unknown>): FieldError[] {
  return (check(schema, variables).errors ?? []).map(({ field, code, message }) => ({
    field: `variables.${field}`,
    code: code === 'any_required' ? 'missing_variable' : 'invalid_variable',
    message,
  }));
}

/** The examples as variables. @param options.optional false: of the required ones alone. */
export function exampleVariables(
  declarations: VariableDeclarations,
  { optional }: { optional: boolean },
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(declarations)
      .filter(([, { required }]) => required || optional)
      .map(([name, { example }]) => [name, example]),
  );
}
