import { eq, sql } from 'drizzle-orm';
import { NotFoundError } from '../../../core/errors.ts';
import type { MailboxRef } from '../../../core/mail/types.ts';
import type { InsertResult, MailboxStore, MailStore } from '../../../core/ports/mail.ts';
import type { Executor } from '../../dialect/types.ts';
import type { MailTables } from '../../schema/mail.ts';
import { ping } from '../ping.ts';
import { dropGrantee, grants, grantsFor, putGrant } from './acl.ts';
import { claimAutomatic } from './automatic-sends.ts';
import type { MailboxContext } from './context.ts';
import { conversationRules, setConversationRule } from './conversation-rules.ts';
import { correspondents } from './correspondents.ts';
import { createFolder } from './create-folder.ts';
import { deleteFolder } from './delete-folder.ts';
import { deliveryReports, itemsWithMessageId, noteDelivery } from './delivery-reports.ts';
import { emptyFolders } from './empty-folders.ts';
import {
  changes,
  countSnapshot,
  itemStates,
  oldest,
  snapshot,
  threadItems,
  threadMembers,
  tombstonesOf,
} from './feed.ts';
import { countFitting, fitting } from './find-items.ts';
import { folderCounts } from './folder-counts.ts';
import { contentModseqs, createMailbox, folderByRole, folderHeads, listFolders, usage } from './folders.ts';
import { insertMessagesInto } from './insert.ts';
import { knownRawKeys, rawKeysAfter, threadOf, threadOfSubject } from './lookup.ts';
import { addMessageIdAliases } from './message-id-aliases.ts';
import { readMessages, readPart, readParts } from './messages.ts';
import { moveItems } from './move.ts';
import { noteCorrespondents } from './note-correspondents.ts';
import { announced, duePim, setReminder } from './objects/marks.ts';
import { putItem, putItems } from './objects/put.ts';
import { eventsBetween, itemsByUid, pimIds, pimItems, pimPage } from './objects/read.ts';
import { pageItems } from './page-items.ts';
import { recount } from './recount.ts';
import { removeItems } from './remove.ts';
import { beginPurge, endPurge, formerFolders, removedAfter, removedOf } from './removed.ts';
import { replaceContent } from './replace-content.ts';
import { restoreMessage } from './restore.ts';
import { putRules, readRules, setRuleError } from './rules.ts';
import { setExtended, setFolderExtended } from './set-extended.ts';
import { setFlags } from './set-flags.ts';
import { setImportance } from './set-importance.ts';
import { setLastVerb } from './set-last-verb.ts';
import { getSetting, putSetting } from './settings.ts';
import { updateFolder } from './update-folder.ts';

export interface MailShards {
  /** Names that `shards()` tells. */
  names: string[];
  /** The database of a tenant by the shard that it is said to be in; undefined when there is no shard of that name. */
  executor(shard: string, tenantId?: string): Executor | undefined;
  tables: MailTables;
}

export function createMailStore(shards: MailShards): MailStore {
  const executorOf = (shard: string, tenantId?: string): Executor => {
    const executor = shards.executor(shard, tenantId);
    if (executor === undefined) throw new NotFoundError(`no mail shard ${shard}`);
    return executor;
  };
  return {
    mailbox: (ref) =>
      createMailboxStore({ ref, executor: executorOf(ref.shard, ref.tenantId), tables: shards.tables }),
    shards: () => [...shards.names],
    duePim: async (tenantId, shard, what, options) =>
      duePim({ executor: executorOf(shard, tenantId), tables: shards.tables }, tenantId, what, options),
    async tenantTotals(tenantId, shard) {
      const executor = executorOf(shard, tenantId);
      const { mailboxes: t } = shards.tables;
      const [row] = await executor.all(
        executor.build
          .select({
            mailboxes: sql<number>`count(*)`.as('mailboxes'),
            itemCount: sql<number>`cast(coalesce(sum(${t.itemCount}), 0) as bigint)`.as('item_count'),
            sizeBytes: sql<number>`cast(coalesce(sum(${t.sizeBytes}), 0) as bigint)`.as('size_bytes'),
          })
          .from(t)
          .where(eq(t.tenantId, tenantId)),
      );
      const [mailboxes, itemCount, sizeBytes] = [row?.mailboxes, row?.itemCount, row?.sizeBytes];
      return {
        ...{ mailboxes: Number(mailboxes ?? 0), itemCount: Number(itemCount ?? 0) },
        sizeBytes: Number(sizeBytes ?? 0),
      };
    },
    async ping() {
      await Promise.all(shards.names.map((name) => ping(executorOf(name))));
    },
  };
}

