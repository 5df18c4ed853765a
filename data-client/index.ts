/** A client of the data service over HTTP (docs/data-service.md), typed by the schemas of its contract. */
import type { ByteAnswer } from '../shared/data/common.ts';
import { DataError, type ErrorCode, problem } from '../shared/data/errors.ts';
import {
  DATA_AUTH_HEADER,
  DATA_BASE_PATH,
  type DataMethods,
  OPERATIONS,
  type OperationName,
  type OperationShape,
  placesOf,
  RAW_TYPE,
} from '../shared/data/operations.ts';

export type { ByteAnswer } from '../shared/data/common.ts';
export { DataError, ERROR_CODES, type ErrorCode } from '../shared/data/errors.ts';
export type {
  DataMethods,
  OperationInput,
  OperationName,
  OperationOutput,
} from '../shared/data/operations.ts';

export interface DataClientOptions {
  /** Where the installation is: `https://mail.example.com`. */
  baseUrl: string;
  /** A token of INTERNAL_TOKENS. */
  token: string;
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** Goes with each request, so that what it causes is found again in logs and audit. */
  correlationId?: () => string;
}

/** Methods reject with DataError: also when nobody answers (UNAVAILABLE). */
export function createDataClient(options: DataClientOptions): DataMethods {
  const methods = Object.entries<OperationShape>(OPERATIONS).map(([name, operation]) => [
    name as OperationName,
    (input: Record<string, unknown>) => call(options, operation, input),
  ]);
  return Object.fromEntries(methods) as DataMethods;
}

async function call(
  { baseUrl, token, fetch = globalThis.fetch, correlationId }: DataClientOptions,
  operation: OperationShape,
  input: Record<string, unknown>,
): Promise<unknown> {
  const { path, query, headers, body } = requestOf(operation, input);
  headers.set(DATA_AUTH_HEADER, token);
  if (correlationId !== undefined) headers.set('x-correlation-id', correlationId());
  const url = `${baseUrl.replace(/\/+$/, '')}${DATA_BASE_PATH}${path}${query === '' ? '' : `?${query}`}`;
  const init: RequestInit = {
    method: operation.method,
    headers,
    redirect: 'manual',
    ...(body === null ? {} : { body }),
  };
  const response = await fetch(url, init).catch((error: unknown) => {
    throw new DataError('UNAVAILABLE', `no answer: ${String(error)}`);
  });
  if (!response.ok) throw await errorOf(response);
  if (operation.output === null) {
    await response.body?.cancel();
    return null;
  }
  if (operation.output === 'bytes') return bytesOf(response);
  const value: unknown = await response.json().catch(() => undefined);
  const read = operation.output.safeParse(value);
  if (!read.success) throw new DataError('UNAVAILABLE', 'the answer is none of the data service');
  return read.data;
}

function requestOf(operation: OperationShape, input: Record<string, unknown>) {
  const places = placesOf(operation);
  const query = new URLSearchParams();
  const headers = new Headers();
  const json: [string, unknown][] = [];
  let path = operation.path;
  let raw: Uint8Array | null = null;
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined) continue;
    const place = places.get(name);
    if (place === 'path') path = path.replace(`{${name}}`, encodeURIComponent(String(value)));
    else if (place === 'raw') raw = value as Uint8Array;
    else if (place === 'body') json.push([name, value]);
    else if (place === 'header' && name === 'ifMatch') headers.set('if-match', `"${value}"`);
    else if (place === 'header') headers.set(name, String(value));
    else for (const one of Array.isArray(value) ? value : [value]) query.append(name, String(one));
  }
  if (raw !== null) headers.set('content-type', RAW_TYPE);
  const hasBody = raw === null && [...places.values()].includes('body');
  if (hasBody) headers.set('content-type', 'application/json');
  const body = hasBody ? JSON.stringify(Object.fromEntries(json)) : (raw as Uint8Array<ArrayBuffer> | null);
  return { path, query: query.toString(), headers, body };
}

async function errorOf(response: Response): Promise<DataError> {
  const read = problem.safeParse(await response.json().catch(() => null));
  const { status } = response;
  if (read.success) {
    const { code, detail, retryAfterSeconds, correlationId } = read.data;
    return new DataError(code, detail, { status, retryAfterSeconds, correlationId });
  }
  // Somebody on the way has answered, or there is no data service.
  const code: ErrorCode = status === 404 ? 'NOT_FOUND' : status < 500 ? 'INVALID_ARGUMENT' : 'UNAVAILABLE';
  return new DataError(code, `status ${status}`, { status });
}

function bytesOf(response: Response): ByteAnswer {
  const { headers } = response;
  const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers.get('content-range') ?? '');
  const length = Number(headers.get('content-length') ?? 0);
  const [start, end, size] =
    range === null ? [0, length, length] : [Number(range[1]), Number(range[2]) + 1, Number(range[3])];
  const name = /filename\*=UTF-8''([^;]+)/.exec(headers.get('content-disposition') ?? '')?.[1];
  return {
    body: (response.body ?? new Blob([]).stream()) as ReadableStream<Uint8Array>,
    mediaType: headers.get('content-type') ?? 'application/octet-stream',
    name: name === undefined ? null : decodeURIComponent(name),
    ...{ start, end, size },
  };
}
