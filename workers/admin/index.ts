import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { NotFoundError } from '../../core/errors.ts';
import { NOT_PASSED, passesAccess } from '../../platform/auth/access/gate.ts';
import { correlationIdOf } from '../../platform/correlation.ts';
import { describeError } from '../../platform/log.ts';
import { noteRoute } from '../../platform/metrics/index.ts';
import type { Services } from '../../platform/services.ts';
import { ADMIN_BASE_PATH } from '../../shared/admin-api.ts';
import { type AdminEnv, type AdminHooks, createContext } from './context.ts';
import { guarded, identify } from './guard.ts';
import { noting } from './noting.ts';
import { addDocumentRoutes } from './openapi/routes.ts';
import { AdminError, isCallersError, problemResponse } from './problem.ts';
import { addAdministratorRoutes } from './routes/administrators.ts';
import { addAliasRoutes } from './routes/aliases.ts';
import { addAuditRoutes } from './routes/audit.ts';
import { addBrowserRoutes } from './routes/browsers.ts';
import { addCalendarRoutes } from './routes/calendars.ts';
import { addCarrierRoutes } from './routes/carriers.ts';
import { addContactRoutes } from './routes/contacts.ts';
import { addCredentialRoutes } from './routes/credentials.ts';
import { addDeadLetterRoutes } from './routes/dead-letters.ts';
import { addDeletedRoutes } from './routes/deleted.ts';
import { addDeviceRoutes } from './routes/devices.ts';
import { addDoctorRoutes } from './routes/doctor.ts';
import { addDomainDnsRoutes } from './routes/domain-dns.ts';
import { addDomainRoutes } from './routes/domains.ts';
import { MAX_PHOTO_BODY } from './routes/entries.ts';
import { addErasureRoutes } from './routes/erasure.ts';
import { addExportRoutes } from './routes/export.ts';
import { addGroupRoutes } from './routes/groups.ts';
import { addHoldRoutes } from './routes/holds.ts';
import { addImportRoutes, MAX_IMPORT_BODY } from './routes/import.ts';
import { addJournalingRoutes } from './routes/journaling.ts';
import { addKeyRoutes } from './routes/keys.ts';
import { addLinkRoutes } from './routes/links.ts';
import { addMoveRoutes } from './routes/moves.ts';
import { addOperationRoutes } from './routes/operations.ts';
import { addOutboxRoutes } from './routes/outbox.ts';
import { addPeopleRoutes } from './routes/people.ts';
import { addPolicyRoutes } from './routes/policies.ts';
import { addQuarantineRoutes } from './routes/quarantine.ts';
import { addQuotaRoutes } from './routes/quotas.ts';
import { addRecoveryRoutes } from './routes/recovery.ts';
import { addRequestLimitRoutes } from './routes/request-limits.ts';
import { addResourceRoutes } from './routes/resources.ts';
import { addRetentionRoutes } from './routes/retention.ts';
import { addRuleRoutes, MAX_RULES_BODY } from './routes/rules.ts';
import { addSendingRoutes } from './routes/sending.ts';
import { addSignInRoutes } from './routes/sign-in.ts';
import { addStatsRoutes } from './routes/stats.ts';
import { addTenantRoutes } from './routes/tenants.ts';
import { addTraceRoutes } from './routes/trace.ts';
import { addTrustRoutes } from './routes/trust.ts';
import { addUserTableRoutes } from './routes/user-table.ts';
import { addUserRoutes } from './routes/users.ts';
import { addWebhookRoutes } from './routes/webhooks.ts';

const MAX_BODY = 64 * 1024;

/**
 * The admin API under `/admin/v1` (shared/admin-api.ts has its shapes). Every request needs
 * `Authorization: Bearer <ADMIN_TOKEN>`; an installation without a token has no admin API at all.
 * Errors are problem documents (RFC 9457).
 */
