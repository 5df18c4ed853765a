import * as z from 'zod';
import { statePage } from '../../../core/archive/state.ts';
import type { MailboxStateView, RebuildRequest } from '../../../shared/admin-api.ts';
import { type AddRoutes, by } from '../context.ts';
import { addressOf, readJson, readQuery, requireUser } from '../input.ts';

const cursor = z.string().max(4000).nullable().default(null);
const tenantId = z.string().min(1).max(64).nullable().default(null);

export const rebuildBody = z.strictObject({
  cursor,
  tenantId,
  address: z.string().min(1).max(320).nullable().default(null),
  dryRun: z.boolean().default(false),
  force: z.boolean().default(false),
  limit: z.number().int().min(1).max(500).default(300),
  unparsed: z.boolean().default(false),
}) satisfies z.ZodType<RebuildRequest>;

export const snapshotBody = z.strictObject({ cursor, tenantId, whole: z.boolean().default(true) });

export const checkBody = z.strictObject({
  cursor,
  tenantId,
  address: z.string().min(1).max(320).nullable().default(null),
  mend: z.boolean().default(false),
  young: z.boolean().default(false),
});

export const stateQuery = z.strictObject({
  address: z.string().min(1).max(320),
  cursor: z.string().max(200).optional(),
});
const STATE_PAGE = 1000;

export const addRecoveryRoutes: AddRoutes = (app, { services, hooks, audit }) => {
  app.get('/mailbox-state', async (c) => {
    const { address, cursor } = readQuery(c, stateQuery);
    const { tenant, user } = await requireUser(services.directory, address);
    const ref = { tenantId: tenant.tenantId, mailboxId: user.userId, shard: tenant.mailShard };
    return c.json<MailboxStateView>(
      await statePage(services.archive.mailbox(ref), cursor ?? null, STATE_PAGE),
    );
  });

  app.post('/check', async (c) => {
    const request = await readJson(c, checkBody);
    if (request.address !== null) {
      const { tenant, user } = await requireUser(services.directory, request.address);
      Object.assign(request, { address: user.address, tenantId: tenant.tenantId });
    }
    const step = await hooks.check(request);
    const mended = step.findings.filter((one) => one.mended);
    if (mended.length > 0) {
      await audit({
        ...by(c),
        tenantId: mended[0]?.tenantId ?? null,
        action: 'check.mend',
        resource: mended[0]?.mailboxId ?? 'tenant',
        details: { checks: mended.map((one) => one.check).join(' ') },
      });
    }
    return c.json(step);
  });

  app.post('/rebuild', async (c) => {
    const request = await readJson(c, rebuildBody);
    if (request.address !== null) request.address = addressOf(request.address);
    const step = await hooks.rebuild(request);
    if (request.cursor === null && !request.dryRun) {
      await audit({
        ...by(c),
        tenantId: request.tenantId,
        action: 'rebuild',
        resource: request.address ?? request.tenantId ?? 'installation',
        details: { force: request.force },
      });
    }
    return c.json(step);
  });

  app.post('/snapshot', async (c) => {
    const request = await readJson(c, snapshotBody);
    const step = await hooks.snapshot(request);
    if (request.cursor === null) {
      await audit({
        ...by(c),
        tenantId: request.tenantId,
        action: 'snapshot',
        resource: request.tenantId ?? 'installation',
        details: { whole: request.whole },
      });
    }
    return c.json(step);
  });
};
