import { isAsked } from './raws.ts';
import { type Cursor, type RecoveryPorts, type StepOptions, type StepResult, tenantOf } from './step.ts';

const KEY = /^outgoing\/[^/]+\/([^/]+)\.eml$/;

/**
 * Messages that were handed in for sending and that the outbox does not know. Whether they left, nobody can say: each
 * is named, and none is sent by itself. The outbox as the last export of the directory has it is there again, and goes
 * on with what it knows.
 */
export async function findOutgoing(
  { services }: RecoveryPorts,
  cursor: Cursor,
  options: StepOptions,
): Promise<StepResult> {
  const tenant = await tenantOf(services, cursor.tenantId);
  if (tenant === null) return { next: null, tally: {} };
  const page = await services.blobs.list(`outgoing/${tenant.tenantId}/`, cursor.list, options.limit);
  let outgoing = 0;
  for (const { key, envelope } of page.objects) {
    const submissionId = KEY.exec(key)?.[1];
    if (submissionId === undefined || envelope?.tenantId !== tenant.tenantId) continue;
    if (!(await isAsked(services, tenant.tenantId, envelope.mailboxId, options))) continue;
    const ref = { tenantId: tenant.tenantId, mailboxId: envelope.mailboxId, shard: tenant.mailShard };
    if ((await services.outbox.getEntry(ref, submissionId)) !== null) continue;
    outgoing++;
    services.log.error('rebuild.outgoing-unknown', { ...ref, submissionId, key });
  }
  return { next: page.cursor === null ? null : { ...cursor, list: page.cursor }, tally: { outgoing } };
}
