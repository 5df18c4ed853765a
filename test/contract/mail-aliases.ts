import { describe, expect, test } from 'vitest';
import { freshMailbox, freshRef, message, type Subject } from './subject.ts';

/** Message-IDs that another host gave to messages: replies name those. */
export function mailAliasesContract(subject: Subject): void {
  describe('other Message-IDs of a message', () => {
    test('lead to its thread and to itself', async () => {
      const mailbox = await freshMailbox(subject);
      await mailbox.insert(message('a', { messageIdHeader: 'own@x', threadId: 'thread-a' }));
      await mailbox.addMessageIdAliases([
        { alias: 'given-1@host', messageId: 'own@x' },
        { alias: 'given-2@host', messageId: 'own@x' },
      ]);
      await mailbox.addMessageIdAliases([]);
      expect(await mailbox.threadOf(['given-1@host'])).toBe('thread-a');
      expect(await mailbox.threadOf(['none@x', 'given-2@host'])).toBe('thread-a');
      expect(await mailbox.threadOf(['given-3@host'])).toBeNull();
      const [item] = await mailbox.itemsWithMessageId('own@x', 10);
      expect(item).toBeDefined();
      expect(await mailbox.itemsWithMessageId('given-2@host', 10)).toEqual([item]);
      expect(await mailbox.itemsWithMessageId('given-3@host', 10)).toEqual([]);
    });

    test('come after a message that has the name itself', async () => {
      const mailbox = await freshMailbox(subject);
      await mailbox.insert(message('a', { messageIdHeader: 'own@x', threadId: 'thread-a' }));
      await mailbox.insert(message('b', { messageIdHeader: 'given@host', threadId: 'thread-b' }));
      await mailbox.addMessageIdAliases([{ alias: 'given@host', messageId: 'own@x' }]);
      expect(await mailbox.threadOf(['given@host'])).toBe('thread-b');
    });

    test('stay with the message they were first given to, and may come before it', async () => {
      const mailbox = await freshMailbox(subject);
      await mailbox.addMessageIdAliases([{ alias: 'given@host', messageId: 'own@x' }]);
      await mailbox.addMessageIdAliases([{ alias: 'given@host', messageId: 'other@x' }]);
      expect(await mailbox.threadOf(['given@host'])).toBeNull();
      await mailbox.insert(message('a', { messageIdHeader: 'own@x', threadId: 'thread-a' }));
      await mailbox.insert(message('b', { messageIdHeader: 'other@x', threadId: 'thread-b' }));
      expect(await mailbox.threadOf(['given@host'])).toBe('thread-a');
    });

    test('are known in their mailbox alone, and nowhere without one', async () => {
      const mailbox = await freshMailbox(subject);
      const other = await freshMailbox(subject);
      await other.insert(message('a', { messageIdHeader: 'own@x', threadId: 'thread-a' }));
      await mailbox.addMessageIdAliases([{ alias: 'given@host', messageId: 'own@x' }]);
      expect(await other.threadOf(['given@host'])).toBeNull();
      const { mail } = await subject.open();
      const none = mail.mailbox(freshRef());
      await none.addMessageIdAliases([{ alias: 'given@host', messageId: 'own@x' }]);
      expect(await none.threadOf(['given@host'])).toBeNull();
    });

    test('many at once', async () => {
      const mailbox = await freshMailbox(subject);
      await mailbox.insert(message('a', { messageIdHeader: 'own@x', threadId: 'thread-a' }));
      const aliases = Array.from({ length: 500 }, (_, n) => ({
        alias: `given-${n}@host`,
        messageId: 'own@x',
      }));
      await mailbox.addMessageIdAliases(aliases);
      expect(await mailbox.threadOf(['given-499@host'])).toBe('thread-a');
    });
  });
}
