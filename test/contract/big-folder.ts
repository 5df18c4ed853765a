import type { FolderRole } from '../../core/mail/types.ts';
import type { MailboxStore } from '../../core/ports/mail.ts';
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
}

/** The calls whose cost must not grow with the folder, each with a name for the report of a failure. */
export function hotReads(mailbox: MailboxStore, inbox: string): Record<string, () => Promise<unknown>> {
  const ids = ['item-000004', 'item-000005', 'item-009999'];
  return {
    contentModseqs: () => mailbox.contentModseqs([inbox]),
    changes: () => mailbox.changes(inbox, { modseq: 500, itemId: 'item' }, 50),
    snapshot: () => mailbox.snapshot(inbox, 1_500, { receivedAt: 9_000, itemId: 'item' }, 50),
    countSnapshot: () => mailbox.countSnapshot(inbox, 20_500, null),
    itemStates: () => mailbox.itemStates(ids),
    messages: () => mailbox.messages(ids),
    part: () => mailbox.part('item-000004', 2),
    threadOf: () => mailbox.threadOf(['000004@example.com']),
    threadOfSubject: () => mailbox.threadOfSubject('about 000004', 0),
    knownRawKeys: () => mailbox.knownRawKeys(['blobs/000004.eml']),
    rawKeys: () => mailbox.rawKeys('item-000004', 50),
    insert: () => mailbox.insert(message('one-more')),
    setFlags: () => mailbox.setFlags([{ itemId: 'item-000004', isRead: true }]),
    move: () => mailbox.move(['item-none'], inbox),
    remove: () => mailbox.remove(['item-000005'], 5),
  };
}
