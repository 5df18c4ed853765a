/**
 * Writes down what changed in a mailbox since the last time, from its change feed (I28). The feed is the mailbox itself:
 * nothing that changed can be missing in it, whoever changed it, and what could not be written is still there the next
 * time.
 */
import type { ArchiveHead, CapturedHead, MailboxArchive } from '../ports/archive.ts';
import type { ObjectStore } from '../ports/objects.ts';
import { asideSegmentKey, numberIn, segmentKey, segmentsPrefix } from './keys.ts';
import { type AsideLine, digestOf, formatLines, type HeaderLine, type JournalLine } from './lines.ts';
import type { CapturePorts } from './ports.ts';
import { writeSnapshot } from './snapshot.ts';

export interface Captured {
  /**
   * none: nothing was new. segment, snapshot: what was written. busy: another writer has just written from here on, or
   * died over it. absent: there is no such mailbox.
   */
  kind: 'none' | 'segment' | 'snapshot' | 'busy' | 'absent';
  lines: number;
  /** Everything up to this modseq is written down. */
  to: number;
  /** There is more already. */
  more: boolean;
}

/** Lines of one segment, about. */
const MAX_LINES = 4000;
/** Rows of a table aside that go into a segment; a larger one waits for the next snapshot. */
const MAX_ASIDE_ROWS = 1000;
/** With so much to read on top of it, a snapshot is due for a new one. */
const SEGMENTS_PER_SNAPSHOT = 200;
const LINES_PER_SNAPSHOT = 20_000;
/** A segment that another writer made and did not account for within this time was left behind by a dead one. */
const ABANDONED_MS = 60_000;
/** More than a mailbox changes between two moments of which one is lost. */
export const MODSEQ_GAP = 1_000_000;

export async function capture(ports: CapturePorts): Promise<Captured> {
  const { archive } = ports;
  const head = await archive.head();
  if (!head.exists) return { kind: 'absent', lines: 0, to: 0, more: false };
  const { captured } = head;
  if (captured === null || head.segments >= SEGMENTS_PER_SNAPSHOT || head.lines >= LINES_PER_SNAPSHOT) {
    const { lines, modseq } = await writeSnapshot(ports, head);
    return { kind: 'snapshot', lines, to: modseq, more: false };
  }
  const aside = await changedAside(archive, head);
  // The database is behind what it has written down: it is an earlier one that was put back.
  if (head.modseq < captured) return startAnew(ports, head);
  if (head.modseq === captured && aside.lines.length === 0) {
    return { kind: 'none', lines: 0, to: captured, more: false };
  }
  const { lines, to } = await archive.changed(captured, head.modseq, MAX_LINES);
  return writeSegment(ports, head, { aside, lines, from: captured, to });
}

async function writeSegment(
  ports: CapturePorts,
  head: ArchiveHead,
  { aside, lines, from, to }: { aside: Aside; lines: JournalLine[]; from: number; to: number },
): Promise<Captured> {
  const { archive, objects, now } = ports;
  const key = to > from ? segmentKey(archive.ref, from) : asideSegmentKey(archive.ref, from, now());
  const header: HeaderLine = { kind: 'header', v: 1, ...archive.ref, from, to, at: now() };
  const text = formatLines([header, ...aside.lines, ...lines]);
  if (!(await objects.create(key, text))) return meetOther(ports, key, from);
  const next: CapturedHead = {
    captured: to,
    segments: head.segments + 1,
    lines: head.lines + lines.length + aside.lines.length,
    snapshotModseq: head.snapshotModseq,
    snapshotAt: head.snapshotAt,
    digests: aside.digests,
  };
  await archive.advance(from, next, now());
  return { kind: 'segment', lines: lines.length + aside.lines.length, to, more: to < head.modseq };
}

async function meetOther(ports: CapturePorts, key: string, from: number): Promise<Captured> {
  const { archive, objects, now } = ports;
  const other = await objects.read(key);
  const head = await archive.head();
  if (head.captured !== from) return { kind: 'none', lines: 0, to: head.captured ?? 0, more: true };
  if (other === null || now() - other.uploadedAt < ABANDONED_MS) {
    return { kind: 'busy', lines: 0, to: from, more: true };
  }
  return startAnew(ports, head);
}

/**
 * The segment that begins here is not one that this database accounts for: its writer died, or the database is an
 * earlier one that was put back and has gone on in another way. Numbers jump beyond all that the other way can have
 * used, and a snapshot says how it is now; what the segments of the other way said counts no more.
 */
async function startAnew(ports: CapturePorts, head: ArchiveHead): Promise<Captured> {
  const { archive, objects } = ports;
  await archive.begin((await newestModseq(objects, archive, head)) + MODSEQ_GAP, ports.now());
  const { lines, modseq } = await writeSnapshot(ports, await archive.head());
  return { kind: 'snapshot', lines, to: modseq, more: false };
}

/** The newest modseq that the segments or the database tell of. */
async function newestModseq(
  objects: ObjectStore,
  archive: MailboxArchive,
  head: ArchiveHead,
): Promise<number> {
  const prefix = segmentsPrefix(archive.ref);
  let newest = Math.max(head.modseq, head.captured ?? 0);
  let after = '';
  for (;;) {
    const page = await objects.list(prefix, after, 1000);
    const last = page.objects.at(-1)?.key ?? '';
    newest = Math.max(newest, numberIn(last) ?? 0);
    if (!page.more) return newest;
    after = last;
  }
}

interface Aside {
  lines: JournalLine[];
  digests: Record<string, string>;
}

/** The folder tree and the tables aside, where they are not what was written down last. */
async function changedAside(archive: MailboxArchive, head: ArchiveHead): Promise<Aside> {
  const digests: Record<string, string> = { ...head.digests };
  const lines: JournalLine[] = [];
  const folders = await archive.tree();
  const treeDigest = await digestOf(folders);
  if (digests['tree'] !== treeDigest) {
    digests['tree'] = treeDigest;
    lines.push({ kind: 'tree', folders });
  }
  const asides = await archive.asides(archive.asideTables(), MAX_ASIDE_ROWS + 1);
  for (const [table, rows] of Object.entries(asides)) {
    if (rows.length > MAX_ASIDE_ROWS) continue;
    const digest = await digestOf(rows);
    if (digests[`aside:${table}`] === digest) continue;
    digests[`aside:${table}`] = digest;
    const line: AsideLine = { kind: 'aside', table, rows, part: 0 };
    lines.push(line);
  }
  return { lines, digests };
}
