import { z } from 'zod';
import type { RebuildRequest } from '../../../shared/admin-api.ts';
import type { AddRoutes } from '../context.ts';
import { addressOf, readJson } from '../input.ts';

const cursor = z.string().max(4000).nullable().default(null);
const tenantId = z.string().min(1).max(64).nullable().default(null);

const rebuildBody = z.strictObject({
  cursor,
  tenantId,
  address: z.string().min(1).max(320).nullable().default(null),
  dryRun: z.boolean().default(false),
  force: z.boolean().default(false),
  limit: z.number().int().min(1).max(500).default(200),
  unparsed: z.boolean().default(false),
}) satisfies z.ZodType<RebuildRequest>;

const snapshotBody = z.strictObject({ cursor, tenantId, whole: z.boolean().default(true) });

export const addRecoveryRoutes: AddRoutes = (app, { hooks, audit }) => {
  app.post('/rebuild', async (c) => {
    const request = await readJson(c, rebuildBody);
    if (request.address !== null) request.address = addressOf(request.address);
    const step = await hooks.rebuild(request);
    if (request.cursor === null && !request.dryRun) {
      await audit({
        correlationId: c.get('correlationId'),
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
        correlationId: c.get('correlationId'),
        tenantId: request.tenantId,
        action: 'snapshot',
        resource: request.tenantId ?? 'installation',
        details: { whole: request.whole },
      });
    }
    return c.json(step);
  });
};
