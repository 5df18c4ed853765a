import { allOf, type ItemCondition } from '../../core/mail/item-condition.ts';
import type { FolderRole } from '../../core/mail/types.ts';
import type { MailboxStore } from '../../core/ports/mail.ts';
import { contact, event } from './pim-items.ts';
import { message } from './subject.ts';

/** A mailbox with many messages in the Inbox, a thousand of them read and some moved away since. */
export async function fillMailbox(mailbox: MailboxStore, count: number): Promise<void> {
  await mailbox.create(1);
  const role: FolderRole = 'inbox';
  for (let done = 0; done < count; done += 500) {
    await mailbox.insertMany(
      Array.from({ length: Math.min(500, count - done) }, (_, i) => {
        const n = String(done + i).padStart(6, '0');
        return message(n, { receivedAt: 1_000 + done + i, folderRole: role, to: [], cc: [] });
      }),
    );
  }
  const ids = Array.from({ length: 1000 }, (_, i) => `item-${String(i * 3).padStart(6, '0')}`);
  await mailbox.setFlags(ids.map((itemId) => ({ itemId, isRead: true })));
  const archive = (await mailbox.folderByRole('archive'))?.folderId ?? '';
  await mailbox.move(ids.slice(0, 200), archive);
  await mailbox.createFolder({ folderId: 'own', parentId: null, displayName: 'Own', itemClass: 'Email' });
  const people = Array.from({ length: 500 }, (_, i) => ({ address: `p${i}@example.com`, name: '' }));
  await mailbox.noteCorrespondents(people, 5);
  const day = (n: number) => ({ startsAt: n * 100, endsAt: n * 100 + 50, remindAt: n * 100 });
  await mailbox.putItems(
    Array.from({ length: 3000 }, (_, n) =>
      event(`event-${String(n).padStart(6, '0')}`, '8', { facts: { ...day(n), sortAt: n * 100 + 50 } }),
    ),
  );
  for (let i = 0; i < 20; i++) await mailbox.setConversationRule(`thread-${i}`, archive);
}

const NEWEST = { by: 'received', descending: true } as const;
const UNREAD: ItemCondition = { kind: 'oneOf', field: 'read', values: [0] };
const SINCE: ItemCondition = { kind: 'range', field: 'received', min: 20_000, max: null };
const UNREAD_SINCE = allOf([UNREAD, SINCE]);
const FROM_SINCE = allOf([SINCE, { kind: 'mentions', value: 'ann', fold: 'case' }]);
const MESSAGE_ID: ItemCondition = {
  ...{ kind: 'text', field: 'messageId', how: 'equal', fold: 'case', value: '<000004@example.com>' },
};

