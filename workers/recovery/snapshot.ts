import * as z from 'zod';
import { capture } from '../../core/archive/capture.ts';
import { exportTenant } from '../../core/archive/directory.ts';
import { writeSnapshot } from '../../core/archive/snapshot.ts';
import { InvalidInputError } from '../../core/errors.ts';
import type { Services } from '../../platform/services.ts';
import type { SnapshotView } from '../../shared/admin-api.ts';

export interface SnapshotRequest {
  cursor: string | null;
  tenantId: string | null;
  /** Whole snapshots; otherwise only what is not written down yet. */
  whole: boolean;
}

const cursorSchema = z.strictObject({ tenantId: z.string().max(64), after: z.string().max(320) });

/** Mailboxes of one step. */
const PER_STEP = 5;

/** Writes down the next mailboxes, in order of tenants and addresses, and each tenant before its first one. */
export async function snapshotStep(
  services: Services,
  { cursor, tenantId: only, whole }: SnapshotRequest,
): Promise<SnapshotView> {
  const { objects, now } = services;
  const tenants = (await services.directory.listTenants())
    .filter((tenant) => only === null || tenant.tenantId === only)
    .sort((a, b) => (a.tenantId < b.tenantId ? -1 : 1));
  const at = cursor === null ? { tenantId: tenants[0]?.tenantId ?? '', after: '' } : parse(cursor);
  const view: SnapshotView = { cursor: null, mailboxes: 0, lines: 0, tenants: 0 };
  const tenant = tenants.find((t) => t.tenantId >= at.tenantId);
  if (tenant === undefined) return view;
  const { tenantId, mailShard: shard } = tenant;
  const after = tenantId === at.tenantId ? at.after : '';
  if (after === '') {
    await exportTenant(
      { directory: services.archive.directory, objects, seal: services.seal, now },
      tenantId,
    );
    view.tenants = 1;
  }
  const users = await services.directory.listUsers(tenantId, after, PER_STEP);
  for (const { userId } of users) {
    const archive = services.archive.mailbox({ tenantId, mailboxId: userId, shard });
    const ports = { archive, objects, now };
    const head = await archive.head();
    if (!head.exists) continue;
    view.mailboxes++;
    if (whole) {
      view.lines += (await writeSnapshot(ports, head)).lines;
      continue;
    }
    for (let more = true; more; ) {
      const captured = await capture(ports);
      view.lines += captured.lines;
      more = captured.more && captured.kind !== 'busy';
    }
  }
  const last = users.at(-1);
  const following = tenants[tenants.indexOf(tenant) + 1];
  if (users.length === PER_STEP && last !== undefined) {
    view.cursor = JSON.stringify({ tenantId, after: last.address });
  } else if (following !== undefined) {
    view.cursor = JSON.stringify({ tenantId: following.tenantId, after: '' });
  }
  return view;
}

function parse(text: string): z.infer<typeof cursorSchema> {
  try {
    return cursorSchema.parse(JSON.parse(text));
  } catch {
    throw new InvalidInputError('not a cursor of a snapshot');
  }
}