function createMailboxStore(box: MailboxContext): MailboxStore {
  const ref: MailboxRef = { ...box.ref };
  return {
    ref,
    create: (now) => createMailbox(box, now),
    folders: () => listFolders(box),
    folderByRole: (role) => folderByRole(box, role),
    createFolder: (folder) => createFolder(box, folder),
    updateFolder: (folderId, change) => updateFolder(box, folderId, change),
    deleteFolder: (folderId, now) => deleteFolder(box, folderId, now),
    emptyFolders: (folderIds, now) => emptyFolders(box, folderIds, now),
    usage: () => usage(box),
    contentModseqs: (folderIds) => contentModseqs(box, folderIds),
    folderHeads: (folderIds) => folderHeads(box, folderIds),
    folderCounts: (folderIds) => folderCounts(box, folderIds),
    changes: (folderId, after, limit) => changes(box, folderId, after, limit),
    tombstonesOf: (folderIds, itemIds) => tombstonesOf(box, folderIds, itemIds),
    pageItems: (folderId, order, offset, limit) => pageItems(box, folderId, order, offset, limit),
    countFitting: (folderId, condition) => countFitting(box, folderId, condition),
    fitting: (folderId, condition, order, offset, limit) =>
      fitting(box, folderId, condition, order, offset, limit),
    snapshot: (folderId, since, before, limit) => snapshot(box, folderId, since, before, limit),
    countSnapshot: (folderId, since, before) => countSnapshot(box, folderId, since, before),
    itemStates: (itemIds) => itemStates(box, itemIds),
    messages: (itemIds) => readMessages(box, itemIds),
    parts: (itemId) => readParts(box, itemId),
    part: (itemId, partNo) => readPart(box, itemId, partNo),
    addMessageIdAliases: (aliases) => addMessageIdAliases(box, aliases),
    threadOf: (messageIds) => threadOf(box, messageIds),
    threadOfSubject: (baseSubject, since) => threadOfSubject(box, baseSubject, since),
    knownRawKeys: (rawKeys) => knownRawKeys(box, rawKeys),
    rawKeys: (afterItemId, limit) => rawKeysAfter(box, afterItemId, limit),
    async insert(message): Promise<InsertResult> {
      const [result] = await insertMessagesInto(box, [message]);
      if (result === undefined) throw new Error('store: no result for the message');
      return result;
    },
    insertMany: (messages) => insertMessagesInto(box, messages),
    replaceContent: (message) => replaceContent(box, message),
    setFlags: (changed) => setFlags(box, changed),
    setExtended: (changed) => setExtended(box, changed),
    setFolderExtended: (folderId, properties) => setFolderExtended(box, folderId, properties),
    setLastVerb: (itemIds, verb, at) => setLastVerb(box, itemIds, verb, at),
    move: (itemIds, toFolderId, from) => moveItems(box, itemIds, toFolderId, from),
    remove: (itemIds, now, from) => removeItems(box, itemIds, now, from),
    threadMembers: (folderId, threadIds, limit) => threadMembers(box, folderId, threadIds, limit),
    threadItems: (threadId, limit) => threadItems(box, threadId, limit),
    conversationRules: (threadIds) => conversationRules(box, threadIds),
    setConversationRule: (threadId, folderId) => setConversationRule(box, threadId, folderId),
    noteCorrespondents: (people, now) => noteCorrespondents(box, people, now),
    correspondents: (itemIds) => correspondents(box, itemIds),
    removedMessages: (options) => removedAfter(box, options),
    removedMessage: (itemId) => removedOf(box, itemId),
    formerFolders: (itemId) => formerFolders(box, itemId),
    restore: (message) => restoreMessage(box, message),
    beginPurge: (removedBefore, limit) => beginPurge(box, removedBefore, limit),
    endPurge: (rawKeys) => endPurge(box, rawKeys),
    oldest: (folderId, receivedBefore, after, limit) => oldest(box, folderId, receivedBefore, after, limit),
    recount: () => recount(box),
    rules: () => readRules(box),
    putRules: (rules, expectedRevision) => putRules(box, rules, expectedRevision),
    setRuleError: (ruleId, error) => setRuleError(box, ruleId, error),
    setImportance: (itemIds, importance) => setImportance(box, itemIds, importance),
    noteDelivery: (reports) => noteDelivery(box, reports),
    deliveryReports: (itemId) => deliveryReports(box, itemId),
    itemsWithMessageId: (messageId, limit) => itemsWithMessageId(box, messageId, limit),
    claimAutomatic: (claim) => claimAutomatic(box, claim),
    grants: () => grants(box),
    grantsFor: (granteeId) => grantsFor(box, granteeId),
    putGrant: (grant) => putGrant(box, grant),
    dropGrantee: (granteeId) => dropGrantee(box, granteeId),
    getSetting: (name) => getSetting(box, name),
    putSetting: (name, value) => putSetting(box, name, value),
    putItem: (item, options) => putItem(box, item, options),
    putItems: (items) => putItems(box, items),
    pimItems: (itemIds) => pimItems(box, itemIds),
    itemsByUid: (kind, uid) => itemsByUid(box, kind, uid),
    eventsBetween: (folderIds, from, to, after, limit) =>
      eventsBetween(box, folderIds, from, to, after, limit),
    pimPage: (folderId, afterItemId, limit) => pimPage(box, folderId, afterItemId, limit),
    pimIds: (afterItemId, limit) => pimIds(box, afterItemId, limit),
    setReminder: (itemId, modseq, remindAt) => setReminder(box, itemId, modseq, remindAt),
    announced: (itemId, modseq) => announced(box, itemId, modseq),
  };
}
