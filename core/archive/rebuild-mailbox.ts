/**
 * Makes a mailbox again from the bucket (I28): the newest snapshot, what was written down since, and the raws. In steps
 * that each do a bounded piece of work and may be repeated.
 */
import type {
  ArchivedFolder,
  GoneLine,
  ItemLine,
  LiveLine,
  MailboxArchive,
  MessageLine,
  ObjectLine,
  PersonLine,
  RestoredMessage,
} from '../ports/archive.ts';
import type { ObjectStore } from '../ports/objects.ts';
import { MODSEQ_GAP } from './capture.ts';
import type { JournalLine } from './lines.ts';
import { isNewer, type Overlay, readOverlay, readPart } from './plan.ts';

export interface RebuildPorts {
  archive: MailboxArchive;
  objects: ObjectStore;
  /** Reads the raws of lines; null for what is gone. */
  recall(lines: readonly MessageLine[]): Promise<(RestoredMessage['message'] | null)[]>;
  now(): number;
}

/** Where the next step goes on. `gone` and `items` walk through the parts of the snapshot, `since` through the rest. */
export interface MailboxPosition {
  at: 'begin' | 'gone' | 'items' | 'since';
  part: number;
  offset: number;
}

export interface MailboxStep {
  /** null: the mailbox is what it was. */
  next: MailboxPosition | null;
  /** unknown: nothing was ever written down. intact: the database knows all that was written down. */
  outcome: 'unknown' | 'intact' | 'going-on' | 'done';
  /** Messages and objects that were made again, and how many were there as they should be. */
  restored: string[];
  unchanged: number;
  people: number;
  removed: number;
  /** Messages whose raw is gone. */
  lost: string[];
  /** Lines that could not be read. */
  damaged: number;
  /** When the newest that is known was written down. */
  writtenAt: number;
  /** With `done`: the folders that there should be; null when that was never written down. */
  folders: ArchivedFolder[] | null;
}

/** Messages of one write. */
const PER_WRITE = 100;

export const MAILBOX_START: MailboxPosition = { at: 'begin', part: 0, offset: 0 };

/** @param limit items of one step, about. `force`: also where the database seems to know all. */
export async function rebuildMailboxStep(
  ports: RebuildPorts,
  position: MailboxPosition,
  { limit, force, dryRun }: { limit: number; force: boolean; dryRun: boolean },
): Promise<MailboxStep> {
  const { archive, objects } = ports;
  const overlay = await overlayOf(objects, archive, ports.now(), position.at === 'begin');
  const step: MailboxStep = {
    ...{ next: null, outcome: 'unknown', restored: [], unchanged: 0, people: 0, removed: 0 },
    ...{ lost: [], damaged: 0, writtenAt: overlay?.at ?? 0, folders: null },
  };
  if (overlay === null) {
    if (!dryRun) await archive.begin(0, ports.now());
    return step;
  }
  if (position.at === 'begin') {
    const head = await archive.head();
    if (!force && head.exists && head.modseq >= overlay.modseq) return { ...step, outcome: 'intact' };
    step.damaged = overlay.damaged;
    if (!dryRun) await restoreFrame(ports, overlay, head.modseq, step);
    return { ...step, outcome: 'going-on', next: { at: 'gone', part: 0, offset: 0 } };
  }
  const next = await nextLines(ports, overlay, position, limit, step);
  await restoreLines(ports, next.lines, step, dryRun);
  step.next = next.next;
  step.outcome = next.next === null ? 'done' : 'going-on';
  if (step.outcome === 'done') step.folders = await writtenTree(ports, overlay);
  return step;
}

/** Folders, and everything that belongs to the mailbox as a whole. */
async function restoreFrame(
  { archive, objects, now }: RebuildPorts,
  overlay: Overlay,
  present: number,
  step: MailboxStep,
): Promise<void> {
  await archive.begin(Math.max(overlay.modseq, present) + MODSEQ_GAP, now());
  const { snapshot } = overlay;
  const first = snapshot === null ? null : await readPart(objects, archive.ref, snapshot, 0);
  step.damaged += first?.damaged ?? 0;
  const lines: readonly JournalLine[] = first?.lines ?? [];
  const folders = overlay.folders ?? treeIn(lines);
  if (folders !== null) await archive.restoreTree(folders);
  for (const line of lines) {
    if (line.kind !== 'aside' || overlay.asides.has(line.table)) continue;
    await archive.restoreAside(line.table, line.rows, line.part > 0);
  }
  for (const [table, rows] of overlay.asides) await archive.restoreAside(table, rows, false);
}

function treeIn(lines: readonly JournalLine[]): ArchivedFolder[] | null {
  return lines.find((line) => line.kind === 'tree')?.folders ?? null;
}

async function writtenTree(
  { archive, objects }: RebuildPorts,
  { folders, snapshot }: Overlay,
): Promise<ArchivedFolder[] | null> {
  if (folders !== null || snapshot === null) return folders;
  return treeIn((await readPart(objects, archive.ref, snapshot, 0)).lines);
}

