import { eq, type SQL, sql } from 'drizzle-orm';
import { NotFoundError } from '../../../core/errors.ts';
import type { NewMessage } from '../../../core/mail/types.ts';
import type { InsertResult } from '../../../core/ports/mail.ts';
import { given, insertSelect } from '../../dialect/statements.ts';
import { extendedText } from '../../extended.ts';
import { normaliseMessage } from '../../normalise.ts';
import { askedId } from '../../text.ts';
import { all, type MailboxContext, mailboxLock, scoped, theseItems } from './context.ts';
import { insertMessages, insertParts } from './insert-rows.ts';
import { type Place, placesIn, touchFolders } from './numbering.ts';

/**
 * Inserts messages in one atomic list whose number of statements does not grow with the batch: the rows travel as
 * JSON. Only the first statement decides what is new; the others act on what it just numbered, so that a repeat
 * or a duplicate changes nothing at all (I8, I9, I15).
 */
export async function insertMessagesInto(
  box: MailboxContext,
  messages: readonly NewMessage[],
): Promise<InsertResult[]> {
  if (messages.length === 0) return [];
  const wanted = messages.map(normaliseMessage);
  const fresh = firstOfEachId(wanted);
  const results = await box.executor.atomic(insertStatements(box, fresh, wanted), { lock: mailboxLock(box) });
  const inserted = placesIn(results[0]?.rows);
  const others = fresh.filter((message) => !inserted.has(message.itemId));
  // Where something was inserted, all the folders were there.
  const doubtful = inserted.size === 0 ? wanted : [];
  const known = others.length === 0 ? NOTHING : await findExisting(box, others, doubtful);
  const answers = new Map(
    fresh.map((message) => {
      const { itemId, rawKey } = message;
      const place = inserted.get(itemId);
      return [
        itemId,
        place === undefined ? existing(message, known) : answer('inserted', { itemId, rawKey, ...place }),
      ];
    }),
  );
  return wanted.map((message) => {
    const first = answers.get(message.itemId);
    if (first === undefined) throw new Error('store: a message without an answer');
    // A second mention of one id finds what the first has inserted.
    const repeated = first.outcome === 'inserted' && !fresh.includes(message);
    return repeated ? { ...first, outcome: 'present' } : first;
  });
}

/**
 * The statements that insert these messages; the first gives the places of those that were inserted. `only`: a condition
 * without which nothing is inserted.
 */
export function insertStatements(
  box: MailboxContext,
  fresh: readonly NewMessage[],
  wanted: readonly NewMessage[],
  only?: SQL,
) {
  return [
    insertItems(box, fresh, wanted, only),
    ...insertMessages(box, fresh),
    ...insertParts(box, fresh),
    touchFolders(box),
    growMailbox(
      box,
      fresh.map((message) => message.itemId),
    ),
  ];
}

function firstOfEachId(messages: readonly NewMessage[]): NewMessage[] {
  const ids = new Set<string>();
  return messages.filter(({ itemId }) => !ids.has(itemId) && ids.add(itemId));
}

