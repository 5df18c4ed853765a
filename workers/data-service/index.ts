import { NOT_PASSED, passesAccess } from '../../platform/auth/access/gate.ts';
import { correlationIdOf } from '../../platform/correlation.ts';
import { describeError } from '../../platform/log.ts';
import { noteRoute, recorderOf } from '../../platform/metrics/index.ts';
import type { Services } from '../../platform/services.ts';
import { DataError } from '../../shared/data/errors.ts';
import { DATA_AUTH_HEADER, DATA_BASE_PATH, OPERATIONS } from '../../shared/data/operations.ts';
import { answer } from './http/answer.ts';
import { problemResponse } from './http/problem.ts';
import { readInput } from './http/request.ts';
import { findRoute } from './http/routes.ts';
import { openApiDocument } from './openapi.ts';
import { run } from './run.ts';
import { callerOf } from './tokens.ts';

const DOCUMENT_PATH = `${DATA_BASE_PATH}/openapi.json`;

/** Whether an address is one of the data service. */
export function isDataPath(pathname: string): boolean {
  return pathname.startsWith(`${DATA_BASE_PATH}/`);
}

/**
 * The data service under `/internal` (shared/data has its contract): mailboxes for other services of the installation.
 * Every request needs `X-Internal-Auth: <token>`; an installation without INTERNAL_TOKENS has no data service at all.
 * Errors are problem documents (RFC 9457).
 */
export function createDataService(services: Services): (request: Request) => Promise<Response> {
  const { internalTokens, maxMessageBytes } = services.config;

  async function serve(request: Request, correlationId: string): Promise<Response> {
    if (!(await passesAccess(request, services, 'data-service')))
      throw new DataError('PERMISSION_DENIED', NOT_PASSED);
    const caller = await callerOf(request.headers.get(DATA_AUTH_HEADER), internalTokens);
    if (caller === null) {
      services.log.warn('data.refused', { correlationId });
      throw new DataError('PERMISSION_DENIED', 'a valid token is required', { status: 401 });
    }
    // A service asks for many people: it has the ceiling of a tenant.
    const wait = await services.limits.admit({ tenantId: `service/${caller.name}` });
    if (wait > 0) {
      throw new DataError('UNAVAILABLE', 'too many requests', { status: 429, retryAfterSeconds: wait });
    }
    const { pathname } = new URL(request.url);
    if (pathname === DOCUMENT_PATH && request.method === 'GET') return Response.json(openApiDocument());
    const route = findRoute(request.method, pathname);
    if (route === null) throw new DataError('NOT_FOUND', 'there is nothing at this address');
    if ('allow' in route) {
      const error = new DataError('INVALID_ARGUMENT', `only ${route.allow.join(', ')}`, { status: 405 });
      return problemResponse(error, correlationId, route.allow.join(', '));
    }
    noteRoute(request, `data/${route.name}`);
    recorderOf(services)?.saw('service', caller.name);
    const operation = OPERATIONS[route.name];
    const input = await readInput(request, operation, route.params, maxMessageBytes);
    return answer(operation, await run({ services, caller, correlationId }, route.name, input));
  }

  return async (request) => {
    if (internalTokens.length === 0) {
      return new Response('not found\n', { status: 404, headers: { 'cache-control': 'no-store' } });
    }
    const correlationId = correlationIdOf(request.headers);
    const response = await serve(request, correlationId).catch((error: unknown) => {
      if (error instanceof DataError) return problemResponse(error, correlationId);
      services.log.error('data.failed', { correlationId, error: describeError(error) });
      const unavailable = new DataError('UNAVAILABLE', 'not now: try again', { retryAfterSeconds: 5 });
      return problemResponse(unavailable, correlationId);
    });
    response.headers.set('x-correlation-id', correlationId);
    response.headers.set('cache-control', 'no-store');
    response.headers.set('x-content-type-options', 'nosniff');
    return response;
  };
}
