import * as z from 'zod';
import type { Tenant } from '../../../core/identity/types.ts';
import { dayOf } from '../../../core/trace/days.ts';
import type { Services } from '../../../platform/services.ts';
import type { StatsStep, StatsView } from '../../../shared/admin-api.ts';
import type { AddRoutes } from '../context.ts';
import { readQuery } from '../input.ts';
import { pagedQuery, piece, readCursor, writeCursor } from '../paging.ts';
import { requireTenant } from './devices.ts';

const DAY_MS = 86_400_000;

export const statsQuery = z.strictObject({
  /** How far back devices that were seen, and mail, count. What was sent is kept for two weeks. */
  days: z.coerce.number().int().min(1).max(400).default(7),
});
export const statsStepQuery = statsQuery.extend({
  limit: z.coerce.number().int().min(1).max(50).default(50),
  cursor: pagedQuery.shape.cursor,
});

/** Mailboxes of so many tenants are added up at the same time. */
const AT_ONCE = 8;

/** What there is, in numbers. */
export const addStatsRoutes: AddRoutes = (app, { services }) => {
  const { directory } = services;

  app.get('/tenants/:tenantId/stats', async (c) => {
    const { days } = readQuery(c, statsQuery);
    const tenant = await requireTenant(directory, c.req.param('tenantId'));
    return c.json<StatsView>(await statsOf(services, [tenant], days));
  });

  app.get('/stats', async (c) => {
    const { days, limit, cursor } = readQuery(c, statsStepQuery);
    const after = cursor === undefined ? '' : String(readCursor('stats', cursor, ['text'])[0]);
    const found = await directory.tenantsAfter(after, limit + 1);
    const { rows, next } = piece(found, limit, ({ tenantId }) => tenantId);
    return c.json<StatsStep>({
      tenants: rows.length,
      ...(await statsOf(services, rows, days)),
      deadLetters: cursor === undefined ? await deadLetters(services) : null,
      cursor: next === null ? null : writeCursor('stats', [next]),
    });
  });
};

async function statsOf(services: Services, tenants: readonly Tenant[], days: number): Promise<StatsView> {
  const { directory, outbox, trace, now } = services;
  const ids = tenants.map(({ tenantId }) => tenantId);
  const sinceDay = dayOf(now()) - days + 1;
  const [counts, sent, mail, open, mailboxes] = await Promise.all([
    directory.countTenants(ids, now() - days * DAY_MS),
    outbox.sentByDay(ids, sinceDay),
    trace.days(ids, sinceDay),
    outbox.countOpen(ids, now()),
    mailboxesOf(services, tenants),
  ]);
  const { users, domains, groups, devices } = counts;
  const byAccess = { allowed: 0, quarantined: 0, blocked: 0, default: 0 };
  const byProtocol = new Map<string, { version: string; count: number; seen: number }>();
  const all = { count: 0, seen: 0 };
  for (const { access, protocolVersion: version, count, seen } of devices) {
    if (Object.hasOwn(byAccess, access)) byAccess[access as keyof typeof byAccess] += count;
    const row = byProtocol.get(version) ?? { version, count: 0, seen: 0 };
    byProtocol.set(version, { version, count: row.count + count, seen: row.seen + seen });
    all.count += count;
    all.seen += seen;
  }
  return {
    ...{ users, domains, groups, mailboxes },
    devices: { ...all, access: byAccess, protocols: [...byProtocol.values()] },
    sent: sent.map(dated),
    mail: mail.map(dated),
    outbox: open,
  };
}

function dated<T extends { day: number }>({ day, ...row }: T): Omit<T, 'day'> & { day: string } {
  return { day: new Date(day * DAY_MS).toISOString().slice(0, 10), ...row };
}

async function mailboxesOf({ mail }: Services, tenants: readonly Tenant[]): Promise<StatsView['mailboxes']> {
  const sum = { count: 0, messages: 0, sizeBytes: 0 };
  for (let i = 0; i < tenants.length; i += AT_ONCE) {
    const some = tenants.slice(i, i + AT_ONCE);
    const totals = await Promise.all(some.map((one) => mail.tenantTotals(one.tenantId, one.mailShard)));
    for (const { mailboxes, itemCount, sizeBytes } of totals) {
      sum.count += mailboxes;
      sum.messages += itemCount;
      sum.sizeBytes += sizeBytes;
    }
  }
  return sum;
}

async function deadLetters({ directory }: Services): Promise<StatsStep['deadLetters']> {
  const sum = { waiting: 0, replayed: 0, discarded: 0 };
  for (const { waiting, replayed, discarded } of await directory.countDeadLetters()) {
    sum.waiting += waiting;
    sum.replayed += replayed;
    sum.discarded += discarded;
  }
  return sum;
}
