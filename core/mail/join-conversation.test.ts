import { describe, expect, test } from 'vitest';
import { buildMail } from '../../test/support/mail.ts';
import { messageWorld } from '../../test/support/message.ts';
import { rootIndex } from './conversation-index.ts';

const root = () => buildMail({ messageId: '<root@x>', subject: 'Plan' });
const reply = (messageId: string, ...references: string[]) =>
  buildMail({ messageId, subject: 'Re: Plan', references });

describe('a message that joins a conversation', () => {
  test('continues the index of the message it answers, not that of the newest', async () => {
    const { put } = await messageWorld();
    const first = await put(root());
    const second = await put(reply('<2@x>', '<root@x>'), { receivedAt: 1_800_000_100_000 });
    const sibling = await put(reply('<3@x>', '<root@x>'), { receivedAt: 1_800_000_200_000 });
    const deeper = await put(reply('<4@x>', '<root@x>', '<2@x>'), { receivedAt: 1_800_000_300_000 });
    expect(new Set([first, second, sibling, deeper].map((m) => m.threadId)).size).toBe(1);
    expect([first, second, sibling, deeper].map((m) => m.conversationIndex.length)).toEqual([10, 20, 20, 30]);
    expect(deeper.conversationIndex.startsWith(second.conversationIndex)).toBe(true);
  });

  test('that nobody knows begins an index with its own date', async () => {
    const { put } = await messageWorld();
    const orphan = await put(reply('<9@x>', '<unknown@x>'));
    expect(orphan.conversationIndex).toBe(rootIndex(orphan.sentAt ?? 0));
  });

  test('goes where its owner always moves the conversation, unless that folder is gone (MSASCON_S03_TC02)', async () => {
    const { mailbox, put } = await messageWorld();
    const { threadId, folderId: inbox } = await put(root());
    await mailbox.createFolder({
      folderId: 'plans',
      parentId: null,
      displayName: 'Plans',
      itemClass: 'Email',
    });
    await mailbox.setConversationRule(threadId, 'plans');
    expect((await put(reply('<2@x>', '<root@x>'))).folderId).toBe('plans');
    expect((await put(buildMail())).folderId).toBe(inbox);
    const sent = await put(reply('<3@x>', '<root@x>'), { folderRole: 'sent' });
    expect(sent.folderId).not.toBe('plans');
    await mailbox.deleteFolder('plans', 0);
    expect((await put(reply('<4@x>', '<root@x>'))).folderId).toBe(inbox);
  });
});
