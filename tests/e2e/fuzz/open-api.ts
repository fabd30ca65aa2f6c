import { gatewayUrl } from '../system.ts';

/** As much of a JSON schema as the public document uses and the generator understands. */
export interface JsonSchema {
  type?: string;
  enum?: unknown[];
  const?: unknown;
  format?: string;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean;
}

interface Parameter {
  name: string;
  in: 'path' | 'query';
  schema: JsonSchema;
}

/** One operation, as the gateway's own document describes it. */
export interface DocumentedOperation {
  method: string;
  path: string;
  parameters: Parameter[];
  body?: { schema: JsonSchema; example: unknown };
}

interface OpenApiJson {
  paths: Record<
    string,
    Record<
      string,
      {
        parameters: Parameter[];
        requestBody?: { content: { 'application/json': { schema: JsonSchema; example: unknown } } };
      }
    >
  >;
  components: { schemas: { Problem: { properties: { code: { enum: string[] } } } } };
}

/** The document of the running gateway: its operations, and every code that an error may have. */
export async function readOpenApi(): Promise<{ operations: DocumentedOperation[]; codes: Set<string> }> {
  const document = (await (await fetch(`${gatewayUrl}/openapi.json`)).json()) as OpenApiJson;
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters, requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      parameters,
      body: requestBody?.content['application/json'],
    })),
  );
  return { operations, codes: new Set(document.components.schemas.Problem.properties.code.enum) };
}
