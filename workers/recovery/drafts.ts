import type { MailboxRef } from '../../core/mail/types.ts';
import type { StoredRaw } from '../../core/ports/blobs.ts';
import { groupBy } from '../../platform/bounded.ts';
import { isAsked } from './raws.ts';
import { type Cursor, type RecoveryPorts, type StepOptions, type StepResult, tenantOf } from './step.ts';

const KEY = /^drafts\/([^/]+)\/([^/]+)\/([^/]+)\/[^/]+\.eml$/;

/**
 * Drafts that were saved after the last of what was written down: a raw that no row knows, of an item that is not
 * there. Of several the youngest.
 */
export async function restoreDrafts(
  { services }: RecoveryPorts,
  cursor: Cursor,
  options: StepOptions,
): Promise<StepResult> {
  const tenant = await tenantOf(services, cursor.tenantId);
  if (tenant === null) return { next: null, tally: {} };
  const page = await services.blobs.list(`drafts/${tenant.tenantId}/`, cursor.list, options.limit);
  let drafts = 0;
  for (const [mailboxId, objects] of groupBy(page.objects, (o) => o.envelope?.mailboxId ?? '')) {
    if (!(await isAsked(services, tenant.tenantId, mailboxId, options))) continue;
    const ref = { tenantId: tenant.tenantId, mailboxId, shard: tenant.mailShard };
    const mailbox = services.mail.mailbox(ref);
    const known = await mailbox.knownRawKeys(objects.map((o) => o.key));
    const unknown = objects.filter((o) => !known.has(o.key) && itemOf(o, ref) !== null);
    const present = new Set(
      (await mailbox.itemStates(unknown.map((o) => itemOf(o, ref) ?? ''))).map((item) => item.itemId),
    );
    for (const [itemId, raws] of groupBy(unknown, (o) => itemOf(o, ref) ?? '')) {
      const newest = raws.sort((a, b) => b.uploadedAt - a.uploadedAt)[0];
      if (newest === undefined || present.has(itemId)) continue;
      drafts++;
      if (options.dryRun !== true) await insertDraft(services, ref, itemId, newest);
    }
  }
  return { next: page.cursor === null ? null : { ...cursor, list: page.cursor }, tally: { drafts } };
}

function itemOf({ key, envelope }: StoredRaw, ref: MailboxRef): string | null {
  const match = KEY.exec(key);
  const ours =
    match?.[1] === ref.tenantId && match[2] === ref.mailboxId && envelope?.tenantId === ref.tenantId;
  return ours ? (match[3] ?? null) : null;
}

async function insertDraft(
  services: RecoveryPorts['services'],
  ref: MailboxRef,
  itemId: string,
  { key, size, envelope }: StoredRaw,
): Promise<void> {
  const raw = await services.blobs.readRange(key, 0, size);
  if (raw === null) return;
  const receivedAt = envelope?.receivedAt ?? services.now();
  const message = await services.reader.read(raw, {
    ...{ ref, itemId, rawKey: key, receivedAt, folderRole: 'drafts', isRead: true, isDraft: true },
  });
  await services.mail.mailbox(ref).insert(message);
}
