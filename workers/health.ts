import { describeError } from '../platform/log.ts';
import type { Services } from '../platform/services.ts';

/** `/healthz`: the Worker runs. `/readyz`: directory, every mail shard, search and blobs answer. */
export function createHealth(services: Services): (request: Request) => Promise<Response> {
  return async (request) => {
    if (new URL(request.url).pathname === '/healthz') return json(200, { status: 'ok' });
    const checks: Record<string, () => Promise<unknown>> = {
      directory: () => services.directory.ping(),
      mail: () => services.mail.ping(),
      search: () => services.search.ping(),
      blobs: () => services.blobs.head('readyz'),
    };
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => {
        try {
          await check();
          return [name, 'ok'] as const;
        } catch (error) {
          services.log.error('readyz.failed', { name, error: describeError(error) });
          return [name, 'failing'] as const;
        }
      }),
    );
    const ready = results.every(([, state]) => state === 'ok');
    return json(ready ? 200 : 503, { status: ready ? 'ok' : 'failing', checks: Object.fromEntries(results) });
  };
}

function json(status: number, body: unknown): Response {
  return Response.json(body, { status, headers: { 'cache-control': 'no-store' } });
}
