import type { ItemState, MailboxRef } from '../mail/types.ts';
import type { MailboxStore } from '../ports/mail.ts';
import type { RetentionJob, RetentionProgress } from '../ports/queues.ts';
import type { AgeCursor } from '../ports/removed.ts';
import { decideFate } from './decide.ts';
import { MARKS_SETTING, type Mark, marksValue, modseqAt, readMarks, withMark } from './marks.ts';
import { planTargets, type Target } from './plan.ts';
import { purgeRemoved } from './purge.ts';
import type { KeepingServices } from './services.ts';
import { RETENTION_SETTING, type RetentionSettings, readExceptions, readRetention } from './settings.ts';

const DAY = 24 * 60 * 60 * 1000;
/** Items of one atomic write, and the writes of one step. */
const PAGE = 200;
const PAGES_A_STEP = 5;

export interface StepResult {
  /** The job of the next step; null when the run is at its end. */
  next: RetentionJob | null;
  /** Of all steps so far. */
  progress: RetentionProgress;
  /** False when nothing may go. */
  held: boolean;
}

/**
 * One bounded step of a mailbox's run: first what is too old in its folders, then the raws of what was removed long
 * enough ago. Doing a step again only finds less to do. Rejects when a store does not answer.
 */
export async function retentionStep(
  services: KeepingServices,
  job: RetentionJob,
): Promise<StepResult | null> {
  const { tenantId, mailboxId, shard } = job;
  const ref: MailboxRef = { tenantId, mailboxId, shard };
  const mailbox = services.mail.mailbox(ref);
  const usage = await mailbox.usage();
  if (!usage.exists) return null;
  const progress = { ...(job.run ?? { removed: 0, archived: 0, purged: 0, at: null }) };
  const marks = await marked(mailbox, services.now(), usage.modseq);
  const held = (await services.directory.holdsOn(tenantId, mailboxId)).length > 0;
  if (held) return { next: null, progress, held };
  const settings = readRetention(await services.directory.getTenantSetting(tenantId, RETENTION_SETTING));
  const place = progress.at;
  progress.at = null;
  const more =
    (place !== 'purge' && (await letGo(services, mailbox, settings, marks, job, progress, place))) ||
    (await purge(services, mailbox, settings, progress));
  return { next: more ? { ...job, run: progress } : null, progress, held };
}

/** The marks of the mailbox with one of today. */
async function marked(mailbox: MailboxStore, now: number, modseq: number): Promise<readonly Mark[]> {
  const known = readMarks(await mailbox.getSetting(MARKS_SETTING), modseq);
  const marks = withMark(known, now, modseq);
  if (marks !== known) await mailbox.putSetting(MARKS_SETTING, marksValue(marks));
  return marks;
}

/** True when the step is full; then `progress.at` says where to go on. */
async function letGo(
  services: KeepingServices,
  mailbox: MailboxStore,
  settings: RetentionSettings,
  marks: readonly Mark[],
  job: RetentionJob,
  progress: RetentionProgress,
  place: Exclude<RetentionProgress['at'], 'purge'>,
): Promise<boolean> {
  const exceptions = readExceptions(
    settings.userExceptions ? await mailbox.getSetting(RETENTION_SETTING) : null,
  );
  const folders = await mailbox.folders();
  const archive = folders.find((folder) => folder.role === 'archive');
  const touched = new Map<string, number>();
  let pages = 0;
  try {
    for (const target of planTargets(folders, settings, exceptions)) {
      const { folderId } = target.folder;
      if (place !== null && folderId < place.folderId) continue;
      if (target.action === 'archive' && archive === undefined) continue;
      const cutoff = services.now() - target.days * DAY;
      let after: AgeCursor | null = place?.folderId === folderId ? place : null;
      for (;;) {
        if (pages++ >= PAGES_A_STEP) {
          progress.at = { ...(after ?? { receivedAt: 0, itemId: '' }), folderId };
          return true;
        }
        const page: AgePage = await pageOf(mailbox, target, cutoff, after);
        const due = page.items
          .filter((item) => isDue(item, target, marks, cutoff))
          .map((item) => item.itemId);
        await carryOut(services, mailbox, target, due, archive?.folderId ?? '', progress, touched);
        after = page.next;
        if (after === null) break;
      }
    }
    return false;
  } finally {
    // What is done is told, also when the next page fails: the repeat of this step would not find it.
    await tell(services, job, touched);
  }
}

