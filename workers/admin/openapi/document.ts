import * as z from 'zod';
import {
  type ApiOperation,
  jsonContent,
  openApiDocument,
  parametersOf,
} from '../../../platform/openapi/document.ts';
import { type Json, type SchemaWriter, schemaWriter } from '../../../platform/openapi/schemas.ts';
import { ADMIN_BASE_PATH } from '../../../shared/admin/common.ts';
import { ACCESS, type Access, type Subject } from '../access-table.ts';
import { OPERATIONS } from '../operations/index.ts';
import type { Bytes, OperationShape } from '../operations/shape.ts';
import { SHAPES } from './components.ts';
import { errorAnswers } from './errors.ts';
import { PATH_PARAMETERS, TOPIC_TITLES } from './words.ts';

const DESCRIPTION =
  'Administration of an installation. Times are milliseconds since the epoch, sizes are bytes. Members that are not ' +
  'known are refused in requests, and may come to answers within the version. Every answer has `X-Correlation-Id`. ' +
  'What lies in the area of others is answered as what is not there.';

let made: Json | undefined;

/** The admin API as OpenAPI 3.1, from the tables of routes and the schemas that requests are read by. */
export function adminDocument(): Json {
  made ??= makeDocument();
  return made;
}

function makeDocument(): Json {
  const schemas = schemaWriter([...SHAPES, ...bodies()]);
  const responses: Record<string, Json> = {};
  const operations = Object.entries(OPERATIONS).flatMap(([route, shape]) => {
    const access = ACCESS[route];
    return access === undefined ? [] : [operationOf(route, shape, access, schemas, responses)];
  });
  const used = new Set(Object.values(ACCESS).map(([topic]) => topic));
  return openApiDocument(
    {
      info: { title: 'Waypost admin API', version: '1', description: DESCRIPTION },
      security: [{ token: [] }, { session: [] }],
      tags: [...used].map((name) => ({ name, description: TOPIC_TITLES[name] })),
      components: { responses, securitySchemes: SECURITY },
    },
    operations,
    schemas,
  );
}

const SECURITY = {
  token: {
    type: 'http',
    scheme: 'bearer',
    description:
      'The token of the installation (`ADMIN_TOKEN`), one that was made for a program (`wps_…`), or an access token of ' +
      'an OpenID provider for a user who has a role.',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-waypost',
    description: 'The session of a user who has a role and is signed in with a browser.',
  },
};

/** Bodies that have no name of their own are called as their operation. */
function bodies(): [string, z.ZodType][] {
  const known = new Set<z.ZodType>(SHAPES.map(([, type]) => type));
  const names: [string, z.ZodType][] = [];
  for (const { name, body } of Object.values(OPERATIONS)) {
    if (!(body instanceof z.ZodType) || known.has(body)) continue;
    known.add(body);
    names.push([`${name.charAt(0).toUpperCase()}${name.slice(1)}Body`, body]);
  }
  return names;
}

function operationOf(
  route: string,
  { name, summary, query, body, alternative, answer, status, errors = [] }: OperationShape,
  access: Access,
  schemas: SchemaWriter,
  responses: Record<string, Json>,
): ApiOperation {
  const [method = '', template = ''] = route.split(' ');
  const inPath = [...template.matchAll(/:(\w+)/g)].map(([, parameter = '']) => ({
    ...{ name: parameter, in: 'path', required: true, schema: { type: 'string' } },
    description: PATH_PARAMETERS[parameter] ?? '',
  }));
  const inQuery = query === undefined ? [] : parametersOf(schemas.write(query), 'query');
  // Only these may do something twice; what is imported is there once by itself.
  const acts = (method === 'POST' || method === 'PATCH') && !isBytes(body);
  const [topic, right, subject] = access;
  const content = body === undefined ? null : bodyOf(body, alternative, schemas);
  const said = { description: answer === null ? 'Done' : 'The answer' };
  const success = Object.fromEntries(
    (status ?? [answer === null ? 204 : 200]).map((code) => [
      code,
      answer === null ? said : { ...said, ...contentOf(answer, schemas) },
    ]),
  );
  return {
    method,
    path: `${ADMIN_BASE_PATH}${template.replace(/:(\w+)/g, '{$1}')}`,
    object: {
      operationId: name,
      summary,
      tags: [topic],
      parameters: [...inPath, ...inQuery, ...(acts ? [IDEMPOTENCY_KEY] : [])],
      ...(content === null ? {} : { requestBody: { required: true, ...content } }),
      responses: {
        ...success,
        ...errorAnswers({ method, body: body !== undefined, acts, errors }, schemas, responses),
      },
      'x-access': { topic, right, subject: subjectOf(subject) },
    },
  };
}

const IDEMPOTENCY_KEY = {
  ...{ name: 'Idempotency-Key', in: 'header', required: false },
  description:
    'Names the request: the same again within a day acts no more, and has the answer of the first.',
  schema: { type: 'string', minLength: 1, maxLength: 257 },
};

function bodyOf(body: z.ZodType | Bytes, alternative: Bytes | undefined, schemas: SchemaWriter): Json {
  const said = contentOf(body, schemas);
  if (alternative === undefined) return said;
  const content = { ...(said['content'] as Json), [alternative.mediaType]: {} };
  return { ...said, description: alternative.what, content };
}

function isBytes(what: OperationShape['body']): what is Bytes {
  return what !== undefined && !(what instanceof z.ZodType);
}

function contentOf(what: z.ZodType | Bytes, schemas: SchemaWriter): Json {
  return what instanceof z.ZodType
    ? { content: jsonContent(schemas.write(what)) }
    : { description: what.what, content: { [what.mediaType]: {} } };
}

/** By what a request says whose the thing is. */
function subjectOf(subject: Subject): string {
  if (typeof subject === 'string') return subject;
  return 'query' in subject ? `query ${subject.query}` : `body ${subject.body.join(' ')}`;
}
