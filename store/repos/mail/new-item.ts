import { type SQL, sql } from 'drizzle-orm';
import { given, type Value } from '../../dialect/statements.ts';
import { type MailboxContext, mailboxModseq } from './context.ts';

/** What differs between items that are no messages when they come into being; what is absent the input gives. */
interface OwnValues {
  folderId: Value;
  kind: Value;
  receivedAt?: Value;
  isRead?: Value;
  flag?: Value;
  categories?: Value;
  size?: Value;
  extended?: Value;
}

/** Values of all columns of an item that is no message, under the mailbox's next modseq (I13). */
export function newItem(box: MailboxContext, own: OwnValues) {
  const { items } = box.tables;
  const next: SQL = sql`${mailboxModseq(box)} + 1`;
  return {
    ...{ tenantId: box.ref.tenantId, mailboxId: box.ref.mailboxId, itemId: given(items.itemId) },
    ...{
      modseq: next,
      createdModseq: next,
      receivedAt: given(items.receivedAt),
      isRead: given(items.isRead),
    },
    ...{ flag: null, categories: given(items.categories), size: given(items.size) },
    ...{ textSize: sql`0`, htmlSize: sql`0`, dedupeKey: given(items.dedupeKey) },
    ...{ readModseq: next, flagModseq: next, categoriesModseq: next, contentModseq: next },
    ...{ threadId: '', isDraft: sql`0`, lastVerb: sql`0`, lastVerbAt: sql`null`, extended: null },
    ...own,
  };
}

/** Whom the owner writes to: read, and of no size. */
export function newPerson(box: MailboxContext, receivedAt?: Value) {
  return newItem(box, {
    ...{ folderId: box.tables.folders.folderId, kind: 'message', isRead: sql`1` },
    ...{ categories: '[]', size: sql`0` },
    ...(receivedAt === undefined ? {} : { receivedAt }),
  });
}
