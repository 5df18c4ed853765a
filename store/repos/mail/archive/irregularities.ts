/** What must be true of the rows of a mailbox, each check one read that names the cases against it. */
import { type SQL, sql } from 'drizzle-orm';
import { DEFAULT_FOLDERS } from '../../../../core/mail/default-folders.ts';
import type { Irregularity } from '../../../../core/ports/archive.ts';
import { type MailboxContext, mailboxModseq, scoped } from '../context.ts';

/** Cases of one check that are read; there may be more. */
const CASES = 21;

type Check = (box: MailboxContext) => SQL;

/** `select … as what` without its limit. */
const CHECKS: Readonly<Record<string, Check>> = {
  // I13
  'modseq-behind': (box) => {
    const { items } = box.tables;
    return sql`select ${items.itemId} as what from ${items}
      where ${scoped(box, items)} and ${items.modseq} > ${mailboxModseq(box)}`;
  },
  'aspect-ahead': (box) => {
    const { items } = box.tables;
    const aspects = [items.readModseq, items.flagModseq, items.categoriesModseq, items.contentModseq];
    const ahead = [...aspects, items.createdModseq].map((column) => sql`${column} > ${items.modseq}`);
    return sql`select ${items.itemId} as what from ${items}
      where ${scoped(box, items)} and (${sql.join(ahead, sql` or `)})`;
  },
  'folder-behind': (box) => {
    const { folders, items, tombstones } = box.tables;
    const newest = (
      table: typeof items | typeof tombstones,
    ) => sql`coalesce((select ${table.modseq} from ${table}
      where ${scoped(box, table)} and ${table.folderId} = ${folders.folderId}
      order by ${table.modseq} desc limit 1), 0)`;
    return sql`select ${folders.folderId} as what from ${folders} where ${scoped(box, folders)}
      and (${folders.contentModseq} < ${newest(items)} or ${folders.contentModseq} < ${newest(tombstones)}
        or ${folders.contentModseq} > ${mailboxModseq(box)} or ${folders.modseq} > ${mailboxModseq(box)})`;
  },
  // I15
  counters: (box) => {
    const { items, mailboxes, messages } = box.tables;
    return sql`select ${mailboxes.mailboxId} as what from ${mailboxes} where ${scoped(box, mailboxes)}
      and (${mailboxes.itemCount} <> (select count(*) from ${messages} where ${scoped(box, messages)})
        or ${mailboxes.sizeBytes} <> (select coalesce(sum(${items.size}), 0) from ${items}
          where ${scoped(box, items)}))`;
  },
  'object-size-differs': (box) => {
    const { items, objects } = box.tables;
    return sql`select ${items.itemId} as what from ${items} join ${objects}
        on ${scoped(box, objects)} and ${objects.itemId} = ${items.itemId}
      where ${scoped(box, items)} and ${items.size} <> octet_length(${objects.document}) + ${objects.filesSize}`;
  },
  // I9
  'dedupe-key-twice': (box) => {
    const { items } = box.tables;
    return sql`select ${items.dedupeKey} as what from ${items} where ${scoped(box, items)}
      group by ${items.dedupeKey} having count(*) > 1`;
  },
  'raw-twice': (box) => {
    const { messages } = box.tables;
    return sql`select ${messages.rawKey} as what from ${messages} where ${scoped(box, messages)}
      group by ${messages.rawKey} having count(*) > 1`;
  },
  'folder-missing': (box) => {
    const { folders, items } = box.tables;
    return sql`select ${items.itemId} as what from ${items} where ${scoped(box, items)}
      and not exists (select 1 from ${folders} where ${scoped(box, folders)}
        and ${folders.folderId} = ${items.folderId})`;
  },
  'parent-missing': (box) => {
    const { folders } = box.tables;
    return sql`select ${folders.folderId} as what from ${folders} where ${scoped(box, folders)}
      and ${folders.parentId} is not null and ${folders.parentId} not in (select ${folders.folderId} from ${folders}
        where ${scoped(box, folders)})`;
  },
  'default-folder-missing': (box) => {
    const { folders, mailboxes } = box.tables;
    const roles = DEFAULT_FOLDERS.map((folder) => folder.role).filter((role) => role !== 'recipientCache');
    return sql`select ${mailboxes.mailboxId} as what from ${mailboxes} where ${scoped(box, mailboxes)}
      and (select count(*) from ${folders} where ${scoped(box, folders)}
        and ${box.executor.dialect.isIn(folders.role, roles)}) <> ${roles.length}`;
  },
  'removed-and-there': (box) => {
    const { items, tombstones } = box.tables;
    return sql`select ${items.itemId} as what from ${items} where ${scoped(box, items)}
      and exists (select 1 from ${tombstones} where ${scoped(box, tombstones)}
        and ${tombstones.folderId} = ${items.folderId} and ${tombstones.itemId} = ${items.itemId})`;
  },
  'raw-removed-and-there': (box) => {
    const { messages, tombstones } = box.tables;
    return sql`select ${messages.rawKey} as what from ${messages} where ${scoped(box, messages)}
      and exists (select 1 from ${tombstones} where ${scoped(box, tombstones)}
        and ${tombstones.rawKey} = ${messages.rawKey})`;
  },
  'item-without-content': (box) => {
    const { correspondents, items, messages, objects } = box.tables;
    return sql`select ${items.itemId} as what from ${items} where ${scoped(box, items)}
      and not exists (select 1 from ${messages} where ${scoped(box, messages)}
        and ${messages.itemId} = ${items.itemId})
      and not exists (select 1 from ${correspondents} where ${scoped(box, correspondents)}
        and ${correspondents.itemId} = ${items.itemId})
      and not exists (select 1 from ${objects} where ${scoped(box, objects)}
        and ${objects.itemId} = ${items.itemId})`;
  },
  'kind-differs': (box) => {
    const { items, objects } = box.tables;
    return sql`select ${items.itemId} as what from ${items} left join ${objects}
        on ${scoped(box, objects)} and ${objects.itemId} = ${items.itemId}
      where ${scoped(box, items)} and coalesce(${objects.kind}, 'message') <> ${items.kind}
        and (${objects.kind} is not null or exists (select 1 from ${box.tables.messages}
          where ${scoped(box, box.tables.messages)} and ${box.tables.messages.itemId} = ${items.itemId}))`;
  },
  'message-without-item': (box) => withoutItem(box, box.tables.messages),
  'person-without-item': (box) => withoutItem(box, box.tables.correspondents),
  'object-without-item': (box) => withoutItem(box, box.tables.objects),
  'parts-without-item': (box) => withoutItem(box, box.tables.messageParts),
  'body-part-missing': (box) => {
    const { messageParts, messages } = box.tables;
    const lacks = (
      column: typeof messages.bodyTextPart | typeof messages.bodyHtmlPart,
    ) => sql`(${column} is not null and not exists (
      select 1 from ${messageParts} where ${scoped(box, messageParts)}
        and ${messageParts.itemId} = ${messages.itemId} and ${messageParts.partNo} = ${column}))`;
    return sql`select ${messages.itemId} as what from ${messages} where ${scoped(box, messages)}
      and (${lacks(messages.bodyTextPart)} or ${lacks(messages.bodyHtmlPart)})`;
  },
  'thread-differs': (box) => {
    const { items, messages } = box.tables;
    return sql`select ${items.itemId} as what from ${items} join ${messages}
        on ${scoped(box, messages)} and ${messages.itemId} = ${items.itemId}
      where ${scoped(box, items)} and (${items.threadId} <> ${messages.threadId}
        or ${items.receivedAt} <> ${messages.receivedAt})`;
  },
};

function withoutItem(
  box: MailboxContext,
  table: MailboxContext['tables']['messages' | 'correspondents' | 'messageParts' | 'objects'],
): SQL {
  const { items } = box.tables;
  return sql`select ${table.itemId} as what from ${table} where ${scoped(box, table)}
    and not exists (select 1 from ${items} where ${scoped(box, items)} and ${items.itemId} = ${table.itemId})`;
}

export async function irregularities(box: MailboxContext): Promise<Irregularity[]> {
  const found: Irregularity[] = [];
  const names = Object.keys(CHECKS);
  const results = await Promise.all(
    names.map((name) => {
      const check = CHECKS[name] as Check;
      return box.executor.atomic([sql`${check(box)} limit ${CASES}`]);
    }),
  );
  for (const [n, [result]] of results.entries()) {
    const rows = result?.rows ?? [];
    const examples = rows.slice(0, CASES - 1).map((row) => String(row['what']));
    if (rows.length > 0) found.push({ check: names[n] ?? '', count: rows.length, examples });
  }
  return found;
}
