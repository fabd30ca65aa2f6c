import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

export interface OpenApiDocument {
  paths: Record<
    string,
    Record<string, { responses: Record<string, { content?: Record<string, { schema: { $ref: string } }> }> }>
  >;
  components: { schemas: Record<string, object> };
}

/** Closes every object that names its fields, so that fields which the document does not have are found as well. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const children = Object.fromEntries(Object.entries(schema).map(([keyword, child]) => [keyword, closed(child)]));
  const namesFields = typeof children['properties'] === 'object' && [children['type']].flat().includes('object');
  return namesFields ? { additionalProperties: false, ...children } : children;
}

/** Throws, naming what is off, unless the document has this answer of this operation and the body is as it says there. */
export type AnswerCheck = (method: string, path: string, status: number, body: unknown) => void;

/** @param document the gateway's own. What it has no path for is not checked. */
export function createAnswerCheck({ paths, components }: OpenApiDocument): AnswerCheck {
  const ajv = new Ajv({ strict: false, allErrors: true, verbose: true, validateSchema: false });
  addFormats.default(ajv);
  ajv.addSchema({ components: closed(components) }, 'document');
  const validatorOf = ({ $ref }: { $ref: string }): ValidateFunction => {
    const validator = ajv.getSchema(`document${$ref}`);
    if (validator === undefined) throw new Error(`The OpenAPI document has no ${$ref}`);
    return validator;
  };
  // Those that name the most come first: `/notifications/replay` is none of `/notifications/{id}`.
  const templates = Object.keys(paths)
    .sort((one, other) => one.split('{').length - other.split('{').length)
    .map((path) => ({ path, pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`) }));

  return (method, url, status, body) => {
    const [path = ''] = url.split('?');
    const operation = templates
      .filter(({ pattern }) => pattern.test(path))
      .map((template) => paths[template.path]?.[method.toLowerCase()])
      .find((each) => each !== undefined);
    if (operation === undefined) return;
    const schema = operation.responses[status]?.content?.['application/json']?.schema;
    if (schema === undefined) throw new Error(`${method} ${path}: the OpenAPI document has no body for ${status}`);
    const validate = validatorOf(schema);
    if (validate(body)) return;
    const problems = validate.errors?.map(
      ({ instancePath, message, params, data }) =>
        `${instancePath || 'the body'} ${message} ${JSON.stringify(params)}: ${JSON.stringify(data)}`,
    );
    throw new Error(
      [`${method} ${path}: ${status} is not as the OpenAPI document says`, ...(problems ?? [])].join('\n'),
    );
  };
}
