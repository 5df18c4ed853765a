import { ADMIN_BASE_PATH, PROBLEM_TYPE, type Problem } from '../shared/admin-api.ts';
import { CommandError } from './command.ts';

/** A refusal of the admin API, with its stable code. */
class AdminApiError extends CommandError {
  readonly code: string;
  readonly status: number;
  constructor(problem: Pick<Problem, 'code' | 'status' | 'detail'>) {
    super(problem.detail);
    this.code = problem.code;
    this.status = problem.status;
  }
}

export interface AdminClient {
  get<T>(path: string, query?: Record<string, string | number | undefined>): Promise<T>;
  post<T>(path: string, body?: unknown): Promise<T>;
  put<T>(path: string, body: unknown): Promise<T>;
  patch<T>(path: string, body: unknown): Promise<T>;
  putBytes<T>(path: string, bytes: Uint8Array): Promise<T>;
  delete<T = void>(path: string): Promise<T>;
  /** A body that is as long as it is, read as it comes. */
  stream(
    path: string,
    query?: Record<string, string | number | undefined>,
  ): Promise<AsyncIterable<Uint8Array>>;
  postBytes<T>(path: string, bytes: Uint8Array, contentType: string): Promise<T>;
}

/** A client of the admin API (shared/admin-api.ts) of the server at `base`. */
export function createAdminClient(
  base: string | URL,
  token: string,
  fetch: (url: URL, init: RequestInit) => Promise<Response> = globalThis.fetch,
): AdminClient {
  const ask = async (method: string, path: string, body?: unknown, type?: string): Promise<Response> => {
    const url = new URL(`${ADMIN_BASE_PATH}${path}`, base);
    const bytes = body instanceof Uint8Array;
    const contentType = type ?? (bytes ? 'application/octet-stream' : 'application/json');
    try {
      return await fetch(url, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': contentType }),
        },
        ...(body === undefined ? {} : { body: bytes ? body : JSON.stringify(body) }),
        signal: AbortSignal.timeout(60_000),
      });
    } catch (error) {
      throw new CommandError(`${url.origin} does not answer: ${reasonOf(error)}`);
    }
  };
  const call = async <T>(method: string, path: string, body?: unknown, type?: string): Promise<T> => {
    const response = await ask(method, path, body, type);
    const text = await response.text();
    if (!response.ok) throw refusal(response, text);
    // The server's contract says what is in it; 204 has nothing.
    return (text === '' ? undefined : JSON.parse(text)) as T;
  };
  return {
    get: (path, query = {}) => call('GET', path + queryString(query)),
    post: (path, body) => call('POST', path, body),
    put: (path, body) => call('PUT', path, body),
    patch: (path, body) => call('PATCH', path, body),
    putBytes: (path, bytes) => call('PUT', path, bytes),
    delete: (path) => call('DELETE', path),
    async stream(path, query = {}) {
      const response = await ask('GET', path + queryString(query));
      if (!response.ok) throw refusal(response, await response.text());
      return response.body ?? new ReadableStream();
    },
    postBytes: (path, bytes, contentType) => call('POST', path, bytes, contentType),
  };
}

function queryString(query: Record<string, string | number | undefined>): string {
  const given = Object.entries(query).filter((e): e is [string, string | number] => e[1] !== undefined);
  if (given.length === 0) return '';
  return `?${new URLSearchParams(given.map(([k, v]): [string, string] => [k, String(v)]))}`;
}

function refusal(response: Response, text: string): CommandError {
  if (response.headers.get('content-type')?.startsWith(PROBLEM_TYPE) === true) {
    return new AdminApiError(JSON.parse(text) as Problem);
  }
  return new CommandError(`the admin API answered ${response.status}: ${text.trim().slice(0, 200)}`);
}

/** The innermost reason of a failed fetch: its own message is only "fetch failed". */
export function reasonOf(error: unknown): string {
  let current = error;
  while (current instanceof Error && current.cause instanceof Error) current = current.cause;
  if (current instanceof AggregateError && current.errors[0] instanceof Error)
    return current.errors[0].message;
  return current instanceof Error ? current.message : String(current);
}
