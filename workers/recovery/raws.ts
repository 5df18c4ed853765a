import { parseRawKey } from '../../core/mail/place-key.ts';
import type { MailboxRef } from '../../core/mail/types.ts';
import type { StoredRaw } from '../../core/ports/blobs.ts';
import type { IngestJob } from '../../core/ports/queues.ts';
import { markerKey, readMarker } from '../../core/quarantine/marker.ts';
import { FAN_OUT, groupBy, mapBounded } from '../../platform/bounded.ts';
import { type Cursor, type RecoveryPorts, type StepOptions, type StepResult, tenantOf } from './step.ts';

/** Raws that are placed in one write, about. */
const AT_ONCE = 25;

/**
 * Mail that came after the last of what was written down, or before anything ever was: its envelope says where it
 * belongs. Those it came from and those it would be forwarded to are told nothing: they may have been.
 */
export async function placeRaws(
  { services, place }: RecoveryPorts,
  cursor: Cursor,
  options: StepOptions,
): Promise<StepResult> {
  const tenant = await tenantOf(services, cursor.tenantId);
  if (tenant === null) return { next: null, tally: {} };
  const page = await services.blobs.list(`blobs/${tenant.tenantId}/`, cursor.list, options.limit);
  const owned = page.objects.filter((o) => o.envelope?.tenantId === tenant.tenantId);
  const wanted: IngestJob[] = [];
  for (const [mailboxId, objects] of groupBy(owned, (o) => o.envelope?.mailboxId ?? '')) {
    if (!(await isAsked(services, tenant.tenantId, mailboxId, options))) continue;
    const ref = { tenantId: tenant.tenantId, mailboxId, shard: tenant.mailShard };
    const known = await services.mail.mailbox(ref).knownRawKeys(objects.map((o) => o.key));
    wanted.push(...objects.filter((o) => !known.has(o.key)).map((o) => jobOf(o, ref)));
  }
  const failed: string[] = [];
  if (options.dryRun !== true) {
    for (let i = 0; i < wanted.length; i += AT_ONCE) {
      const some = await withoutHeld(services, wanted.slice(i, i + AT_ONCE));
      const left = await place(some);
      // Waits in the queue like any other mail that could not be placed at once.
      if (left.length > 0) await services.queues.ingest(left);
      failed.push(...left.map((job) => job.key));
    }
  }
  return {
    next: page.cursor === null ? null : { ...cursor, list: page.cursor },
    tally: { placed: wanted.length - failed.length, failed },
  };
}

/** What was in quarantine is held again, by its marker. */
async function withoutHeld(
  { objects, quarantine }: RecoveryPorts['services'],
  jobs: readonly IngestJob[],
): Promise<IngestJob[]> {
  const free: IngestJob[] = [];
  await mapBounded(jobs, FAN_OUT, async (job) => {
    const { tenantId, mailboxId, shard } = job;
    const ref: MailboxRef = { tenantId, mailboxId, shard };
    const key = markerKey({ tenantId, mailboxId, itemId: parseRawKey(job.key)?.itemId ?? '' });
    const marker = await objects.read(key);
    const held = marker === null ? null : readMarker(key, marker.text);
    if (held === null || held.rawKey !== job.key) free.push(job);
    else await quarantine.hold(ref, held);
  });
  // In the order in which they came.
  return free.sort((a, b) => (a.key < b.key ? -1 : 1));
}

function jobOf(object: StoredRaw, ref: { tenantId: string; mailboxId: string; shard: string }): IngestJob {
  const { key, size, envelope } = object;
  return { v: 1, key, ...ref, size, sha256: null, correlationId: envelope?.correlationId ?? '' };
}

/** Of all users, or of the one that was named; a raw of a user who is gone stays where it is. */
export async function isAsked(
  services: RecoveryPorts['services'],
  tenantId: string,
  mailboxId: string,
  { address }: StepOptions,
): Promise<boolean> {
  const found = await services.directory.getUser(tenantId, mailboxId);
  return found !== null && (address === undefined || address === null || found.user.address === address);
}