/** Items of `messages`, if the folders of all `wanted` are there. */
function insertItems(
  box: MailboxContext,
  messages: readonly NewMessage[],
  wanted: readonly NewMessage[],
  only?: SQL,
) {
  const { build, dialect } = box.executor;
  const { folders, items, mailboxes, messages: stored, tombstones } = box.tables;
  const roles = [...new Set(wanted.flatMap((m) => (m.folderId === undefined ? m.folderRole : [])))];
  const chosen = [...new Set(wanted.flatMap((m) => m.folderId ?? []))];
  const rows = messages.map((m) => [
    m.itemId,
    m.folderRole,
    m.folderId === undefined ? null : askedId(m.folderId),
    m.receivedAt,
    m.isRead ? 1 : 0,
    m.size,
    m.textSize,
    m.htmlSize,
    m.dedupeKey,
    m.rawKey,
    m.threadId,
    m.isDraft ? 1 : 0,
    m.flag === undefined || m.flag === null ? null : JSON.stringify(m.flag),
    JSON.stringify(m.categories ?? []),
    extendedText(m.extended),
  ]);
  const input = dialect.rows(JSON.stringify(rows), [
    items.itemId,
    folders.role,
    folders.folderId,
    items.receivedAt,
    items.isRead,
    items.size,
    items.textSize,
    items.htmlSize,
    items.dedupeKey,
    stored.rawKey,
    items.threadId,
    items.isDraft,
    items.flag,
    items.categories,
    items.extended,
  ]);
  // All folders or nothing: an unknown one must not leave half of the batch behind.
  const rolesExist = sql`(select count(*) from ${folders} where ${scoped(box, folders)}
    and ${dialect.isIn(folders.role, roles)} and ${folders.role} <> 'user') = ${roles.length}`;
  const chosenExist = sql`(select count(*) from ${folders} where ${scoped(box, folders)}
    and ${dialect.isIn(folders.folderId, chosen)}) = ${chosen.length}`;
  const target = sql`coalesce(${given(folders.folderId)}, (select ${folders.folderId} from ${folders}
    where ${scoped(box, folders)} and ${folders.role} = ${given(folders.role)} and ${folders.role} <> 'user'))`;
  // Not NOT EXISTS: PostgreSQL makes a join of it, and with old statistics reads the whole mailbox for each batch.
  const isNew = sql`(select 1 from ${items} where ${scoped(box, items)}
      and ${items.itemId} = ${given(items.itemId)} limit 1) is null
    and (select 1 from ${items} where ${scoped(box, items)}
      and ${items.dedupeKey} = ${given(items.dedupeKey)} limit 1) is null
    and (select 1 from ${tombstones} where ${scoped(box, tombstones)}
      and ${tombstones.rawKey} = ${given(stored.rawKey)} limit 1) is null`;
  const modseq = sql`${mailboxes.modseq} + row_number() over (order by input.ord)`;
  const statement = insertSelect(
    build,
    items,
    {
      tenantId: box.ref.tenantId,
      mailboxId: box.ref.mailboxId,
      itemId: given(items.itemId),
      folderId: folders.folderId,
      modseq,
      createdModseq: modseq,
      receivedAt: given(items.receivedAt),
      isRead: given(items.isRead),
      flag: given(items.flag),
      categories: given(items.categories),
      size: given(items.size),
      textSize: given(items.textSize),
      htmlSize: given(items.htmlSize),
      dedupeKey: given(items.dedupeKey),
      readModseq: modseq,
      flagModseq: modseq,
      categoriesModseq: modseq,
      contentModseq: modseq,
      threadId: given(items.threadId),
      isDraft: given(items.isDraft),
      lastVerb: sql`0`,
      lastVerbAt: sql`null`,
      kind: 'message',
      extended: given(items.extended),
    },
    sql`from (select input.*, row_number() over (partition by ${given(items.dedupeKey)} order by input.ord) as nth
        from ${input} where ${isNew}) as input
      join ${mailboxes} on ${scoped(box, mailboxes)}
      join ${folders} on ${scoped(box, folders)} and ${folders.folderId} = ${target}
      where ${all(sql`input.nth = 1`, rolesExist, chosenExist, only)}`,
  );
  return statement.returning({ itemId: items.itemId, folderId: items.folderId, modseq: items.modseq });
}

/** Counters of the mailbox and its modseq, by what was just numbered. Last of the list. */
function growMailbox(box: MailboxContext, itemIds: readonly string[]): SQL {
  const { items, mailboxes } = box.tables;
  const { modseq, sizeBytes, itemCount } = mailboxes;
  const columns = [modseq, sizeBytes, itemCount].map((column) => sql.identifier(column.name));
  const added = theseItems(box, itemIds, sql`${items.modseq} > ${modseq}`);
  return sql`update ${mailboxes} set (${sql.join(columns, sql`, `)}) = (
      select max(${items.modseq}), ${sizeBytes} + sum(${items.size}), ${itemCount} + count(*)
      from ${items} where ${added})
    where ${scoped(box, mailboxes)} and exists (select 1 from ${items} where ${added})`;
}

