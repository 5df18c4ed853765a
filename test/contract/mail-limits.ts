import { describe, expect, test } from 'vitest';
import { folderId } from './mail-changes.ts';
import { freshMailbox, message, messages, part, type Subject } from './subject.ts';

export function mailLimitsContract(subject: Subject): void {
  describe('limits', () => {
    test('lists of a thousand ids go through every call', async () => {
      const mailbox = await freshMailbox(subject);
      const list = messages('list', 1000, { parts: [part(0)], bodyHtmlPart: null });
      const ids = list.map((m) => m.itemId);
      for (let i = 0; i < 1000; i += 250) await mailbox.insertMany(list.slice(i, i + 250));
      const inbox = await folderId(mailbox, 'inbox');
      const archive = await folderId(mailbox, 'archive');
      expect(await mailbox.itemStates([...ids, ...ids])).toHaveLength(1000);
      const read = await mailbox.messages(ids.toReversed());
      expect(read.map((m) => m.itemId)).toEqual(ids.toReversed());
      expect(read.every((m) => m.bodies.length === 1)).toBe(true);
      const flagged = await mailbox.setFlags(ids.map((itemId) => ({ itemId, isRead: true })));
      expect(flagged.every((r) => r.outcome === 'changed')).toBe(true);
      const moved = await mailbox.move(ids, archive);
      expect(moved.every((r) => r.outcome === 'changed')).toBe(true);
      expect(await mailbox.knownRawKeys(list.map((m) => m.rawKey))).toHaveProperty('size', 1000);
      const headers = [...ids.map((id) => `absent-${id}`), 'list-00999@example.com'];
      expect(await mailbox.threadOf(headers)).toBe('thread-list-00999');
      const removed = await mailbox.remove(ids, 5);
      expect(removed.every((r) => r.outcome === 'changed')).toBe(true);
      expect(await mailbox.usage()).toMatchObject({ itemCount: 0, sizeBytes: 0 });
      expect(await mailbox.changes(inbox, { modseq: 0, itemId: '' }, 2000)).toHaveLength(1000);
      expect(await mailbox.contentModseqs([...ids, inbox])).toHaveProperty('size', 1);
    });

    test('NUL and half surrogates are left out of text, everything else stays', async () => {
      const mailbox = await freshMailbox(subject);
      const text = 'a\0b \ud83d \u{1f600} žluťoučký 日本語 \ufffe "quoted" \\ {}';
      const clean = 'ab \ufffd \u{1f600} žluťoučký 日本語 \ufffe "quoted" \\ {}';
      await mailbox.insert(
        message('text', {
          subject: text,
          baseSubject: text,
          messageIdHeader: text,
          preview: text,
          textHead: text,
          contentClass: text,
          degraded: [text],
          from: [{ name: text, address: text }],
          parts: [part(0, { name: text, contentId: text, isAttachment: true })],
        }),
      );
      await mailbox.setFlags([
        { itemId: 'item-text', categories: [text], flag: { status: 2, subject: text } },
      ]);
      const [stored] = await mailbox.messages(['item-text']);
      expect(stored).toMatchObject({
        subject: clean,
        baseSubject: clean,
        messageIdHeader: clean,
        preview: clean,
        textHead: clean,
        contentClass: clean,
        degraded: [clean],
        from: [{ name: clean, address: clean }],
        categories: [clean],
        flag: { status: 2, subject: clean },
      });
      expect(stored?.attachments[0]).toMatchObject({ name: clean, contentId: clean });
      expect(await mailbox.threadOf([text])).toBe('thread-text');
      expect(await mailbox.threadOfSubject(text, 0)).toBe('thread-text');
      await expect(mailbox.itemStates(['\0', '\ud800'])).resolves.toEqual([]);
    });

    test('no message is too much for a row: headers are cut at a character, the first addresses stay', async () => {
      const mailbox = await freshMailbox(subject);
      const long = 'ž'.repeat(3_000_000);
      const crowd = Array.from({ length: 50_000 }, (_, i) => ({
        name: `N ${i}`,
        address: `a${i}@example.com`,
      }));
      const huge = message('huge', {
        subject: long,
        baseSubject: long,
        messageIdHeader: long,
        preview: long,
        textHead: long,
        to: crowd,
        cc: crowd,
        from: [{ name: long, address: long }],
        degraded: Array.from({ length: 1000 }, () => long.slice(0, 1000)),
        parts: Array.from({ length: 3000 }, (_, i) =>
          part(i, { name: long.slice(0, 5000), isAttachment: i > 0 }),
        ),
      });
      expect((await mailbox.insert(huge)).outcome).toBe('inserted');
      const [stored] = await mailbox.messages([huge.itemId]);
      expect(stored?.subject).toMatch(/^ž{100,}$/);
      expect(stored?.textHead).toBe('ž'.repeat(512));
      expect(stored?.to.slice(0, 500)).toEqual(crowd.slice(0, 500));
      expect(stored?.attachments).toHaveLength(2999);
      expect(await mailbox.threadOf([long])).toBe(stored?.threadId);
      expect(JSON.stringify({ ...stored, attachments: [], bodies: [] }).length).toBeLessThan(1_000_000);
    });

    test('a batch that is larger than one parameter may be is still one write', async () => {
      const mailbox = await freshMailbox(subject);
      const list = messages('heavy', 40, {
        to: Array.from({ length: 900 }, (_, i) => ({ name: 'Name', address: `somebody-${i}@example.com` })),
      });
      const results = await mailbox.insertMany(list);
      expect(results.map((r) => r.modseq)).toEqual(list.map((_, i) => i + 2));
      expect(await mailbox.messages(list.map((m) => m.itemId))).toHaveLength(40);
    });
  });
}
