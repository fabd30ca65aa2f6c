import { isDeepStrictEqual } from 'node:util';
import type { JsonSchema } from './json-schema-of.ts';

/** Of objects with any keys at all. */
const ANY_KEY = '^.*$';

const mapValues = (schemas: Record<string, JsonSchema>, change: (schema: JsonSchema) => JsonSchema) =>
  Object.fromEntries(Object.entries(schemas).map(([key, schema]) => [key, change(schema)]));

/** Objects are open, since an answer can get further fields. */
function withChildren(json: JsonSchema, change: (child: JsonSchema) => JsonSchema): JsonSchema {
  const { properties = {}, patternProperties, additionalProperties, items, anyOf, ...rest } = json;
  const ofAnyKey = patternProperties?.[ANY_KEY];
  return {
    ...rest,
    ...(Object.keys(properties).length === 0 ? {} : { properties: mapValues(properties, change) }),
    ...(ofAnyKey === undefined ? {} : { additionalProperties: change(ofAnyKey) }),
    ...(additionalProperties === true ? { additionalProperties } : {}),
    ...(items === undefined ? {} : { items: change(items) }),
    ...(anyOf === undefined ? {} : { anyOf: anyOf.map(change) }),
  };
}

/**
 * The schema of an answer with references in place of all that has a title, itself too.
 * @param components gets what has a title, by it. Throws where two that differ have the same.
 */
export function referToNamed(json: JsonSchema, components: Record<string, JsonSchema>): JsonSchema {
  const { title, ...schema } = withChildren(json, (child) => referToNamed(child, components));
  if (title === undefined) return schema;
  if (components[title] !== undefined && !isDeepStrictEqual(components[title], schema)) {
    throw new Error(`Two schemas are called ${title}`);
  }
  components[title] = schema;
  return { $ref: `#/components/schemas/${title}` };
}
