import { parseRawKey } from '../../core/mail/place-key.ts';
import { attachmentsNamed, parseAttachmentKey } from '../../core/pim/attachments.ts';
import type { StoredRaw } from '../../core/ports/blobs.ts';
import { groupBy } from '../../platform/bounded.ts';
import { takeCall } from './scan.ts';
import type { Zone } from './sweep.ts';

/** Keys compared with one mailbox in one read. */
const KEYS_A_READ = 1000;
/** Documents looked at in one read. */
const ITEMS_A_READ = 100;
const OUTGOING = /^outgoing\/[^/]+\/([^/]+)\.eml$/;
const PHOTO = /^photos\/[^/]+\/([^/]+)\//;

/** I6: the envelope kept with a raw says everything that a lost queue message said. */
export async function sweepRaws(zone: Zone, objects: StoredRaw[]): Promise<void> {
  const { services, tenant, options, now, report } = zone;
  const settled = objects.filter((o) => (o.envelope?.receivedAt ?? o.uploadedAt) < now - options.rawAfterMs);
  for await (const { ref, unknown } of unknownRaws(zone, settled)) {
    report.orphans += unknown.length;
    if (unknown.length === 0) continue;
    await services.queues.ingest(
      unknown.map(({ key, size, envelope }) => ({
        ...{ v: 1, key, ...ref, size, sha256: null, correlationId: envelope?.correlationId ?? '' },
      })),
    );
    for (const { key } of unknown) services.log.warn('blob-without-row', { ...ref, key });
  }
  const strangers = settled.filter((o) => !isOurs(o, tenant.tenantId));
  for (const { key } of strangers) {
    services.log.error('blob-without-envelope', { tenantId: tenant.tenantId, key });
  }
}

/** Raws of drafts that were never carried out, or were replaced when nobody could take them away. */
export async function sweepDrafts(zone: Zone, objects: StoredRaw[]): Promise<void> {
  for await (const { unknown } of unknownRaws(zone, objects)) await removeOld(zone, unknown, 'draft');
}

/** Raws by mailbox that no row of it knows. */
async function* unknownRaws({ services, tenant, budget }: Zone, objects: StoredRaw[]) {
  const ours = objects.filter((o) => isOurs(o, tenant.tenantId));
  for (const [mailboxId, own] of groupBy(ours, (o) => o.envelope?.mailboxId ?? '')) {
    const ref = { tenantId: tenant.tenantId, mailboxId, shard: tenant.mailShard };
    for (let i = 0; i < own.length; i += KEYS_A_READ) {
      const group = own.slice(i, i + KEYS_A_READ);
      // Taken also when there is none left: a page is looked at as a whole.
      takeCall(budget);
      const known = await services.mail.mailbox(ref).knownRawKeys(group.map((o) => o.key));
      yield { ref, unknown: group.filter((o) => !known.has(o.key)) };
    }
  }
}

function isOurs({ key, envelope }: StoredRaw, tenantId: string): boolean {
  const named = key.startsWith('blobs/') ? parseRawKey(key)?.tenantId : tenantId;
  return named === tenantId && envelope?.tenantId === tenantId;
}

/**
 * Messages for sending that no outbox row names. They were never accepted, or their row was lost with a database: that
 * nobody can know, so that none is sent and none is thrown away before it is old.
 */
export async function sweepOutgoing(zone: Zone, objects: StoredRaw[]): Promise<void> {
  const { services, tenant, options, now, budget, report } = zone;
  const unknown: StoredRaw[] = [];
  for (const object of objects) {
    const submissionId = OUTGOING.exec(object.key)?.[1];
    if (submissionId === undefined || object.uploadedAt > now - options.outgoingAfterMs) continue;
    const { tenantId } = tenant;
    if (object.envelope?.tenantId !== tenantId) continue;
    const ref = { tenantId, mailboxId: object.envelope.mailboxId, shard: tenant.mailShard };
    takeCall(budget);
    if ((await services.outbox.getEntry(ref, submissionId)) !== null) continue;
    report.outgoing++;
    unknown.push(object);
    services.log.error('outgoing-without-row', { ...ref, submissionId, key: object.key });
  }
  await removeOld(zone, unknown, 'outgoing');
}

/** Photos that their user has changed or taken away since. */
export async function sweepPhotos(zone: Zone, objects: StoredRaw[]): Promise<void> {
  const { services, tenant, budget } = zone;
  for (const [userId, own] of groupBy(objects, (o) => PHOTO.exec(o.key)?.[1] ?? '')) {
    takeCall(budget);
    const person = await services.directory.getPerson(tenant.tenantId, userId);
    await removeOld(
      zone,
      own.filter((o) => o.key !== person?.photo?.key),
      'photo',
    );
  }
}

/** Files of events that no document names: of a change that was never carried out, or of an event that is gone. */
export async function sweepFiles(zone: Zone, objects: StoredRaw[]): Promise<void> {
  const { services, tenant, budget } = zone;
  const placed = objects.flatMap((object) => {
    const place = parseAttachmentKey(object.key);
    return place === null ? [] : [{ object, ...place }];
  });
  for (const [mailboxId, own] of groupBy(placed, (one) => one.mailboxId)) {
    const ref = { tenantId: tenant.tenantId, mailboxId, shard: tenant.mailShard };
    const mailbox = services.mail.mailbox(ref);
    const ids = [...new Set(own.map(({ itemId }) => itemId))];
    for (let i = 0; i < ids.length; i += ITEMS_A_READ) {
      const asked = new Set(ids.slice(i, i + ITEMS_A_READ));
      takeCall(budget);
      const items = await mailbox.pimItems([...asked]);
      const named = new Map(items.map((item) => [item.itemId, attachmentsNamed(item.document)]));
      const stray = own.filter(
        ({ itemId, attachmentId }) => asked.has(itemId) && named.get(itemId)?.has(attachmentId) !== true,
      );
      await removeOld(
        zone,
        stray.map(({ object }) => object),
        'file',
      );
    }
  }
}

/** Marks of duplicates are asked for while a queue may still bring their job: two weeks at most. */
export async function sweepDuplicates(zone: Zone, objects: StoredRaw[]): Promise<void> {
  await removeOld(zone, objects, 'duplicate');
}

async function removeOld(
  { services, tenant, options, now, budget, report }: Zone,
  objects: readonly StoredRaw[],
  what: string,
): Promise<void> {
  const old = objects.filter((o) => o.uploadedAt < now - options.strayAfterMs).map((o) => o.key);
  report.strays += objects.length;
  if (old.length === 0) return;
  takeCall(budget);
  await services.objects.delete(old);
  report.removed += old.length;
  services.log.info('sweep.removed', { tenantId: tenant.tenantId, what, objects: old.length });
}
