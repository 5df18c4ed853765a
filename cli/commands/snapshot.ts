import type { SnapshotView } from '../../shared/admin-api.ts';
import type { AdminClient } from '../admin-client.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';

export const snapshot = defineCommand({
  name: 'snapshot',
  summary: 'write tenants and mailboxes down in the bucket, so that they can be rebuilt from it',
  details:
    'Changes are written down all the time, seconds after they happen. This writes each mailbox as a whole, or with\n' +
    '--new only what is not written down yet, and returns when it is in the bucket.',
  positionals: [],
  flags: {
    tenant: { type: 'string', value: 'ID', help: 'only this tenant' },
    new: { type: 'boolean', help: 'only what is not written down yet' },
  },
  async run({ flags, out }) {
    const done = await withLocalServer(({ admin }) => writeDown(admin, flags.tenant ?? null, !flags.new));
    out.result(done, () =>
      out.line(
        `${done.tenants} tenants and ${done.mailboxes} mailboxes are written down (${done.lines} lines).`,
      ),
    );
  },
});

/** Goes through all steps. */
export async function writeDown(
  admin: AdminClient,
  tenantId: string | null,
  whole: boolean,
): Promise<Omit<SnapshotView, 'cursor'>> {
  const sum = { tenants: 0, mailboxes: 0, lines: 0 };
  let cursor: string | null = null;
  do {
    const step: SnapshotView = await admin.post('/snapshot', { cursor, tenantId, whole });
    sum.tenants += step.tenants;
    sum.mailboxes += step.mailboxes;
    sum.lines += step.lines;
    cursor = step.cursor;
  } while (cursor !== null);
  return sum;
}
