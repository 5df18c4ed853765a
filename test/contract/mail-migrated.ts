import { expect } from 'vitest';
import type { MailboxRef } from '../../core/mail/types.ts';
import type { MailboxArchive } from '../../core/ports/archive.ts';
import type { MailboxStore } from '../../core/ports/mail.ts';
import { folderId } from './mail-changes.ts';
import { expectRecount } from './mail-model.ts';
import { eventWithFiles } from './pim-items.ts';
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

/** Before this migration of D1 or PostgreSQL the size of an event said nothing of its files. */
export const FILES_OF_OBJECTS = /^\d+_files_of_objects/;

/** Rows of a mailbox with an event with files of 5,000 and 70 bytes, one of them named twice, and of a note, as they were before. */
export function objectRows({ tenantId, mailboxId }: MailboxRef, schema = ''): string[] {
  const { document } = eventWithFiles('e', 'in', [5_000, 70]);
  // JSON may say more than the databases' own functions take.
  const texts = [{ ...document, description: "it''s \u0000 \ud800" }, { body: 'waypost:attachment/x' }];
  const empty = `insert into ${schema}mailboxes (tenant_id, mailbox_id, modseq, size_bytes, item_count, created_at)
    values ('${tenantId}', '${mailboxId}', 7, 0, 0, 5)`;
  const rows = texts.flatMap((one, n) => {
    const text = JSON.stringify(one);
    const size = new TextEncoder().encode(text.replaceAll("''", "'")).length;
    const columns = '(tenant_id, mailbox_id, item_id, kind, uid, to_announce, title, digest, document)';
    const scope = `'${tenantId}', '${mailboxId}'`;
    const kind = n === 0 ? 'event' : 'note';
    const item = `insert into ${schema}items
      (tenant_id, mailbox_id, item_id, folder_id, modseq, created_modseq, received_at, is_read, flag, categories,
        size, text_size, html_size, dedupe_key, read_modseq, flag_modseq, categories_modseq, content_modseq,
        thread_id, is_draft, last_verb, kind)
      values (${scope}, 'old-${kind}', 'in', 7, 7, 5, 1, null, '[]', ${size}, 0, 0, 'object:old-${kind}',
        7, 7, 7, 7, '', 0, 0, '${kind}')`;
    return [
      item,
      `insert into ${schema}objects ${columns}
        values (${scope}, 'old-${kind}', '${kind}', 'u${n}', 0, 't', 'd', '${text}')`,
      `update ${schema}mailboxes set size_bytes = size_bytes + ${size} where tenant_id = '${tenantId}'`,
    ];
  });
  return [empty, ...rows];
}

/** The sizes of the objects after all migrations: nothing that is counted differs from what is said. */
export async function expectFilesCounted(
  mailbox: MailboxStore,
  archive: Pick<MailboxArchive, 'irregularities'>,
): Promise<void> {
  const items = await mailbox.pimItems(['old-event', 'old-note']);
  const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).length;
  expect(items.map((item) => item.size - bytes(item.document))).toEqual([5_070, 0]);
  expect((await archive.irregularities()).map((one) => one.check)).not.toContain('object-size-differs');
  const { before, counted } = await mailbox.recount();
  expect(before.sizeBytes).toBe(counted.sizeBytes);
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
