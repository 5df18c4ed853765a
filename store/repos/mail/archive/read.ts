import { and, eq, getTableColumns, getTableName, gt, lte, type SQL, sql } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { MAX_DOCUMENT_BYTES } from '../../../../core/pim/types.ts';
import type {
  ArchivedFolder,
  ArchiveHead,
  AsideRow,
  CapturedHead,
  GoneCursor,
  GoneLine,
  ItemLine,
  LiveLine,
} from '../../../../core/ports/archive.ts';
import { slices } from '../../../dialect/json-chunks.ts';
import { replacedFolder } from '../../../normalise.ts';
import { all, IDS_PER_STATEMENT, type MailboxContext, mailboxLock, scoped } from '../context.ts';
import { listFolders } from '../folders.ts';
import { goneFields, goneLine, type LiveRow, liveFields, liveLines, objectFields } from './rows.ts';

/** Tables whose rows are written down as lines of items, as the tree, or not at all. */
const NOT_ASIDE: ReadonlySet<string> = new Set([
  ...['mailboxes', 'folders', 'items', 'messages', 'messageParts', 'correspondents', 'objects'],
  ...['tombstones', 'removedMessages', 'actionHeads', 'messageIdAliases'],
]);

type Scoped = SQLiteTable & Parameters<typeof scoped>[1];

/** Everything else that belongs to a mailbox, also of tables that were added after this was written. */
export function asideTables({ tables }: MailboxContext): Map<string, Scoped> {
  return new Map(
    Object.entries(tables)
      .filter(([name]) => !NOT_ASIDE.has(name))
      .map(([, table]) => [getTableName(table), table as Scoped]),
  );
}

export async function readHead(box: MailboxContext): Promise<ArchiveHead> {
  const { actionHeads: heads, mailboxes } = box.tables;
  const { build } = box.executor;
  const [[mailbox], [head]] = await box.executor.read(
    build.select({ modseq: mailboxes.modseq }).from(mailboxes).where(scoped(box, mailboxes)),
    build
      .select({
        captured: heads.captured,
        segments: heads.segments,
        lines: heads.lines,
        snapshotModseq: heads.snapshotModseq,
        snapshotAt: heads.snapshotAt,
        digests: heads.digests,
      })
      .from(heads)
      .where(scoped(box, heads)),
  );
  const { digests = '{}', ...known } = head ?? {};
  return {
    exists: mailbox !== undefined,
    modseq: mailbox?.modseq ?? 0,
    ...{ captured: null, segments: 0, lines: 0, snapshotModseq: 0, snapshotAt: 0 },
    ...known,
    digests: JSON.parse(digests) as Record<string, string>,
  };
}

export async function advance(
  box: MailboxContext,
  from: number | null,
  to: CapturedHead,
  now: number,
): Promise<boolean> {
  const { actionHeads: heads } = box.tables;
  const { build } = box.executor;
  const values = { ...to, digests: JSON.stringify(to.digests), updatedAt: now };
  const { tenantId, mailboxId } = box.ref;
  const write =
    from === null
      ? build
          .insert(heads)
          .values({ tenantId, mailboxId, ...values })
          .onConflictDoNothing()
      : build
          .update(heads)
          .set(values)
          .where(all(scoped(box, heads), eq(heads.captured, from)));
  const [result] = await box.executor.atomic([write], { lock: mailboxLock(box) });
  // Not 1: D1 counts what a trigger writes as well.
  return (result?.changes ?? 0) > 0;
}

/** Live rows that `which` selects. */
function live(box: MailboxContext, which: SQL | undefined) {
  const { correspondents, items, messages } = box.tables;
  return box.executor.build
    .select(liveFields(box))
    .from(items)
    .leftJoin(messages, all(scoped(box, messages), eq(messages.itemId, items.itemId)))
    .leftJoin(correspondents, all(scoped(box, correspondents), eq(correspondents.itemId, items.itemId)))
    .where(all(scoped(box, items), which));
}

