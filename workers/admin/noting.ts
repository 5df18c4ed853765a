import type { MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import { clientAddress } from '../../platform/audit/address.ts';
import type { AuditFacts } from '../../platform/audit/trail.ts';
import type { Services } from '../../platform/services.ts';
import { ADMIN_BASE_PATH } from '../../shared/admin-api.ts';
import type { AdminEnv } from './context.ts';

/**
 * Notes what no route notes by itself: callers who are refused, and requests that may change something and noted
 * nothing of their own. `noted`: correlation ids of requests that did.
 */
export function noting(
  { trail, config }: Pick<Services, 'trail' | 'config'>,
  noted: ReadonlySet<string>,
): MiddlewareHandler<AdminEnv> {
  return async (c, next) => {
    await next();
    const { status } = c.res;
    const correlationId = c.get('correlationId');
    const reads = c.req.method === 'GET' || c.req.method === 'HEAD';
    if (status !== 401 && status !== 403 && (reads || status >= 400 || noted.has(correlationId))) return;
    const path = matchedRoutes(c).findLast(({ method }) => method !== 'ALL')?.path ?? ADMIN_BASE_PATH;
    const route = `${c.req.method} ${path.slice(ADMIN_BASE_PATH.length)}`;
    const address = clientAddress(c.req.raw.headers, config.auditAddresses);
    const actor = (c.get('caller') as { actor: string } | undefined)?.actor ?? 'nobody';
    const common = { tenantId: null, actor, address, protocol: 'admin', correlationId, apart: address ?? '' };
    const facts: AuditFacts =
      status === 401
        ? { ...common, action: 'sign-in.fail', resource: 'login/admin', outcome: 'denied', once: 'minute' }
        : status === 403
          ? { ...common, action: 'admin.refuse', resource: route, outcome: 'denied', once: 'minute' }
          : { ...common, action: 'admin.request', resource: route, once: 'hour' };
    trail.record([facts]);
  };
}