/** The calls whose cost must not grow with the folder, each with a name for the report of a failure. */
export function hotReads(mailbox: MailboxStore, inbox: string): Record<string, () => Promise<unknown>> {
  const ids = ['item-000004', 'item-000005', 'item-009999'];
  return {
    contentModseqs: () => mailbox.contentModseqs([inbox]),
    changes: () => mailbox.changes(inbox, { modseq: 500, itemId: 'item' }, 50),
    tombstonesOf: () => mailbox.tombstonesOf([inbox, '2'], ['item-000001', 'item-000002']),
    snapshot: () => mailbox.snapshot(inbox, 1_500, { receivedAt: 9_000, itemId: 'item' }, 50),
    countSnapshot: () => mailbox.countSnapshot(inbox, 20_500, null),
    'countFitting, unread since': () => mailbox.countFitting(inbox, UNREAD_SINCE),
    'fitting, unread': () => mailbox.fitting(inbox, UNREAD, NEWEST, 0, 50),
    'fitting, unread since': () => mailbox.fitting(inbox, UNREAD_SINCE, NEWEST, 0, 50),
    'fitting, of an author since': () => mailbox.fitting(inbox, FROM_SINCE, NEWEST, 0, 50),
    'fitting, a Message-ID': () => mailbox.fitting(inbox, MESSAGE_ID, NEWEST, 0, 50),
    itemStates: () => mailbox.itemStates(ids),
    messages: () => mailbox.messages(ids),
    part: () => mailbox.part('item-000004', 2),
    threadOf: () => mailbox.threadOf(['000004@example.com']),
    threadOfSubject: () => mailbox.threadOfSubject('about 000004', 0),
    knownRawKeys: () => mailbox.knownRawKeys(['blobs/000004.eml']),
    rawKeys: () => mailbox.rawKeys('item-000004', 50),
    insert: () => mailbox.insert(message('one-more')),
    'insert into a folder': () => mailbox.insert(message('one-more-own', { folderId: 'own' })),
    replaceContent: () => mailbox.replaceContent(message('000008', { rawKey: 'blobs/other.eml' })),
    setLastVerb: () => mailbox.setLastVerb(['item-000004'], 1, 5),
    folderHeads: () => mailbox.folderHeads([inbox, 'own']),
    threadMembers: () => mailbox.threadMembers(inbox, ['thread-000004', 'thread-000005'], 50),
    threadItems: () => mailbox.threadItems('thread-000004', 50),
    conversationRules: () => mailbox.conversationRules(['thread-1', 'thread-000004']),
    setConversationRule: () => mailbox.setConversationRule('thread-1', inbox),
    noteCorrespondents: () =>
      mailbox.noteCorrespondents(
        ['p1@example.com', 'new@example.com'].map((address) => ({ address, name: '' })),
        9,
      ),
    correspondents: () => mailbox.correspondents(ids),
    itemsWithMessageId: () => mailbox.itemsWithMessageId('000004@example.com', 10),
    setImportance: () => mailbox.setImportance(['item-000004'], 'high'),
    rules: () => mailbox.rules(),
    putRules: async () => mailbox.putRules([], (await mailbox.rules()).revision),
    claimAutomatic: () =>
      mailbox.claimAutomatic({
        ...{ kind: 'oof', name: 'x@y.example', itemId: 'i', at: 5, since: 1 },
        ceiling: { count: 3, from: 1 },
      }),
    noteDelivery: () =>
      mailbox.noteDelivery([
        {
          ...{ itemId: 'item-000004', recipient: 'x@y.example', kind: 'failed', status: '', text: '' },
          ...{ reportedAt: 1, reportId: '' },
        },
      ]),
    deliveryReports: () => mailbox.deliveryReports('item-000004'),
    putSetting: () => mailbox.putSetting('oof', { state: 'on' }),
    getSetting: () => mailbox.getSetting('oof'),
    createFolder: () =>
      mailbox.createFolder({ folderId: 'f1', parentId: inbox, displayName: 'New', itemClass: 'Email' }),
    updateFolder: () => mailbox.updateFolder('f1', { parentId: 'own', displayName: 'Newer' }),
    putItem: () => mailbox.putItem(event('event-000007', '8', { title: 'Changed' })),
    putItems: () =>
      mailbox.putItems([contact('new', '9'), event('event-000008', '8'), contact('newer', '9')]),
    pimItems: () => mailbox.pimItems(['event-000004', 'item-000004']),
    itemsByUid: () => mailbox.itemsByUid('event', 'uid-event-000004'),
    eventsBetween: () => mailbox.eventsBetween(['8', 'own'], 299_000, 310_000, null, 50),
    'eventsBetween, a later page': () =>
      mailbox.eventsBetween(['8'], 290_000, 310_000, { startsAt: 295_000, itemId: 'event' }, 50),
    pimPage: () => mailbox.pimPage('8', 'event-000004', 50),
    pimIds: () => mailbox.pimIds('event-000004', 50),
    setReminder: () => mailbox.setReminder('event-000004', 5, null),
    announced: () => mailbox.announced('event-000004', 5),
    emptyFolders: () => mailbox.emptyFolders(['own'], 5),
    deleteFolder: () => mailbox.deleteFolder('own', 5),
    setFlags: () => mailbox.setFlags([{ itemId: 'item-000004', isRead: true }]),
    move: () => mailbox.move(['item-none'], inbox),
    remove: () => mailbox.remove(['item-000005'], 5),
  };
}