function removed(box: MailboxContext, which: SQL | undefined) {
  const { removedMessages, tombstones } = box.tables;
  return box.executor.build
    .select(goneFields(box))
    .from(tombstones)
    .leftJoin(
      removedMessages,
      all(
        scoped(box, removedMessages),
        eq(removedMessages.rawKey, tombstones.rawKey),
        eq(removedMessages.purging, 0),
      ),
    )
    .where(all(scoped(box, tombstones), sql`${tombstones.removedAt} is not null`, which));
}

/** Bytes of documents that one call carries, about; one write of one modseq stays together whatever it has. */
const DOCUMENT_BYTES = 8_000_000;
/** Documents of one statement. */
const OBJECTS_PER_READ = 100;

/** The lines of rows, each object with what it is. One that is removed meanwhile has its line where it went. */
async function linesOf(box: MailboxContext, rows: readonly LiveRow[]): Promise<LiveLine[]> {
  const { objects } = box.tables;
  const ids = rows.filter((row) => row.kind !== 'message').map((row) => row.itemId);
  const found: Parameters<typeof liveLines>[1] extends ReadonlyMap<string, infer Row>
    ? Map<string, Row>
    : never = new Map();
  for (const slice of slices(ids, OBJECTS_PER_READ)) {
    const documents = await box.executor.all(
      box.executor.build
        .select(objectFields(box))
        .from(objects)
        .where(all(scoped(box, objects), box.executor.dialect.isIn(objects.itemId, slice))),
    );
    for (const row of documents) found.set(row.itemId, row);
  }
  return liveLines(rows, found);
}

/** How many rows from the first on have documents of no more than DOCUMENT_BYTES; one at least. */
function carried(rows: readonly LiveRow[]): number {
  let bytes = 0;
  for (const [n, row] of rows.entries()) {
    // Files are not carried.
    if (row.kind !== 'message') bytes += Math.min(row.size, MAX_DOCUMENT_BYTES);
    if (bytes > DOCUMENT_BYTES) return Math.max(1, n);
  }
  return rows.length;
}

/** Several folders are read in one round trip. */
const FOLDERS_PER_READ = 20;

/**
 * By the feeds of the folders that changed: they are indexed by modseq, items as a whole are not. A write gives one
 * modseq to IDS_PER_STATEMENT items at most, so that a limit above that always comes forward.
 */
export async function changed(
  box: MailboxContext,
  after: number,
  upTo: number,
  atLeast: number,
): Promise<{ lines: ItemLine[]; to: number }> {
  const { items, tombstones } = box.tables;
  const limit = Math.max(atLeast, IDS_PER_STATEMENT + 1);
  const folders = (await listFolders(box)).filter((f) => f.contentModseq > after).map((f) => f.folderId);
  let to = upTo;
  const rows: LiveRow[] = [];
  for (const slice of slices(folders, FOLDERS_PER_READ)) {
    const pages = await box.executor.read(
      ...slice.map((folderId) =>
        live(box, and(eq(items.folderId, folderId), gt(items.modseq, after), lte(items.modseq, upTo)))
          .orderBy(items.modseq, items.itemId)
          .limit(limit),
      ),
    );
    for (const page of pages) {
      const last = page.at(-1);
      if (page.length === limit && last !== undefined) to = Math.min(to, last.modseq - 1);
      rows.push(...page);
    }
  }
  const gone = await box.executor.all(
    removed(box, and(gt(tombstones.modseq, after), lte(tombstones.modseq, upTo)))
      .orderBy(tombstones.modseq, tombstones.itemId)
      .limit(limit),
  );
  const last = gone.at(-1);
  if (gone.length === limit && last !== undefined) to = Math.min(to, last.modseq - 1);
  const due = rows.filter((row) => row.modseq <= to).sort((a, b) => a.modseq - b.modseq);
  const beyond = due[carried(due)];
  // What one write changed stays together.
  if (beyond !== undefined) to = beyond.modseq > (due[0]?.modseq ?? 0) ? beyond.modseq - 1 : beyond.modseq;
  const lines: ItemLine[] = [
    ...(await linesOf(
      box,
      due.filter((row) => row.modseq <= to),
    )),
    ...gone.map(goneLine).filter((line) => isOfItem(line) && line.modseq <= to),
  ];
  return { lines: lines.sort((a, b) => a.modseq - b.modseq), to };
}

