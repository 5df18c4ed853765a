import { expect } from 'vitest';
import type { MailboxRef } from '../../core/mail/types.ts';
import type { MailboxStore } from '../../core/ports/mail.ts';
import { folderId } from './mail-changes.ts';
import { expectRecount } from './mail-model.ts';
import { message, part } from './subject.ts';

/** Rows as the first schema kept them: a mailbox with two folders and a message. `schema` ends with a dot. */
export function firstSchemaRows({ tenantId, mailboxId }: MailboxRef, schema = ''): string[] {
  const scope = `'${tenantId}', '${mailboxId}'`;
  const addresses = JSON.stringify({ from: [], sender: [], replyTo: [], to: [], cc: [] });
  return [
    `insert into ${schema}mailboxes values (${scope}, 7, 1000, 1, 5)`,
    `insert into ${schema}folders values (${scope}, 'in', null, 'Inbox', 'inbox', 'Email', 1, 1, 7)`,
    `insert into ${schema}folders values (${scope}, 'bin', null, 'Deleted Items', 'deleted', 'Email', 1, 1, 0)`,
    `insert into ${schema}items values (${scope}, 'item-old', 'in', 7, 2, 1000, 1, null, '[]', 1000, 400, 0, 'k-old')`,
    `insert into ${schema}messages values (${scope}, 'item-old', 'blobs/old.eml', 'sha', 1000, 'old@example.com',
      'talk', 'Re: old', 'old', '${addresses}', null, 'normal', null, 'Hello', 'Hello', 0, null, '[]')`,
    `insert into ${schema}message_parts values (${scope}, 'item-old', 0, '1', 'text/plain', 'utf-8', '7bit', null,
      null, null, null, 0, 50, 50, 0, 0, 1)`,
  ];
}

/** What later schemas make of these rows. */
export async function expectMigrated(mailbox: MailboxStore): Promise<void> {
  const aspects = { readModseq: 7, flagModseq: 7, categoriesModseq: 7, contentModseq: 7 };
  expect(await mailbox.messages(['item-old'])).toMatchObject([
    {
      ...{ folderId: 'in', modseq: 7, createdModseq: 2, threadId: 'talk', isRead: true, ...aspects },
      ...{ isDraft: false, lastVerb: 0, lastVerbAt: null, bcc: [], messageClass: 'IPM.Note' },
      ...{ conversationIndex: '', receivedAsBcc: false },
      bodies: [part(0, { bodyStart: 0, bodyEnd: 50 })],
    },
  ]);
  expect(await mailbox.threadItems('talk', 5)).toHaveLength(1);
  expect(await mailbox.threadOf(['old@example.com'])).toBe('talk');
  const cache = await mailbox.folderByRole('recipientCache');
  expect(cache).toMatchObject({
    displayName: 'RecipientInfo',
    itemClass: 'Contacts',
    modseq: 8,
    parentId: null,
  });
  expect(await mailbox.usage()).toEqual({ exists: true, sizeBytes: 1000, itemCount: 1, modseq: 8 });
  for (const displayName of ['INBOX', 'deleted items', 'recipientinfo']) {
    const folder = { folderId: 'own', parentId: null, displayName, itemClass: 'Email' as const };
    await expect(mailbox.createFolder(folder)).rejects.toMatchObject({ code: 'conflict' });
  }
  // The folders that the mailbox still lacks.
  await mailbox.create(9);
  expect(await folderId(mailbox, 'inbox')).toBe('in');
  expect(await folderId(mailbox, 'recipientCache')).toBe(cache?.folderId);
  expect((await mailbox.insert(message('new', { folderRole: 'archive' }))).modseq).toBe(9);
  await mailbox.noteCorrespondents([{ address: 'ann@example.com', name: '' }], 10);
  await expectRecount(mailbox);
}
