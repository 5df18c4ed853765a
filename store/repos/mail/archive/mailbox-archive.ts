import { NotFoundError } from '../../../../core/errors.ts';
import type { MailboxRef } from '../../../../core/mail/types.ts';
import type { MailboxArchive } from '../../../../core/ports/archive.ts';
import type { MailboxContext } from '../context.ts';
import type { MailShards } from '../mail-store.ts';
import { irregularities } from './irregularities.ts';
import { mend } from './mend.ts';
import {
  advance,
  asides,
  asideTables,
  changed,
  goneAfter,
  itemsAfter,
  knownItems,
  presentItems,
  readHead,
  tree,
} from './read.ts';
import { begin, restoreAside, restoreGone, restoreMessages, restorePeople, restoreTree } from './restore.ts';
import { restoreObjects } from './restore-objects.ts';
import { unreadable } from './unreadable.ts';

/** A mailbox of the mail store, as what is written down of it. */
export function mailboxArchive(
  shards: Pick<MailShards, 'executor' | 'tables'>,
  ref: MailboxRef,
): MailboxArchive {
  const executor = shards.executor(ref.shard, ref.tenantId);
  if (executor === undefined) throw new NotFoundError(`no mail shard ${ref.shard}`);
  return archiveOf({ ref, executor, tables: shards.tables });
}

function archiveOf(box: MailboxContext): MailboxArchive {
  return {
    ref: { ...box.ref },
    head: () => readHead(box),
    advance: (from, to, now) => advance(box, from, to, now),
    changed: (after, upTo, limit) => changed(box, after, upTo, limit),
    items: (afterItemId, limit) => itemsAfter(box, afterItemId, limit),
    gone: (after, limit) => goneAfter(box, after, limit),
    present: (itemIds) => presentItems(box, itemIds),
    known: (itemIds) => knownItems(box, itemIds),
    tree: () => tree(box),
    asideTables: () => [...asideTables(box).keys()],
    asides: (tables, limit) => asides(box, tables, limit),
    begin: (modseq, now) => begin(box, modseq, now),
    restoreTree: (folders) => restoreTree(box, folders),
    restoreAside: (table, rows, add) => restoreAside(box, table, rows, add),
    restoreMessages: (messages) => restoreMessages(box, messages),
    restorePeople: (people) => restorePeople(box, people),
    restoreObjects: (objects) => restoreObjects(box, objects),
    restoreGone: (gone, now) => restoreGone(box, gone, now),
    irregularities: () => irregularities(box),
    mend: (now) => mend(box, now),
    unreadable: (afterItemId, limit) => unreadable(box, afterItemId, limit),
  };
}