/** What a draft was before it was saved again is no item that went. */
function isOfItem(line: GoneLine): boolean {
  return !line.folderId.startsWith(replacedFolder(''));
}

export async function itemsAfter(
  box: MailboxContext,
  afterItemId: string,
  limit: number,
): Promise<{ lines: LiveLine[]; last: string | null }> {
  const { items } = box.tables;
  const rows = await box.executor.all(
    live(box, gt(items.itemId, afterItemId)).orderBy(items.itemId).limit(limit),
  );
  const page = rows.slice(0, carried(rows));
  const isLast = rows.length < limit && page.length === rows.length;
  return { lines: await linesOf(box, page), last: isLast ? null : (page.at(-1)?.itemId ?? null) };
}

export async function presentItems(box: MailboxContext, itemIds: readonly string[]): Promise<LiveLine[]> {
  const { items } = box.tables;
  const lines: LiveLine[] = [];
  for (const slice of slices([...new Set(itemIds)], IDS_PER_STATEMENT)) {
    const rows = await box.executor.all(live(box, box.executor.dialect.isIn(items.itemId, slice)));
    lines.push(...(await linesOf(box, rows)));
  }
  return lines;
}

export async function knownItems(box: MailboxContext, itemIds: readonly string[]): Promise<Set<string>> {
  const { items } = box.tables;
  const known = new Set<string>();
  for (const slice of slices([...new Set(itemIds)], IDS_PER_STATEMENT)) {
    const rows = await box.executor.all(
      box.executor.build
        .select({ itemId: items.itemId })
        .from(items)
        .where(all(scoped(box, items), box.executor.dialect.isIn(items.itemId, slice))),
    );
    for (const { itemId } of rows) known.add(itemId);
  }
  return known;
}

export async function goneAfter(
  box: MailboxContext,
  after: GoneCursor | null,
  limit: number,
): Promise<{ lines: GoneLine[]; last: GoneCursor | null }> {
  const { tombstones } = box.tables;
  const rows = await box.executor.all(
    removed(
      box,
      after === null
        ? undefined
        : sql`(${tombstones.folderId}, ${tombstones.itemId}) > (${after.folderId}, ${after.itemId})`,
    )
      .orderBy(tombstones.folderId, tombstones.itemId)
      .limit(limit),
  );
  const last = rows.length < limit ? undefined : rows.at(-1);
  return {
    lines: rows.map(goneLine).filter(isOfItem),
    last: last === undefined ? null : { folderId: last.folderId, itemId: last.itemId },
  };
}

export async function tree(box: MailboxContext): Promise<ArchivedFolder[]> {
  return (await listFolders(box)).map(
    ({ modseq: _, createdModseq: __, contentModseq: ___, ...folder }) => folder,
  );
}

export async function asides(
  box: MailboxContext,
  names: readonly string[],
  limit: number,
): Promise<Record<string, AsideRow[]>> {
  const tables = asideTables(box);
  const asked = names.filter((name) => tables.has(name));
  if (asked.length === 0) return {};
  const answers = await box.executor.read(
    ...asked.map((name) => {
      const table = tables.get(name) as Scoped;
      const columns = asideColumns(table);
      return box.executor.build
        .select(columns)
        .from(table)
        .where(scoped(box, table))
        .orderBy(...Object.values(columns))
        .limit(limit);
    }),
  );
  return Object.fromEntries(asked.map((name, n) => [name, (answers[n] ?? []) as AsideRow[]]));
}

/** All but the scope, by the names that they have in the database: those stay when code is renamed. */
function asideColumns(table: SQLiteTable) {
  return Object.fromEntries(
    Object.values(getTableColumns(table))
      .filter(({ name }) => name !== 'tenant_id' && name !== 'mailbox_id')
      .map((column) => [column.name, column]),
  );
}