export function createAdmin(services: Services, hooks: AdminHooks): Hono<AdminEnv> {
  const app = new Hono<AdminEnv>().basePath(ADMIN_BASE_PATH);

  app.use(async (c, next) => {
    const { raw } = c.req;
    const correlationId = correlationIdOf(raw.headers);
    c.set('correlationId', correlationId);
    await next();
    noteRoute(raw, `admin${c.req.routePath.slice(ADMIN_BASE_PATH.length)}`);
    c.header('x-correlation-id', correlationId);
    c.header('cache-control', 'no-store');
  });
  const noted = new Set<string>();
  app.use(noting(services, noted));
  app.use(async (c, next) => {
    if (!(await passesAccess(c.req.raw, services, 'admin'))) throw new AdminError('forbidden', NOT_PASSED);
    await next();
  });
  app.use(identify(services));
  const limited = (maxSize: number) =>
    bodyLimit({
      maxSize,
      onError: () => {
        throw new AdminError('too-large', `the body is longer than ${maxSize} bytes`);
      },
    });
  const [json, photo, rules] = [limited(MAX_BODY), limited(MAX_PHOTO_BODY), limited(MAX_RULES_BODY)];
  const items = limited(MAX_IMPORT_BODY);
  app.use((c, next) => {
    const { path } = c.req;
    if (/\/import(?:\/\w+)?$/.test(path)) return items(c, next);
    const limit = path.endsWith('/photo') ? photo : /\/rules(?:\/run)?$/.test(path) ? rules : json;
    return limit(c, next);
  });

  addDocumentRoutes(app);
  const admin = createContext(services, hooks, noted);
  const routes = guarded(app, services, noted);
  addAdministratorRoutes(routes, admin);
  addAuditRoutes(routes, admin);
  addTenantRoutes(routes, admin);
  addStatsRoutes(routes, admin);
  addMoveRoutes(routes, admin);
  addDomainRoutes(routes, admin);
  addDomainDnsRoutes(routes, admin);
  addUserRoutes(routes, admin);
  addErasureRoutes(routes, admin);
  addUserTableRoutes(routes, admin);
  addCredentialRoutes(routes, admin);
  addSignInRoutes(routes, admin);
  addBrowserRoutes(routes, admin);
  addAliasRoutes(routes, admin);
  addDeviceRoutes(routes, admin);
  addPolicyRoutes(routes, admin);
  addDeadLetterRoutes(routes, admin);
  addPeopleRoutes(routes, admin);
  addGroupRoutes(routes, admin);
  addContactRoutes(routes, admin);
  addCalendarRoutes(routes, admin);
  addCarrierRoutes(routes, admin);
  addLinkRoutes(routes, admin);
  addRecoveryRoutes(routes, admin);
  addRuleRoutes(routes, admin);
  addTrustRoutes(routes, admin);
  addTraceRoutes(routes, admin);
  addQuarantineRoutes(routes, admin);
  addRetentionRoutes(routes, admin);
  addQuotaRoutes(routes, admin);
  addJournalingRoutes(routes, admin);
  addHoldRoutes(routes, admin);
  addDeletedRoutes(routes, admin);
  addOperationRoutes(routes, admin);
  addDoctorRoutes(routes, admin);
  addOutboxRoutes(routes, admin);
  addSendingRoutes(routes, admin);
  addExportRoutes(routes, admin);
  addImportRoutes(routes, admin);
  addResourceRoutes(routes, admin);
  addWebhookRoutes(routes, admin);
  addKeyRoutes(routes, admin);
  addRequestLimitRoutes(routes, admin);

  app.notFound((c) => problemResponse(new NotFoundError('not found'), c.get('correlationId') ?? ''));
  app.onError((error, c) => {
    if (!isCallersError(error)) {
      services.log.error('admin.failed', {
        correlationId: c.get('correlationId'),
        path: c.req.routePath,
        error: describeError(error),
      });
    }
    return problemResponse(error, c.get('correlationId') ?? '');
  });
  return app;
}
