import type Joi from 'joi';
import joiToJson from 'joi-to-json';

// Its types describe an ES module; what node loads is the function itself.
const parse = joiToJson as unknown as (typeof joiToJson)['parse'];

/** How many types JSON Schema knows, integers being numbers. */
const ALL_TYPES = 6;

export interface JsonSchema {
  title?: string;
  properties?: Record<string, JsonSchema>;
  patternProperties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  oneOf?: JsonSchema[];
  anyOf?: JsonSchema[];
  required?: string[];
  [keyword: string]: unknown;
}

/**
 * Three habits of the converter: it lists a pattern of keys as if it were a property (`/^...$/`; only patternProperties is meant), says of what
 * may be of any type, as enumerations may in Joi, each type there is, and has alternatives exclude each other, which Joi does not.
 */
function tidy(json: JsonSchema): JsonSchema {
  const { type, properties, patternProperties, items, oneOf } = json;
  if (Array.isArray(type) && type.length === ALL_TYPES) delete json['type'];
  if (oneOf !== undefined && type !== 'object') {
    delete json.oneOf;
    json['anyOf'] = oneOf.map(tidy);
  }
  if (items !== undefined) tidy(items);
  for (const property of Object.values(patternProperties ?? {})) tidy(property);
  for (const [name, property] of Object.entries(properties ?? {})) {
    if (name.startsWith('/^')) delete properties?.[name];
    else tidy(property);
  }
  return json;
}

/** A Joi schema as JSON Schema, as OpenAPI 3.1 and AsyncAPI 3 have it. What is only a rule in code (`custom`, `when`) is not in it. */
export function jsonSchemaOf(schema: Joi.Schema): JsonSchema {
  const { schemas: _none, ...json } = parse(schema, 'open-api-3.1') as JsonSchema;
  return tidy(json);
}
