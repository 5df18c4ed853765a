import type { Context } from 'hono';
import * as z from 'zod';
import { NotFoundError } from '../../../core/errors.ts';
import type { TraceFilter, TraceMessage, TracePosition, TraceStep } from '../../../core/ports/trace.ts';
import { tracedAddress } from '../../../core/trace/incoming.ts';
import { MAX_TRACE_DAYS, readTraceDays, TRACE_SETTING } from '../../../core/trace/keeping.ts';
import { inOrder, statusOf } from '../../../core/trace/status.ts';
import type {
  Page,
  TraceDetailView,
  TraceKeepingView,
  TraceStepView,
  TraceView,
} from '../../../shared/admin-api.ts';
import { mayCall } from '../caller.ts';
import { type AddRoutes, type AdminEnv, by } from '../context.ts';
import { readJson, readQuery } from '../input.ts';
import { readCursor, writeCursor } from '../paging.ts';
import { requireTenant } from './devices.ts';

const time = z.coerce.number().int().min(0).max(8.64e15);
const text = z.string().trim().min(1).max(998);

export const traceQuery = z.strictObject({
  sender: text.optional(),
  recipient: text.optional(),
  messageId: text.optional(),
  correlationId: text.optional(),
  since: time.optional(),
  until: time.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(3000).optional(),
});
export const traceKeepingBody = z.strictObject({
  days: z.number().int().min(1).max(MAX_TRACE_DAYS).nullable(),
});

const LIST = 'trace';
/** Recipients, steps and other messages that one answer tells. */
const MAX_RECIPIENTS = 1000;
const MAX_STEPS = 5000;
const MAX_RELATED = 50;

export const addTraceRoutes: AddRoutes = (app, { services, audit }) => {
  const { trace, directory } = services;

  /** With what became of each. */
  async function viewsOf(tenantId: string, messages: readonly TraceMessage[]): Promise<TraceView[]> {
    const ids = [...new Set(messages.map(({ traceId }) => traceId))];
    const steps = Map.groupBy(await trace.steps(tenantId, ids, MAX_STEPS), ({ traceId }) => traceId);
    return messages.map((message) => viewOf(message, steps.get(message.traceId) ?? []));
  }

  /** Of all domains that the caller may look into, newest first. */
  async function find(
    tenantId: string,
    domains: readonly string[] | null,
    filter: TraceFilter,
  ): Promise<TraceMessage[]> {
    if (domains === null) return trace.list(tenantId, filter);
    const lists = await Promise.all(domains.map((domain) => trace.list(tenantId, { ...filter, domain })));
    return lists.flat().sort(newestFirst).slice(0, filter.limit);
  }

  app.get('/tenants/:tenantId/trace', async (c) => {
    const { tenantId, domains } = scopeOf(c);
    const { sender, recipient, messageId, correlationId, since, until, limit, cursor } = readQuery(
      c,
      traceQuery,
    );
    const after = cursor === undefined ? undefined : positionOf(cursor);
    const rows = await find(tenantId, domains, {
      sender: sender === undefined ? undefined : tracedAddress(sender),
      recipient: recipient === undefined ? undefined : tracedAddress(recipient),
      messageId: messageId?.replace(/^<(.*)>$/s, '$1'),
      ...{ correlationId, since, before: until, after, limit: limit + 1 },
    });
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    const more = rows.length > limit && last !== undefined;
    return c.json<Page<TraceView>>({
      items: await viewsOf(tenantId, shown),
      cursor: more ? writeCursor(LIST, [last.traceId, last.recipient]) : null,
    });
  });

  app.get('/tenants/:tenantId/trace/:id', async (c) => {
    const { tenantId, domains } = scopeOf(c);
    const id = c.req.param('id');
    const messages = await trace.message(tenantId, id, MAX_RECIPIENTS);
    const seen = messages.filter(({ domain }) => domains?.includes(domain) !== false);
    const [first] = seen;
    if (first === undefined) throw new NotFoundError('no such message in the trace');
    const { correlationId } = first;
    const others =
      correlationId === ''
        ? []
        : await find(tenantId, domains, { correlationId, limit: MAX_RELATED + MAX_RECIPIENTS });
    const steps = await trace.steps(tenantId, [id], MAX_STEPS);
    const related = others.filter(({ traceId }) => traceId !== id).slice(0, MAX_RELATED);
    return c.json<TraceDetailView>({
      messages: seen.map((message) => viewOf(message, steps)),
      steps: inOrder(steps).map(stepView),
      related: await viewsOf(tenantId, related),
    });
  });

  const keepingOf = async (tenantId: string): Promise<TraceKeepingView> => {
    const setting = await directory.getTenantSetting(tenantId, TRACE_SETTING);
    return { days: readTraceDays(setting, services.config.traceDays) };
  };

  app.get('/tenants/:tenantId/trace-keeping', async (c) => {
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    return c.json<TraceKeepingView>(await keepingOf(tenantId));
  });

  app.put('/tenants/:tenantId/trace-keeping', async (c) => {
    const { days } = await readJson(c, traceKeepingBody);
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    const before = await keepingOf(tenantId);
    await directory.putTenantSetting(tenantId, TRACE_SETTING, { days });
    await audit({
      ...by(c),
      tenantId,
      action: 'tenant.trace',
      resource: `tenant/${tenantId}`,
      details: { days, before: before.days },
    });
    return c.json<TraceKeepingView>(await keepingOf(tenantId));
  });
};

/** Domains of the tenant that the caller may look into; null: all of it. */
function scopeOf(c: Context<AdminEnv, string>): { tenantId: string; domains: string[] | null } {
  const tenantId = c.req.param('tenantId') ?? '';
  const caller = c.get('caller');
  const may = (domain: string | null) =>
    mayCall(caller, 'mail', 'read', { kind: 'tenant', tenantId, domain });
  if (may(null)) return { tenantId, domains: null };
  const domains = caller.grants.flatMap(({ area }) =>
    area.kind === 'domain' && area.tenantId === tenantId && may(area.domain) ? [area.domain] : [],
  );
  if (domains.length === 0) throw new NotFoundError('not found');
  return { tenantId, domains: [...new Set(domains)] };
}

function positionOf(cursor: string): TracePosition {
  const [traceId, recipient] = readCursor(LIST, cursor, ['text', 'text']);
  return { traceId: String(traceId), recipient: String(recipient) };
}

function newestFirst(a: TraceMessage, b: TraceMessage): number {
  if (a.traceId !== b.traceId) return a.traceId < b.traceId ? 1 : -1;
  return a.recipient < b.recipient ? 1 : -1;
}

function viewOf(message: TraceMessage, steps: readonly TraceStep[]): TraceView {
  const { traceId, at, direction, sender, recipient, messageId, correlationId, size } = message;
  const status = statusOf(steps, recipient);
  return { traceId, at, direction, sender, recipient, messageId, correlationId, size, status };
}

function stepView({ at, recipient, step, verdict, details }: TraceStep): TraceStepView {
  return { at, recipient: recipient === '' ? null : recipient, step, verdict, details };
}
