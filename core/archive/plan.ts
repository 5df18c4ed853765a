/** What is to be read to know a mailbox from the bucket alone. */
import type { MailboxRef } from '../mail/types.ts';
import type { ArchivedFolder, AsideRow, ItemLine } from '../ports/archive.ts';
import type { ObjectStore } from '../ports/objects.ts';
import { numberIn, segmentsPrefix, snapshotPartKey, snapshotsPrefix } from './keys.ts';
import { type HeaderLine, type JournalLine, parseLines } from './lines.ts';
import type { Manifest } from './snapshot.ts';

type Owner = Pick<MailboxRef, 'tenantId' | 'mailboxId'>;

/** Segments that are read side by side. */
const SIDE_BY_SIDE = 6;

/** Everything that was written down since a snapshot, put together. */
export interface Overlay {
  snapshot: Manifest | null;
  /** The newest modseq that anything tells of. */
  modseq: number;
  /** When the newest of it was written; milliseconds since the epoch. */
  at: number;
  segments: number;
  damaged: number;
  folders: ArchivedFolder[] | null;
  asides: Map<string, AsideRow[]>;
  /** The newest line of each item that changed since the snapshot, in order of item ids. */
  items: Map<string, ItemLine>;
}

/** null when nothing was ever written down of the mailbox. */
export async function readOverlay(objects: ObjectStore, owner: Owner): Promise<Overlay | null> {
  const snapshot = await newestSnapshot(objects, owner);
  const keys = await segmentsFrom(objects, owner, snapshot?.modseq ?? 0);
  if (snapshot === null && keys.length === 0) return null;
  const overlay: Overlay = {
    snapshot,
    modseq: snapshot?.modseq ?? 0,
    at: snapshot?.at ?? 0,
    ...{ segments: keys.length, damaged: 0, folders: null, asides: new Map(), items: new Map() },
  };
  for (let i = 0; i < keys.length; i += SIDE_BY_SIDE) {
    const texts = await Promise.all(keys.slice(i, i + SIDE_BY_SIDE).map((key) => objects.read(key)));
    for (const object of texts) if (object !== null) lay(overlay, owner, object.text);
  }
  overlay.items = new Map([...overlay.items].sort(([a], [b]) => (a < b ? -1 : 1)));
  return overlay;
}

/** Puts the lines of a segment, in order of segments, over what is known. */
function lay(overlay: Overlay, owner: Owner, text: string): void {
  const { lines, damaged } = parseLines(text);
  overlay.damaged += damaged;
  const header = lines.find((line): line is HeaderLine => line.kind === 'header');
  if (header?.tenantId !== owner.tenantId || header.mailboxId !== owner.mailboxId) {
    overlay.damaged++;
    return;
  }
  overlay.modseq = Math.max(overlay.modseq, header.to);
  overlay.at = Math.max(overlay.at, header.at);
  const since = overlay.snapshot?.modseq ?? 0;
  // All of it is in the snapshot, and what has no modseq is younger there.
  if (header.to < since) return;
  for (const line of lines) {
    if (line.kind === 'header') continue;
    if (line.kind === 'tree') overlay.folders = line.folders;
    else if (line.kind === 'aside') overlay.asides.set(line.table, line.rows);
    else if (isNewer(line, overlay.items.get(line.itemId))) overlay.items.set(line.itemId, line);
  }
}

/** Of one modseq, what is there counts more than that it went from somewhere. */
export function isNewer(line: ItemLine, known: ItemLine | undefined): boolean {
  if (known === undefined || line.modseq > known.modseq) return true;
  return line.modseq === known.modseq && line.kind !== 'gone';
}

async function newestSnapshot(objects: ObjectStore, owner: Owner): Promise<Manifest | null> {
  const manifests: string[] = [];
  for (let after = ''; ; ) {
    const page = await objects.list(snapshotsPrefix(owner), after, 1000);
    manifests.push(...page.objects.map(({ key }) => key).filter((key) => key.endsWith('/manifest.json')));
    if (!page.more) break;
    after = page.objects.at(-1)?.key ?? '';
  }
  for (const key of manifests.reverse()) {
    const object = await objects.read(key);
    const manifest = object === null ? null : manifestOf(object.text);
    if (manifest !== null) return manifest;
  }
  return null;
}

function manifestOf(text: string): Manifest | null {
  try {
    const value = JSON.parse(text) as Partial<Manifest>;
    const whole = [value.modseq, value.parts, value.goneFrom, value.lines, value.at].every((n) =>
      Number.isSafeInteger(n),
    );
    return whole && value.v === 1 ? (value as Manifest) : null;
  } catch {
    return null;
  }
}

/** Keys of the segments that say something of what came after a modseq: also of the one that begins before it. */
async function segmentsFrom(objects: ObjectStore, owner: Owner, modseq: number): Promise<string[]> {
  const keys: string[] = [];
  for (let after = ''; ; ) {
    const page = await objects.list(segmentsPrefix(owner), after, 1000);
    keys.push(...page.objects.map(({ key }) => key));
    if (!page.more) break;
    after = page.objects.at(-1)?.key ?? '';
  }
  const first = keys.findIndex((key) => (numberIn(key) ?? 0) >= modseq);
  return keys.slice(Math.max(0, (first < 0 ? keys.length : first) - 1));
}

/** A part of a snapshot. */
export async function readPart(
  objects: ObjectStore,
  owner: Owner,
  snapshot: Manifest,
  part: number,
): Promise<{ lines: JournalLine[]; damaged: number }> {
  const object = await objects.read(snapshotPartKey(owner, snapshot.modseq, part));
  // A part that is gone is as bad as one that cannot be read.
  return object === null ? { lines: [], damaged: 1 } : parseLines(object.text);
}
