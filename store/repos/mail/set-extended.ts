import { sql } from 'drizzle-orm';
import { ConflictError, NotFoundError } from '../../../core/errors.ts';
import type { ExtendedChange, ExtendedPatch, FolderChange, ItemChange } from '../../../core/ports/mail.ts';
import { slices } from '../../dialect/json-chunks.ts';
import { given } from '../../dialect/statements.ts';
import { extendedText, parseExtended, patchedExtended } from '../../extended.ts';
import { askedId } from '../../text.ts';
import { all, type MailboxContext, mailboxLock, mailboxModseq, scoped, theseItems } from './context.ts';
import { folderIs, folderOf, raiseToFolder } from './folder-tree.ts';
import { folderFields } from './folders.ts';
import { type Place, placesIn, raiseModseq, touchFolders } from './numbering.ts';

/** Their properties are up to 64 KB each: so many stay below what one call may carry. */
const PER_WRITE = 20;
/** Writers of one item at the same moment. */
const ATTEMPTS = 8;

/**
 * Properties put over those that items have. What is written is made of what was read and written only where that still
 * stands; who was overtaken reads anew. A change of content (MS-ASEMAIL 3.2.5.6).
 */
export async function setExtended(
  box: MailboxContext,
  changes: readonly ExtendedChange[],
): Promise<ItemChange[]> {
  const patches = new Map<string, ExtendedPatch>();
  for (const { itemId, properties } of changes) {
    patches.set(itemId, { ...patches.get(itemId), ...properties });
  }
  const results = new Map<string, ItemChange>();
  for (const slice of slices([...patches.keys()], PER_WRITE)) {
    let left = slice;
    for (let attempt = 0; left.length > 0; attempt++) {
      if (attempt === ATTEMPTS) throw new ConflictError('the item is being changed by others');
      left = await attemptOn(box, left, patches, results);
    }
  }
  return [...patches.keys()].flatMap((itemId) => results.get(itemId) ?? []);
}

/** Ids of those that somebody else changed meanwhile. */
async function attemptOn(
  box: MailboxContext,
  itemIds: readonly string[],
  patches: ReadonlyMap<string, ExtendedPatch>,
  results: Map<string, ItemChange>,
): Promise<string[]> {
  const { items } = box.tables;
  const { build, dialect } = box.executor;
  const present = await box.executor.all(
    build
      .select({
        itemId: items.itemId,
        folderId: items.folderId,
        modseq: items.modseq,
        extended: items.extended,
      })
      .from(items)
      .where(theseItems(box, itemIds)),
  );
  const byId = new Map(present.map((row) => [row.itemId, row]));
  const rows: (string | null)[][] = [];
  for (const itemId of itemIds) {
    const row = byId.get(itemId);
    if (row === undefined) {
      results.set(itemId, { itemId, outcome: 'notFound', folderId: '', modseq: 0 });
      continue;
    }
    const next = extendedText(patchedExtended(parseExtended(row.extended), patches.get(itemId) ?? {}));
    const { folderId, modseq } = row;
    if (next === row.extended) results.set(itemId, { itemId, outcome: 'unchanged', folderId, modseq });
    // In the place of the flag, what was read.
    else rows.push([askedId(itemId), row.extended, next]);
  }
  if (rows.length === 0) return [];
  const input = dialect.rows(JSON.stringify(rows), [items.itemId, items.flag, items.extended]);
  const number = sql<number>`${mailboxModseq(box)} + 1`;
  const ids = rows.map((row) => String(row[0]));
  const [changed] = await box.executor.atomic(
    [
      build
        .update(items)
        .set({ modseq: number, contentModseq: number, extended: sql`${given(items.extended)}` })
        .from(input)
        .where(
          theseItems(
            box,
            ids,
            sql`${items.itemId} = ${given(items.itemId)}`,
            sql`coalesce(${items.extended}, '') = coalesce(${given(items.flag)}, '')`,
          ),
        )
        .returning({ itemId: items.itemId, folderId: items.folderId, modseq: items.modseq }),
      touchFolders(box),
      raiseModseq(box),
    ],
    { lock: mailboxLock(box) },
  );
  const places: Map<string, Place> = placesIn(changed?.rows);
  return ids.filter((itemId) => {
    const place = places.get(itemId);
    if (place !== undefined) results.set(itemId, { itemId, outcome: 'changed', ...place });
    return place === undefined;
  });
}

/** The same for a folder; it is the folder that changes, not what is in it. */
export async function setFolderExtended(
  box: MailboxContext,
  id: string,
  patch: ExtendedPatch,
): Promise<FolderChange> {
  const { folders, mailboxes } = box.tables;
  const { build } = box.executor;
  const folderId = askedId(id);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const [row] = await box.executor.all(
      build.select({ extended: folders.extended }).from(folders).where(folderIs(box, folderId)),
    );
    if (row === undefined) throw new NotFoundError('no such folder');
    const next = extendedText(patchedExtended(parseExtended(row.extended), patch));
    const same = next === row.extended;
    const before = row.extended ?? '';
    const [, , own, mailbox] = await box.executor.atomic(
      [
        build
          .update(folders)
          .set({ extended: next, modseq: sql`${mailboxModseq(box)} + 1` })
          .where(
            all(
              folderIs(box, folderId),
              sql`coalesce(${folders.extended}, '') = ${before}`,
              sql`coalesce(${folders.extended}, '') <> ${next ?? ''}`,
            ),
          ),
        raiseToFolder(box, folderId),
        build.select(folderFields(box)).from(folders).where(folderIs(box, folderId)),
        build.select({ modseq: mailboxes.modseq }).from(mailboxes).where(scoped(box, mailboxes)),
      ],
      { lock: mailboxLock(box) },
    );
    const found = own?.rows[0];
    if (found === undefined) throw new NotFoundError('no such folder');
    if (same || found['extended'] === next) {
      return { folder: folderOf(found), modseq: Number(mailbox?.rows[0]?.['modseq'] ?? 0) };
    }
  }
  throw new ConflictError('the folder is being changed by others');
}
