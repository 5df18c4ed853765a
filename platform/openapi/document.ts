import type { Json, SchemaWriter } from './schemas.ts';

/** An operation of an API, as it stands in its OpenAPI document. */
export interface ApiOperation {
  method: string;
  /** With `{name}` for its parameters. */
  path: string;
  object: Json & { operationId: string };
}

/** An API as OpenAPI 3.1. Schemas that the operations name are those that `schemas` has written. */
export function openApiDocument(
  frame: Json & { info: Json; components?: Json },
  operations: Iterable<ApiOperation>,
  schemas: SchemaWriter,
): Json {
  const paths: Record<string, Json> = {};
  for (const { method, path, object } of operations)
    paths[path] = { ...paths[path], [method.toLowerCase()]: object };
  const { info, components, ...rest } = frame;
  return {
    openapi: '3.1.0',
    info,
    ...rest,
    paths,
    components: { ...components, schemas: sorted(schemas.components) },
  };
}

/** Members of an object schema as parameters of one place. */
export function parametersOf(schema: Json, place: 'path' | 'query', names?: readonly string[]): Json[] {
  const { properties = {}, required = [] } = schema as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return (names ?? Object.keys(properties)).map((name) => {
    const { description, ...member } = properties[name] ?? {};
    return {
      ...{ name, in: place, required: place === 'path' || required.includes(name) },
      ...(description === undefined ? {} : { description }),
      schema: member,
    };
  });
}

export function jsonContent(schema: Json): Json {
  return { 'application/json': { schema } };
}

/** The body of an error (RFC 9457). */
export function problemContent(schema: Json): Json {
  return { 'application/problem+json': { schema } };
}

function sorted(members: Readonly<Record<string, Json>>): Record<string, Json> {
  return Object.fromEntries(Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1)));
}
