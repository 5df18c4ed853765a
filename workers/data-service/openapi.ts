import * as z from 'zod';
import { problem } from '../../shared/data/errors.ts';
import {
  DATA_BASE_PATH,
  OPERATIONS,
  type OperationShape,
  placesOf,
  RAW_TYPE,
} from '../../shared/data/operations.ts';

type Json = Record<string, unknown>;

let made: Json | undefined;

/** The data service as OpenAPI 3.1, whose schemas are JSON Schema as zod writes it. */
export function openApiDocument(): Json {
  made ??= makeDocument();
  return made;
}

function makeDocument(): Json {
  const paths: Record<string, Json> = {};
  for (const [name, operation] of Object.entries<OperationShape>(OPERATIONS)) {
    const path = `${DATA_BASE_PATH}${operation.path}`;
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: operationObject(name, operation) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Waypost data service',
      version: '1',
      description:
        'Mailboxes, calendars, contacts, the outbox and devices for other services of the installation.',
    },
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'apiKey', in: 'header', name: 'X-Internal-Auth' } },
      schemas: { Problem: schemaOf(problem) },
    },
  };
}

function schemaOf(type: z.ZodType): Json {
  const { $schema: _, ...schema } = z.toJSONSchema(type, { io: 'input', unrepresentable: 'any' });
  return schema;
}

function operationObject(name: string, operation: OperationShape): Json {
  const places = placesOf(operation);
  const { properties = {}, required = [] } = schemaOf(operation.input) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  const inPlace = (wanted: string) =>
    [...places].filter(([, place]) => place === wanted).map(([member]) => member);
  const parameters = [...inPlace('path'), ...inPlace('query')].map((member) => ({
    name: member,
    in: places.get(member),
    required: required.includes(member),
    schema: properties[member] ?? {},
  }));
  const inBody = inPlace('body');
  const json = {
    type: 'object',
    properties: Object.fromEntries(inBody.map((member) => [member, properties[member] ?? {}])),
    required: inBody.filter((member) => required.includes(member)),
    additionalProperties: false,
  };
  const content: Json = places.has('raw') ? { [RAW_TYPE]: {} } : { 'application/json': { schema: json } };
  const hasBody = places.has('raw') || inBody.length > 0;
  return {
    operationId: name,
    summary: operation.summary,
    parameters: [...parameters, ...headersOf(places)],
    ...(hasBody ? { requestBody: { required: true, content } } : {}),
    responses: {
      ...answersOf(operation),
      default: {
        description: 'An error',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

function headersOf(places: ReadonlyMap<string, string>): Json[] {
  const header = (name: string, description: string): Json => ({
    ...{ name, in: 'header', required: false, description, schema: { type: 'string' } },
  });
  return [
    ...(places.has('ifMatch') ? [header('If-Match', 'ETag of the version that is meant')] : []),
    ...(places.has('range') ? [header('Range', 'one range of bytes')] : []),
  ];
}

function answersOf({ output, versioned, created }: OperationShape): Json {
  if (output === null) return { 204: { description: 'Done' } };
  if (output === 'bytes') {
    const content = { '*/*': {} };
    return { 200: { description: 'All bytes', content }, 206: { description: 'The range', content } };
  }
  const headers = versioned === true ? { headers: { ETag: { schema: { type: 'string' } } } } : {};
  const content = { 'application/json': { schema: schemaOf(output) } };
  const said = { description: 'Done', ...headers, content };
  return created === true ? { 200: said, 201: { ...said, description: 'Made' } } : { 200: said };
}