/** Stands for a time: from here on the objects of the folder follow, in order of their ids. */
const OBJECTS = Number.MAX_SAFE_INTEGER;

interface AgePage {
  items: ItemState[];
  next: AgeCursor | null;
}

/**
 * No message can be in a folder longer than it has been received. But the time of an event or a task may lie ahead: where
 * it counts how long something has been in the folder, they are looked through as well.
 */
async function pageOf(
  mailbox: MailboxStore,
  { folder: { folderId }, measure }: Target,
  cutoff: number,
  after: AgeCursor | null,
): Promise<AgePage> {
  if (after?.receivedAt === OBJECTS) {
    const page = await mailbox.pimPage(folderId, after.itemId, PAGE);
    const last = page.length < PAGE ? undefined : page.at(-1);
    return {
      items: page.filter((item) => item.receivedAt >= cutoff),
      next: last === undefined ? null : { receivedAt: OBJECTS, itemId: last.itemId },
    };
  }
  const items = await mailbox.oldest(folderId, cutoff, after, PAGE);
  const last = items.length < PAGE ? undefined : items.at(-1);
  const objects = measure === 'entered' ? { receivedAt: OBJECTS, itemId: '' } : null;
  return { items, next: last === undefined ? objects : { receivedAt: last.receivedAt, itemId: last.itemId } };
}

function isDue(item: ItemState, target: Target, marks: readonly Mark[], cutoff: number): boolean {
  const known = modseqAt(marks, cutoff);
  // A folder that was thrown away as a whole took its items with it; they did not move.
  const entered = Math.max(item.createdModseq, target.folder.modseq);
  const isOld = target.measure === 'received' || (known !== null && entered <= known);
  const fate = decideFate({
    ...{ held: false, erasing: false, state: 'live' },
    isDue: isOld && (item.receivedAt < cutoff || (item.kind !== 'message' && target.measure === 'entered')),
    action: target.action,
  });
  return fate !== 'keep';
}

async function carryOut(
  services: KeepingServices,
  mailbox: MailboxStore,
  { folder: { folderId }, action }: Target,
  itemIds: string[],
  archiveId: string,
  progress: RetentionProgress,
  touched: Map<string, number>,
): Promise<void> {
  if (itemIds.length === 0) return;
  const changes =
    action === 'delete'
      ? await mailbox.remove(itemIds, services.now(), folderId)
      : await mailbox.move(itemIds, archiveId, folderId);
  const done = changes.filter((change) => change.outcome === 'changed');
  if (done.length === 0) return;
  if (action === 'delete') progress.removed += done.length;
  else progress.archived += done.length;
  const modseq = Math.max(...done.map((change) => change.modseq));
  for (const id of action === 'delete' ? [folderId] : [folderId, archiveId]) touched.set(id, modseq);
}

async function tell(
  services: KeepingServices,
  { tenantId, mailboxId, shard, correlationId }: RetentionJob,
  touched: ReadonlyMap<string, number>,
): Promise<void> {
  if (touched.size === 0) return;
  await services.queues.notify(
    [...touched].map(([folderId, modseq]) => ({
      ...({ v: 1, tenantId, mailboxId, shard, folderId, modseq } as const),
      ...{ originDevice: null, correlationId },
    })),
  );
}

async function purge(
  services: KeepingServices,
  mailbox: MailboxStore,
  settings: RetentionSettings,
  progress: RetentionProgress,
): Promise<boolean> {
  const { purged, more } = await purgeRemoved(
    services,
    mailbox,
    services.now() - settings.recoverableDays * DAY,
  );
  progress.purged += purged;
  if (more) progress.at = 'purge';
  return more;
}
