import * as z from 'zod';
import { DataError } from '../../../shared/data/errors.ts';
import { type OperationShape, placesOf, RAW_TYPE } from '../../../shared/data/operations.ts';
import { readBody, readJson } from './body.ts';

/** Of JSON; a message that is written with its files is the largest. */
const MAX_JSON = 1024 * 1024;
const MAX_WRITTEN = 36 * 1024 * 1024;

type Sort = 'integer' | 'boolean' | 'array' | 'text';

const sorts = new WeakMap<OperationShape, Map<string, Sort>>();

/** What each member of an input is: a query holds text only. */
function sortsOf(operation: OperationShape): Map<string, Sort> {
  let known = sorts.get(operation);
  if (known === undefined) {
    known = new Map();
    for (const [name, member] of Object.entries(operation.input.shape)) {
      const { type } = z.toJSONSchema(member as z.ZodType, { io: 'input', unrepresentable: 'any' });
      known.set(name, type === 'integer' || type === 'boolean' || type === 'array' ? type : 'text');
    }
    sorts.set(operation, known);
  }
  return known;
}

function typed(text: string, sort: Sort): unknown {
  if (sort === 'integer' && /^-?\d{1,16}$/.test(text)) return Number(text);
  if (sort === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  // What is none is found by the schema.
  return text;
}

/** The input of an operation as a request has it; the schema has not seen it yet. */
export async function readInput(
  request: Request,
  operation: OperationShape,
  inPath: ReadonlyMap<string, string>,
  maxMessageBytes: number,
): Promise<Record<string, unknown>> {
  const [places, sort] = [placesOf(operation), sortsOf(operation)];
  const input = new Map<string, unknown>();
  for (const [name, text] of inPath) input.set(name, typed(text, sort.get(name) ?? 'text'));
  const { searchParams } = new URL(request.url);
  for (const name of new Set(searchParams.keys())) {
    if (places.get(name) !== 'query') throw unknownMember(name, 'query');
    const values = searchParams.getAll(name);
    const kind = sort.get(name) ?? 'text';
    if (kind === 'array') input.set(name, values);
    // Which of two is meant, everybody on the way may see otherwise (A32).
    else if (values.length > 1) throw new DataError('INVALID_ARGUMENT', `${name}: given twice`);
    else input.set(name, typed(values[0] ?? '', kind));
  }
  const { headers } = request;
  if (places.has('range') && headers.has('range')) input.set('range', headers.get('range'));
  if (places.has('ifMatch') && headers.has('if-match'))
    input.set('ifMatch', version(headers.get('if-match') ?? ''));
  const type = (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  if (places.has('raw')) {
    if (type !== RAW_TYPE) throw wrongType(RAW_TYPE);
    input.set('raw', await readBody(request, maxMessageBytes));
  } else if ([...places.values()].includes('body')) {
    if (type !== 'application/json' && type !== 'application/merge-patch+json')
      throw wrongType('application/json');
    const max = operation.input.shape['attachments'] === undefined ? MAX_JSON : MAX_WRITTEN;
    for (const [name, value] of Object.entries(await readJson(request, max))) {
      if (places.get(name) !== 'body') throw unknownMember(name, 'body');
      input.set(name, value);
    }
  }
  return Object.fromEntries(input);
}

/** RFC 9110 13.1.1: the ETag of one version. */
function version(header: string): number {
  const match = /^"(\d{1,16})"$/.exec(header.trim());
  if (match === null) throw new DataError('INVALID_ARGUMENT', 'If-Match: one ETag as it was given');
  return Number(match[1]);
}

function unknownMember(name: string, where: string): DataError {
  return new DataError(
    'INVALID_ARGUMENT',
    `there is no ${JSON.stringify(name.slice(0, 64))} in the ${where}`,
  );
}

function wrongType(type: string): DataError {
  return new DataError('INVALID_ARGUMENT', `the body must be ${type}`, { status: 415 });
}