interface Known {
  byId: Map<string, Place & { rawKey: string }>;
  byDedupeKey: Map<string, Place & { itemId: string; rawKey: string }>;
  byRawKey: Map<string, Place & { itemId: string }>;
}

const NOTHING: Known = { byId: new Map(), byDedupeKey: new Map(), byRawKey: new Map() };

/** What was there before the messages that were not inserted. Rejects when nothing can have been: no such folder. */
async function findExisting(
  box: MailboxContext,
  messages: readonly NewMessage[],
  doubtful: readonly NewMessage[],
): Promise<Known> {
  const { build, dialect } = box.executor;
  const { folders, items, messages: stored, tombstones } = box.tables;
  const place = {
    itemId: items.itemId,
    folderId: items.folderId,
    modseq: items.modseq,
    dedupeKey: items.dedupeKey,
    rawKey: stored.rawKey,
  };
  const ofItem = all(scoped(box, stored), eq(stored.itemId, items.itemId));
  const keys = messages.map((m) => m.dedupeKey);
  const rawKeys = messages.map((m) => m.rawKey);
  const [present, byId, byKey, removed] = await box.executor.read(
    build
      .select({ role: folders.role, folderId: folders.folderId })
      .from(folders)
      .where(scoped(box, folders)),
    build
      .select(place)
      .from(items)
      .innerJoin(stored, ofItem)
      .where(
        theseItems(
          box,
          messages.map((m) => m.itemId),
        ),
      ),
    build
      .select(place)
      .from(items)
      .innerJoin(stored, ofItem)
      .where(all(scoped(box, items), dialect.isIn(items.dedupeKey, keys))),
    build
      .select({
        itemId: tombstones.itemId,
        folderId: tombstones.folderId,
        modseq: tombstones.modseq,
        rawKey: tombstones.rawKey,
      })
      .from(tombstones)
      .where(all(scoped(box, tombstones), dialect.isIn(tombstones.rawKey, rawKeys))),
  );
  for (const { folderId, folderRole } of doubtful) {
    const isThere =
      folderId === undefined
        ? folderRole !== 'user' && present.some((row) => row.role === folderRole)
        : present.some((row) => row.folderId === folderId);
    if (!isThere) throw new NotFoundError('no such folder');
  }
  return {
    byId: new Map(byId.map((row) => [row.itemId, row])),
    byDedupeKey: new Map(byKey.map((row) => [row.dedupeKey, row])),
    byRawKey: new Map(removed.map((row) => [row.rawKey ?? '', row])),
  };
}

function existing(message: NewMessage, known: Known): InsertResult {
  const itself = known.byId.get(message.itemId);
  if (itself !== undefined) return answer('present', { itemId: message.itemId, ...itself });
  const same = known.byDedupeKey.get(message.dedupeKey);
  if (same !== undefined) return answer('duplicate', same);
  const removed = known.byRawKey.get(message.rawKey);
  if (removed !== undefined) {
    const outcome = removed.itemId === message.itemId ? 'present' : 'duplicate';
    return answer(outcome, { ...removed, rawKey: message.rawKey });
  }
  // Its rival was removed between the write and this read, with another raw: the next attempt will insert it.
  throw new Error('store: a message was neither inserted nor found; try again');
}

function answer(
  outcome: InsertResult['outcome'],
  { itemId, folderId, modseq, rawKey }: Place & { itemId: string; rawKey: string },
): InsertResult {
  return { outcome, itemId, folderId, modseq, rawKey };
}
