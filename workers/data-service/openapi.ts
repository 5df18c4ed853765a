import {
  openApiDocument as documentOf,
  jsonContent,
  parametersOf,
  problemContent,
} from '../../platform/openapi/document.ts';
import { type Json, type SchemaWriter, schemaWriter } from '../../platform/openapi/schemas.ts';
import { problem } from '../../shared/data/errors.ts';
import {
  DATA_BASE_PATH,
  OPERATIONS,
  type OperationShape,
  placesOf,
  RAW_TYPE,
} from '../../shared/data/operations.ts';

let made: Json | undefined;

/** The data service as OpenAPI 3.1, whose schemas are JSON Schema as zod writes it. */
export function openApiDocument(): Json {
  made ??= makeDocument();
  return made;
}

function makeDocument(): Json {
  const schemas = schemaWriter([['Problem', problem]]);
  const operations = Object.entries<OperationShape>(OPERATIONS).map(([name, operation]) => ({
    method: operation.method,
    path: `${DATA_BASE_PATH}${operation.path}`,
    object: operationObject(schemas, name, operation),
  }));
  return documentOf(
    {
      info: {
        title: 'Waypost data service',
        version: '1',
        description:
          'Mailboxes, calendars, contacts, the outbox and devices for other services of the installation.',
      },
      security: [{ token: [] }],
      components: {
        securitySchemes: { token: { type: 'apiKey', in: 'header', name: 'X-Internal-Auth' } },
      },
    },
    operations,
    schemas,
  );
}

function operationObject(schemas: SchemaWriter, name: string, operation: OperationShape) {
  const places = placesOf(operation);
  const input = schemas.write(operation.input);
  const { properties = {}, required = [] } = input as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  const inPlace = (wanted: string) =>
    [...places].filter(([, place]) => place === wanted).map(([member]) => member);
  const parameters = [
    ...parametersOf(input, 'path', inPlace('path')),
    ...parametersOf(input, 'query', inPlace('query')),
  ];
  const inBody = inPlace('body');
  const json = {
    type: 'object',
    properties: Object.fromEntries(inBody.map((member) => [member, properties[member] ?? {}])),
    required: inBody.filter((member) => required.includes(member)),
    additionalProperties: false,
  };
  const content: Json = places.has('raw') ? { [RAW_TYPE]: {} } : jsonContent(json);
  const hasBody = places.has('raw') || inBody.length > 0;
  return {
    operationId: name,
    summary: operation.summary,
    parameters: [...parameters, ...headersOf(places)],
    ...(hasBody ? { requestBody: { required: true, content } } : {}),
    responses: {
      ...answersOf(schemas, operation),
      default: { description: 'An error', content: problemContent(schemas.write(problem)) },
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

function answersOf(schemas: SchemaWriter, { output, versioned, created }: OperationShape): Json {
  if (output === null) return { 204: { description: 'Done' } };
  if (output === 'bytes') {
    const content = { '*/*': {} };
    return { 200: { description: 'All bytes', content }, 206: { description: 'The range', content } };
  }
  const headers = versioned === true ? { headers: { ETag: { schema: { type: 'string' } } } } : {};
  const content = jsonContent(schemas.write(output));
  const said = { description: 'Done', ...headers, content };
  return created === true ? { 200: said, 201: { ...said, description: 'Made' } } : { 200: said };
}
