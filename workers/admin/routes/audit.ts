import * as z from 'zod';
import { type ChainRow, INSTALLATION_CHAIN } from '../../../core/audit/chain.ts';
import {
  AUDIT_SETTING,
  MAX_AUDIT_DAYS,
  MIN_AUDIT_DAYS,
  readAuditKeeping,
} from '../../../core/audit/keeping.ts';
import { type VerifyCursor, verifyStep } from '../../../core/audit/verify.ts';
import { InvalidInputError } from '../../../core/errors.ts';
import type { Services } from '../../../platform/services.ts';
import { readTimeCursor, writeTimeCursor } from '../../../platform/time-cursor.ts';
import type {
  AuditExportEnd,
  AuditKeepingView,
  AuditVerifyRequest,
  AuditVerifyView,
  AuditView,
  Page,
} from '../../../shared/admin-api.ts';
import { type AddRoutes, by } from '../context.ts';
import { soleTenant } from '../guard.ts';
import { readJson, readQuery } from '../input.ts';
import { requireTenant } from './devices.ts';

const chainName = z.string().regex(/^[\w.:-]{1,64}$/);
const whole = z.coerce.number().int().min(0);
export const listQuery = z.strictObject({
  /** `installation`: what belongs to no tenant. */
  tenantId: chainName.optional(),
  actor: z.string().max(512).optional(),
  action: z.string().max(100).optional(),
  resource: z.string().max(512).optional(),
  outcome: z.enum(['ok', 'denied', 'error']).optional(),
  correlationId: z.string().max(64).optional(),
  since: whole.optional(),
  before: whole.optional(),
  cursor: z.string().max(300).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
export const verifyBody = z.strictObject({
  cursor: z.string().max(4000).nullish(),
  tenantId: chainName.nullish(),
}) satisfies z.ZodType<AuditVerifyRequest>;
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const verifyCursor = z.strictObject({
  ...{ chain: chainName, next: z.number(), before: z.array(hash).max(40), shift: z.number() },
  ...{ anchor: z.string().max(500), vouched: z.number(), told: z.number(), removable: z.number() },
}) satisfies z.ZodType<VerifyCursor>;
export const exportQuery = z.strictObject({
  tenantId: chainName.optional(),
  since: whole.optional(),
  before: whole.optional(),
  cursor: z
    .string()
    .regex(/^[\w.:-]{1,64}\/\d{1,16}$/)
    .optional(),
});
export const keepingBody = z.strictObject({
  days: z.number().int().min(MIN_AUDIT_DAYS).max(MAX_AUDIT_DAYS).nullable(),
}) satisfies z.ZodType<AuditKeepingView>;

/** What was done: search, check, export, and how long it is kept. */
export const addAuditRoutes: AddRoutes = (app, { services, audit }) => {
  app.get('/audit', async (c) => {
    const query = { ...soleTenant(c.get('caller')), ...readQuery(c, listQuery) };
    const { cursor, tenantId, ...filter } = query;
    const place = cursor === undefined ? undefined : readTimeCursor(cursor);
    const events = await services.audit.list({
      ...filter,
      ...(tenantId === undefined ? {} : { tenantId: tenantId === INSTALLATION_CHAIN ? null : tenantId }),
      ...(place === undefined ? {} : { after: { at: place.at, eventId: place.id } }),
    });
    const last = events.at(-1);
    return c.json<Page<AuditView>>({
      items: events.map(({ v: _version, ...event }): AuditView => event),
      cursor:
        events.length === filter.limit && last !== undefined
          ? writeTimeCursor({ at: last.at, id: last.eventId })
          : null,
    });
  });

  app.post('/audit/verify', async (c) => {
    const { cursor: text, tenantId = null } = await readJson(c, verifyBody);
    const cursor = text === undefined || text === null ? null : readVerifyCursor(text);
    const step = await verifyStep(services, tenantId, cursor);
    if (cursor === null) {
      await audit({
        ...by(c),
        tenantId: tenantId === INSTALLATION_CHAIN ? null : tenantId,
        action: 'audit.verify',
        resource: `audit/${tenantId ?? 'all'}`,
      });
    }
    return c.json<AuditVerifyView>({
      ...step,
      cursor: step.cursor === null ? null : JSON.stringify(step.cursor),
    });
  });

  app.get('/audit/export', async (c) => {
    const { cursor, ...range } = { ...soleTenant(c.get('caller')), ...readQuery(c, exportQuery) };
    if (cursor !== undefined && range.tenantId !== undefined && !cursor.startsWith(`${range.tenantId}/`)) {
      throw new InvalidInputError('not a cursor of this export');
    }
    if (cursor === undefined) {
      const { tenantId = null } = range;
      await audit({
        ...by(c),
        tenantId: tenantId === INSTALLATION_CHAIN ? null : tenantId,
        action: 'audit.export',
        resource: `audit/${tenantId ?? 'all'}`,
        details: { since: range.since ?? null, before: range.before ?? null },
      });
    }
    const lines = exportLines(services, range, cursor ?? null);
    return c.body(streamOf(lines), 200, { 'content-type': 'application/x-ndjson' });
  });

  const keepingOf = async (tenantId: string): Promise<AuditKeepingView> => {
    const setting = await services.directory.getTenantSetting(tenantId, AUDIT_SETTING);
    return readAuditKeeping(setting, services.config.auditDays);
  };

  app.get('/tenants/:tenantId/audit', async (c) => {
    const { tenantId } = await requireTenant(services.directory, c.req.param('tenantId'));
    return c.json<AuditKeepingView>(await keepingOf(tenantId));
  });

  app.put('/tenants/:tenantId/audit', async (c) => {
    const { days } = await readJson(c, keepingBody);
    const { tenantId } = await requireTenant(services.directory, c.req.param('tenantId'));
    const before = await keepingOf(tenantId);
    await services.directory.putTenantSetting(tenantId, AUDIT_SETTING, { days });
    await audit({
      ...by(c),
      tenantId,
      action: 'tenant.audit',
      resource: `tenant/${tenantId}`,
      details: { days, before: before.days },
    });
    return c.json<AuditKeepingView>({ days });
  });
};

function readVerifyCursor(text: string): VerifyCursor {
  let value: unknown = null;
  try {
    value = JSON.parse(text);
  } catch {
    // Refused below.
  }
  const parsed = verifyCursor.safeParse(value);
  if (!parsed.success) throw new InvalidInputError('not a cursor of this check');
  return parsed.data;
}

const ROWS_A_PAGE = 500;
/** Pages of one answer: an invocation has a bounded number of queries. */
const PAGES = 40;

/** Rows chain by chain in order of their numbers; the last line says where the next request goes on. */
async function* exportLines(
  { audit }: Services,
  {
    tenantId,
    since = 0,
    before = Number.POSITIVE_INFINITY,
  }: { tenantId?: string; since?: number; before?: number },
  cursor: string | null,
): AsyncGenerator<AuditView | AuditExportEnd, void> {
  const [from = '', seq = '0'] = cursor?.split('/') ?? [];
  let chain = cursor === null ? (tenantId ?? (await audit.heads('', 1))[0]?.chain) : from;
  let after = Number(seq);
  for (let page = 0; chain !== undefined; page++) {
    if (page === PAGES) {
      yield { end: true, cursor: `${chain}/${after}` };
      return;
    }
    const rows = await audit.rows(chain, after, ROWS_A_PAGE);
    for (const row of rows) if (row.at >= since && row.at < before) yield viewOf(row);
    after = rows.at(-1)?.seq ?? after;
    if (rows.length === ROWS_A_PAGE) continue;
    chain = tenantId === undefined ? (await audit.heads(chain, 1))[0]?.chain : undefined;
    after = 0;
  }
  yield { end: true, cursor: null };
}

function viewOf({ details, outcome, ...row }: ChainRow): AuditView {
  return {
    ...row,
    outcome: outcome as AuditView['outcome'],
    details: JSON.parse(details) as AuditView['details'],
  };
}

const encoder = new TextEncoder();
const LINES_AT_ONCE = 100;

function streamOf(lines: AsyncGenerator<object, void>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      let text = '';
      for (let n = 0; n < LINES_AT_ONCE; n++) {
        const next = await lines.next();
        if (next.done === true) {
          if (text !== '') controller.enqueue(encoder.encode(text));
          controller.close();
          return;
        }
        text += `${JSON.stringify(next.value)}\n`;
      }
      controller.enqueue(encoder.encode(text));
    },
    async cancel() {
      await lines.return(undefined);
    },
  });
}
