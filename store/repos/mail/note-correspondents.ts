import { desc, eq, inArray, type SQL, sql } from 'drizzle-orm';
import { NotFoundError } from '../../../core/errors.ts';
import { defaultFolder } from '../../../core/mail/default-folders.ts';
import { given, insertSelect, int } from '../../dialect/statements.ts';
import { CORRESPONDENTS_KEPT, mergePeople, nameKey, type Person } from '../../normalise.ts';
import { all, justNumbered, type MailboxContext, mailboxLock, mailboxModseq, scoped } from './context.ts';
import { newPerson } from './new-item.ts';
import { raiseModseq, touchFolders } from './numbering.ts';
import { removeItems } from './remove.ts';

const ROLE = 'recipientCache';

/**
 * Counts a use of each person: first those who are known, then, under ids of their own, those who are not. Known or
 * not is decided by the item's dedupe key. When there are too many, those who were not written to for longest go.
 */
export async function noteCorrespondents(
  box: MailboxContext,
  people: readonly { address: string; name: string }[],
  now: number,
): Promise<void> {
  const { folders, items } = box.tables;
  const { build } = box.executor;
  const wanted = mergePeople(people).map((person) => ({ ...person, itemId: crypto.randomUUID() }));
  if (wanted.length === 0) return;
  const inCache = all(
    scoped(box, items),
    sql`${items.folderId} = (select ${folders.folderId} from ${folders} where ${cacheFolder(box)})`,
  );
  const results = await box.executor.atomic(
    [
      makeFolder(box),
      countKnown(box, wanted, now),
      renameKnown(box, wanted),
      insertItems(box, wanted, now),
      insertPeople(box, wanted),
      touchFolders(box),
      raiseModseq(box),
      build.select({ folderId: folders.folderId }).from(folders).where(cacheFolder(box)),
      build
        .select({ itemId: items.itemId })
        .from(items)
        .where(inCache)
        .orderBy(desc(items.receivedAt), desc(items.itemId))
        .limit(CORRESPONDENTS_KEPT)
        .offset(CORRESPONDENTS_KEPT),
    ],
    { lock: mailboxLock(box) },
  );
  const folderId = results.at(-2)?.rows[0]?.['folder_id'];
  if (folderId === undefined) throw new NotFoundError('no such mailbox');
  const tooMany = (results.at(-1)?.rows ?? []).map((row) => String(row['item_id']));
  if (tooMany.length > 0) await removeItems(box, tooMany, now, String(folderId));
}

function cacheFolder(box: MailboxContext): SQL {
  const { folders } = box.tables;
  // The words of the index that holds the folder of each role.
  return all(scoped(box, folders), eq(folders.role, ROLE), sql`${folders.role} <> 'user'`);
}

/** For a mailbox that is older than the folder. */
function makeFolder(box: MailboxContext) {
  const { folders, mailboxes } = box.tables;
  const { folderId, displayName, itemClass } = defaultFolder(ROLE);
  const next = sql`${mailboxes.modseq} + 1`;
  return insertSelect(
    box.executor.build,
    folders,
    {
      tenantId: box.ref.tenantId,
      mailboxId: box.ref.mailboxId,
      folderId,
      parentId: sql`cast(null as text)`,
      displayName,
      nameKey: nameKey(displayName),
      role: ROLE,
      itemClass,
      modseq: next,
      createdModseq: next,
      contentModseq: sql`0`,
      extended: null,
    },
    sql`from ${mailboxes} where ${scoped(box, mailboxes)}
      and not exists (select 1 from ${folders} where ${cacheFolder(box)})`,
  );
}

function input(box: MailboxContext, people: readonly (Person & { itemId: string })[]): SQL {
  const { correspondents, items } = box.tables;
  const rows = people.map((p) => [p.itemId, p.dedupeKey, p.address, p.name]);
  return box.executor.dialect.rows(JSON.stringify(rows), [
    items.itemId,
    items.dedupeKey,
    correspondents.address,
    correspondents.name,
  ]);
}

function countKnown(box: MailboxContext, people: readonly (Person & { itemId: string })[], now: number) {
  const { items } = box.tables;
  const next = sql`${mailboxModseq(box)} + 1`;
  // CROSS JOIN: one probe for each person. Of its own SQLite may walk through the mailbox.
  const known = sql`(select ${items.itemId} from ${input(box, people)} cross join ${items}
    where ${scoped(box, items)} and ${items.dedupeKey} = ${given(items.dedupeKey)})`;
  return box.executor.build
    .update(items)
    .set({
      modseq: next,
      contentModseq: next,
      receivedAt: sql`case when ${items.receivedAt} > ${now} then ${items.receivedAt} else ${now} end`,
    })
    .where(all(scoped(box, items), inArray(items.itemId, known)));
}

function renameKnown(box: MailboxContext, people: readonly (Person & { itemId: string })[]) {
  const { correspondents, items } = box.tables;
  const numbered = sql`from ${input(box, people)} cross join ${items} where ${scoped(box, items)}
    and ${items.dedupeKey} = ${given(items.dedupeKey)} and ${justNumbered(box)}`;
  return box.executor.build
    .update(correspondents)
    .set({
      uses: sql`${correspondents.uses} + 1`,
      name: sql`coalesce(nullif(known.name, ''), ${correspondents.name})`,
    })
    .from(
      sql`(select ${items.itemId} as item_id, ${given(correspondents.name)} as name ${numbered}) as known`,
    )
    .where(
      all(
        scoped(box, correspondents),
        // The list too: by the join alone SQLite walks through all people and looks each up in the list.
        inArray(correspondents.itemId, sql`(select ${items.itemId} ${numbered})`),
        sql`${correspondents.itemId} = known.item_id`,
      ),
    );
}

function insertItems(box: MailboxContext, people: readonly (Person & { itemId: string })[], now: number) {
  const { folders, items } = box.tables;
  return insertSelect(
    box.executor.build,
    items,
    newPerson(box, int(now)),
    sql`from ${input(box, people)} cross join ${folders} where ${cacheFolder(box)}
      and (select 1 from ${items} where ${scoped(box, items)}
        and ${items.dedupeKey} = ${given(items.dedupeKey)} limit 1) is null`,
  );
}

/** Rows of the items that were just made: those of their own ids. */
function insertPeople(box: MailboxContext, people: readonly (Person & { itemId: string })[]) {
  const { correspondents, items } = box.tables;
  return insertSelect(
    box.executor.build,
    correspondents,
    {
      tenantId: box.ref.tenantId,
      mailboxId: box.ref.mailboxId,
      itemId: given(items.itemId),
      address: given(correspondents.address),
      name: given(correspondents.name),
      uses: sql`1`,
    },
    sql`from ${input(box, people)} where (select 1 from ${items} where ${scoped(box, items)}
      and ${items.itemId} = ${given(items.itemId)} limit 1) is not null`,
  );
}