/**
 * What was removed comes before what is there: a removal of long ago leaves its line beside that of an item which
 * came back since.
 */
async function nextLines(
  { archive, objects }: RebuildPorts,
  overlay: Overlay,
  position: MailboxPosition,
  limit: number,
  step: MailboxStep,
): Promise<{ lines: ItemLine[]; next: MailboxPosition | null }> {
  const { snapshot } = overlay;
  if (position.at === 'since') {
    const since = [...overlay.items.values()];
    const gone = since.filter((line) => line.kind === 'gone');
    const lines = [...gone, ...since.filter((line) => line.kind !== 'gone')];
    const end = position.offset + limit;
    return {
      lines: lines.slice(position.offset, end),
      next: end < lines.length ? { ...position, offset: end } : null,
    };
  }
  const [from, to] =
    snapshot === null
      ? [0, 0]
      : position.at === 'gone'
        ? [snapshot.goneFrom, snapshot.parts]
        : [1, snapshot.goneFrom];
  const part = from + position.part;
  const after: MailboxPosition = { at: position.at === 'gone' ? 'items' : 'since', part: 0, offset: 0 };
  if (snapshot === null || part >= to) return { lines: [], next: after };
  const read = await readPart(objects, archive.ref, snapshot, part);
  if (position.offset === 0) step.damaged += read.damaged;
  const items = read.lines.filter(
    (line): line is ItemLine => line.kind !== 'header' && line.kind !== 'tree' && line.kind !== 'aside',
  );
  const end = position.offset + limit;
  return {
    lines: items
      .slice(position.offset, end)
      .filter(
        (line) =>
          !overlay.items.has(line.itemId) || !isNewer(overlay.items.get(line.itemId) as ItemLine, line),
      ),
    next:
      end < items.length
        ? { ...position, offset: end }
        : part + 1 < to
          ? { at: position.at, part: position.part + 1, offset: 0 }
          : after,
  };
}

async function restoreLines(
  ports: RebuildPorts,
  lines: readonly ItemLine[],
  step: MailboxStep,
  dryRun: boolean,
): Promise<void> {
  const { archive, now } = ports;
  const gone = lines.filter((line): line is GoneLine => line.kind === 'gone');
  const people = lines.filter((line): line is PersonLine => line.kind === 'person');
  const objects = lines.filter((line): line is ObjectLine => line.kind === 'object');
  const messages = lines.filter((line): line is MessageLine => line.kind === 'message');
  step.removed += gone.length;
  step.people += people.length;
  if (gone.length > 0 && !dryRun) await archive.restoreGone(gone, now());
  if (people.length > 0 && !dryRun) await archive.restorePeople(people);
  const absent = await missingOf(archive, objects, step);
  if (!dryRun) await archive.restoreObjects(absent);
  step.restored.push(...absent.map((line) => line.itemId));
  const missing = await missingOf(archive, messages, step);
  if (dryRun) {
    step.restored.push(...missing.map((line) => line.itemId));
    return;
  }
  // Raws are read while those before them are written.
  let writing: Promise<void> = Promise.resolve();
  for (let i = 0; i < missing.length; i += PER_WRITE) {
    const group = missing.slice(i, i + PER_WRITE);
    const recalled = await Promise.all([ports.recall(group), writing]).then(([messages]) => messages);
    const found: RestoredMessage[] = [];
    for (const [n, { itemId, lastVerb, lastVerbAt }] of group.entries()) {
      const message = recalled[n] ?? null;
      if (message === null) step.lost.push(itemId);
      else found.push({ message, lastVerb, lastVerbAt });
    }
    writing = archive.restoreMessages(found);
    step.restored.push(...found.map(({ message }) => message.itemId));
  }
  await writing;
}

/** Those that are not there as they should be. */
async function missingOf<Line extends LiveLine>(
  archive: MailboxArchive,
  lines: readonly Line[],
  step: MailboxStep,
): Promise<Line[]> {
  if (lines.length === 0) return [];
  const present = new Map(
    (await archive.present(lines.map((line) => line.itemId))).map((line) => [line.itemId, stateOf(line)]),
  );
  const missing = lines.filter((line) => present.get(line.itemId) !== stateOf(line));
  step.unchanged += lines.length - missing.length;
  return missing;
}

/** Two lines of one state are the same text. */
function stateOf({ modseq: _, ...line }: LiveLine): string {
  return JSON.stringify(Object.entries(line).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** One step after the other reads the same: nothing is written down of a mailbox while it is made again. */
const remembered = new WeakMap<ObjectStore, { owner: string; at: number; overlay: Overlay | null }>();
const REMEMBER_MS = 30_000;

async function overlayOf(
  objects: ObjectStore,
  { ref }: MailboxArchive,
  now: number,
  anew: boolean,
): Promise<Overlay | null> {
  const owner = JSON.stringify([ref.tenantId, ref.mailboxId]);
  const known = remembered.get(objects);
  if (!anew && known?.owner === owner && now - known.at < REMEMBER_MS) return known.overlay;
  const overlay = await readOverlay(objects, ref);
  remembered.set(objects, { owner, at: now, overlay });
  return overlay;
}
