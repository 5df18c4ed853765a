import type { ArchiveHead, GoneCursor } from '../ports/archive.ts';
import {
  mailboxPrefix,
  manifestKey,
  numberIn,
  segmentsPrefix,
  snapshotPartKey,
  snapshotsPrefix,
} from './keys.ts';
import { digestOf, formatLines, type HeaderLine, type JournalLine } from './lines.ts';
import type { CapturePorts } from './ports.ts';

/** Items of one part of a snapshot. */
const PER_PART = 2000;
const ASIDE_ROWS = 5000;
const MAX_ASIDE_ROWS = 100_000;
/** How long segments and snapshots are kept after newer snapshots hold all that they say. */
const KEEP_MS = 35 * 24 * 3600 * 1000;
const KEEP_SNAPSHOTS = 2;

export interface Manifest {
  v: 1;
  modseq: number;
  parts: number;
  /** The first of the parts that hold what was removed; before it are the items, after the first part. */
  goneFrom: number;
  lines: number;
  at: number;
}

/**
 * Writes down a mailbox as it is. What changes while that goes on is in the segments after it as well. A snapshot
 * counts from the moment that its manifest is there.
 */
export async function writeSnapshot(
  { archive, objects, now }: CapturePorts,
  head: ArchiveHead,
): Promise<{ modseq: number; lines: number }> {
  // A number of its own: no segment ends there, and no unfinished snapshot has it.
  await archive.begin(head.modseq + 1, now());
  const { modseq } = await archive.head();
  const header: HeaderLine = { kind: 'header', v: 1, ...archive.ref, from: modseq, to: modseq, at: now() };
  let part = 0;
  let count = 0;
  const put = async (lines: readonly JournalLine[]) => {
    await objects.create(snapshotPartKey(archive.ref, modseq, part++), formatLines([header, ...lines]));
    count += lines.length;
  };

  const folders = await archive.tree();
  const digests: Record<string, string> = { tree: await digestOf(folders) };
  const first: JournalLine[] = [{ kind: 'tree', folders }];
  for (const table of archive.asideTables()) {
    const rows = (await archive.asides([table], MAX_ASIDE_ROWS))[table] ?? [];
    digests[`aside:${table}`] = await digestOf(rows);
    for (let n = 0; n === 0 || n * ASIDE_ROWS < rows.length; n++) {
      first.push({ kind: 'aside', table, part: n, rows: rows.slice(n * ASIDE_ROWS, (n + 1) * ASIDE_ROWS) });
    }
  }
  await put(first);
  for (let after: string | null = ''; after !== null; ) {
    const page: Awaited<ReturnType<typeof archive.items>> = await archive.items(after, PER_PART);
    if (page.lines.length > 0) await put(page.lines);
    after = page.last;
  }
  const goneFrom = part;
  let cursor: GoneCursor | null = null;
  do {
    const page: Awaited<ReturnType<typeof archive.gone>> = await archive.gone(cursor, PER_PART);
    if (page.lines.length > 0) await put(page.lines);
    cursor = page.last;
  } while (cursor !== null);

  const manifest: Manifest = { v: 1, modseq, parts: part, goneFrom, lines: count, at: now() };
  await objects.create(manifestKey(archive.ref, modseq), JSON.stringify(manifest));
  await archive.advance(
    head.captured,
    { captured: modseq, segments: 0, lines: 0, snapshotModseq: modseq, snapshotAt: now(), digests },
    now(),
  );
  await prune({ archive, objects, now });
  return { modseq, lines: count };
}

/** Deletes what two newer snapshots hold and nobody needs for looking back any more. */
async function prune({ archive, objects, now }: CapturePorts): Promise<void> {
  const listed = await objects.list(mailboxPrefix(archive.ref), snapshotsPrefix(archive.ref), 1000);
  const manifests = listed.objects.filter(({ key }) => key.endsWith('/manifest.json')).map(({ key }) => key);
  const kept = numberIn(manifests.at(-KEEP_SNAPSHOTS) ?? '');
  if (kept === null) return;
  const before = now() - KEEP_MS;
  const old = ({ key, uploadedAt }: { key: string; uploadedAt: number }) =>
    uploadedAt < before && (numberIn(key) ?? kept) < kept;
  const segments = await objects.list(segmentsPrefix(archive.ref), '', 1000);
  // The segment before the snapshot's modseq may reach beyond it.
  const reaching = segments.objects.findLastIndex(({ key }) => (numberIn(key) ?? 0) < kept);
  const keys = [
    ...listed.objects.filter(old),
    ...segments.objects.filter((one, n) => n !== reaching && old(one)),
  ].map(({ key }) => key);
  if (keys.length > 0) await objects.delete(keys);
}
