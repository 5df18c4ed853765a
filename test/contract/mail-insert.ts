import { describe, expect, test } from 'vitest';
import { NotFoundError } from '../../core/errors.ts';
import { DEFAULT_FOLDERS } from '../../core/mail/default-folders.ts';
import { freshMailbox, freshRef, message, messages, part, type Subject } from './subject.ts';

export function mailInsertContract(subject: Subject): void {
  describe('creating a mailbox', () => {
    test('makes the default folders once, however often it is repeated', async () => {
      const mailbox = await freshMailbox(subject);
      const folders = await mailbox.folders();
      await mailbox.create(2);
      expect(folders.map((f) => [f.role, f.displayName, f.itemClass])).toEqual(
        DEFAULT_FOLDERS.map((f) => [f.role, f.displayName, f.itemClass]),
      );
      expect(await mailbox.folders()).toEqual(folders);
      expect(new Set(folders.map((f) => f.folderId)).size).toBe(folders.length);
      expect(folders.every((f) => f.contentModseq === 0 && f.createdModseq === f.modseq)).toBe(true);
      expect(await mailbox.usage()).toEqual({ exists: true, sizeBytes: 0, itemCount: 0, modseq: 1 });
      expect(await mailbox.folderByRole('inbox')).toEqual(folders[0]);
      expect(await mailbox.folderByRole('user')).toBeNull();
    });

    test('is refused under an id that another tenant uses, which sees nothing of it (I22)', async () => {
      const { mail } = await subject.open();
      const ref = freshRef();
      await mail.mailbox(ref).create(1);
      const inserted = await mail.mailbox(ref).insert(message('mine'));
      const stranger = mail.mailbox({ ...ref, tenantId: 'stranger' });
      await expect(stranger.create(1)).rejects.toMatchObject({ code: 'conflict' });
      expect(await stranger.folders()).toEqual([]);
      expect(await stranger.usage()).toMatchObject({ exists: false });
      expect(await stranger.messages([inserted.itemId])).toEqual([]);
      expect(await stranger.changes(inserted.folderId, { modseq: 0, itemId: '' }, 10)).toEqual([]);
      expect(await stranger.remove([inserted.itemId], 5)).toMatchObject([{ outcome: 'notFound' }]);
      expect(await stranger.setFlags([{ itemId: inserted.itemId, isRead: true }])).toMatchObject([
        { outcome: 'notFound' },
      ]);
      await expect(stranger.insert(message('theirs'))).rejects.toBeInstanceOf(NotFoundError);
    });

    test('knows no shard that is not configured', async () => {
      const { mail } = await subject.open();
      if (mail.shards().includes('POSTGRES')) return;
      expect(() => mail.mailbox(freshRef('MAIL_NONE'))).toThrow(NotFoundError);
      await mail.ping();
    });
  });

  describe('inserting', () => {
    test('stores the message as it was given, in the folder of its role', async () => {
      const mailbox = await freshMailbox(subject);
      const given = message('whole', {
        importance: 'high',
        contentClass: 'fax',
        degraded: ['no boundary'],
        bcc: [{ name: 'Dora', address: 'dora@example.com' }],
        messageClass: 'IPM.Note.SMIME.MultipartSigned',
        conversationIndex: '01DC5AF30B'.repeat(2),
        isDraft: true,
        receivedAsBcc: true,
        parts: [
          part(0, { format: 'flowed-delsp' }),
          part(1, { format: 'flowed' }),
          part(2, { isAttachment: true }),
        ],
      });
      const result = await mailbox.insert(given);
      const inbox = await mailbox.folderByRole('inbox');
      expect(result).toEqual({
        outcome: 'inserted',
        itemId: given.itemId,
        folderId: inbox?.folderId,
        modseq: 2,
        rawKey: given.rawKey,
      });
      const { dedupeKey: _, folderRole: __, parts, ...facts } = given;
      expect(await mailbox.messages([given.itemId, 'absent'])).toEqual([
        {
          ...facts,
          kind: 'message',
          folderId: inbox?.folderId,
          modseq: 2,
          createdModseq: 2,
          verdict: null,
          meeting: null,
          readModseq: 2,
          flagModseq: 2,
          categoriesModseq: 2,
          contentModseq: 2,
          lastVerb: 0,
          lastVerbAt: null,
          flag: null,
          categories: [],
          attachments: [parts[2]],
          bodies: [parts[0], parts[1]],
        },
      ]);
      expect(await mailbox.parts(given.itemId)).toEqual(parts);
      expect(await mailbox.part(given.itemId, 2)).toEqual({ rawKey: given.rawKey, part: parts[2] });
      expect(await mailbox.part(given.itemId, 9)).toBeNull();
      expect(inbox?.contentModseq).toBe(2);
    });

    test('I8 repeated changes nothing at all', async () => {
      const mailbox = await freshMailbox(subject);
      const given = message('again');
      const first = await mailbox.insert(given);
      const before = { usage: await mailbox.usage(), folders: await mailbox.folders() };
      expect(await mailbox.insert(given)).toEqual({ ...first, outcome: 'present' });
      expect(await mailbox.insertMany([given, given])).toEqual([
        { ...first, outcome: 'present' },
        { ...first, outcome: 'present' },
      ]);
      expect({ usage: await mailbox.usage(), folders: await mailbox.folders() }).toEqual(before);
    });

    test('I9 a retry under another id and raw key is a duplicate and leaves no row behind', async () => {
      const mailbox = await freshMailbox(subject);
      const first = await mailbox.insert(message('first'));
      const before = { usage: await mailbox.usage(), folders: await mailbox.folders() };
      const retry = message('retry', { dedupeKey: 'dedupe-first' });
      expect(await mailbox.insert(retry)).toEqual({ ...first, outcome: 'duplicate' });
      expect({ usage: await mailbox.usage(), folders: await mailbox.folders() }).toEqual(before);
      expect(await mailbox.messages([retry.itemId])).toEqual([]);
      expect(await mailbox.parts(retry.itemId)).toEqual([]);
      expect([...(await mailbox.knownRawKeys([retry.rawKey, first.rawKey]))]).toEqual([first.rawKey]);
    });

    test('I9 two mails with one Message-ID are two messages, and one mail to two mailboxes is one in each', async () => {
      const { mail } = await subject.open();
      const one = await freshMailbox(subject);
      const two = mail.mailbox({ ...one.ref, mailboxId: `${one.ref.mailboxId}-two` });
      await two.create(1);
      const a = message('a', { messageIdHeader: 'same@example.com' });
      const b = message('b', { messageIdHeader: 'same@example.com' });
      expect((await one.insertMany([a, b])).map((r) => r.outcome)).toEqual(['inserted', 'inserted']);
      expect((await two.insert(a)).outcome).toBe('inserted');
      expect((await one.usage()).itemCount).toBe(2);
      expect((await two.usage()).itemCount).toBe(1);
    });

    test('a batch gets modseqs in its order, and recognises repeats within itself', async () => {
      const mailbox = await freshMailbox(subject);
      const [a, b, c] = messages('batch', 3);
      if (a === undefined || b === undefined || c === undefined) throw new Error('three messages');
      const twin = { ...message('twin'), dedupeKey: b.dedupeKey };
      const sent = { ...c, folderRole: 'sent' as const };
      const results = await mailbox.insertMany([a, b, twin, a, sent]);
      expect(results.map((r) => [r.outcome, r.itemId, r.modseq])).toEqual([
        ['inserted', a.itemId, 2],
        ['inserted', b.itemId, 3],
        ['duplicate', b.itemId, 3],
        ['present', a.itemId, 2],
        ['inserted', c.itemId, 4],
      ]);
      expect(await mailbox.usage()).toEqual({ exists: true, sizeBytes: 3000, itemCount: 3, modseq: 4 });
      expect((await mailbox.folderByRole('inbox'))?.contentModseq).toBe(3);
      expect((await mailbox.folderByRole('sent'))?.contentModseq).toBe(4);
      expect(await mailbox.insertMany([])).toEqual([]);
    });

    test('into a folder or a mailbox that is not there writes nothing of the batch', async () => {
      const mailbox = await freshMailbox(subject);
      const bad = message('bad', { folderRole: 'user' });
      await expect(mailbox.insertMany([message('good'), bad])).rejects.toBeInstanceOf(NotFoundError);
      expect(await mailbox.usage()).toEqual({ exists: true, sizeBytes: 0, itemCount: 0, modseq: 1 });
      expect(await mailbox.itemStates(['item-good'])).toEqual([]);
      const { mail } = await subject.open();
      const nowhere = mail.mailbox(freshRef());
      await expect(nowhere.insert(message('lost'))).rejects.toBeInstanceOf(NotFoundError);
      expect(await nowhere.usage()).toEqual({ exists: false, sizeBytes: 0, itemCount: 0, modseq: 0 });
    });

    test('I8 a delivery that comes late does not bring a removed message back', async () => {
      const mailbox = await freshMailbox(subject);
      const given = message('late');
      await mailbox.insert(given);
      const [removed] = await mailbox.remove([given.itemId], 77);
      expect(await mailbox.insert(given)).toEqual({
        outcome: 'present',
        itemId: given.itemId,
        folderId: removed?.folderId,
        modseq: removed?.modseq,
        rawKey: given.rawKey,
      });
      expect(await mailbox.usage()).toMatchObject({ itemCount: 0, sizeBytes: 0, modseq: removed?.modseq });
      expect(await mailbox.knownRawKeys([given.rawKey, 'blobs/other'])).toEqual(new Set([given.rawKey]));
    });

    test('I8 I13 any interleaving of deliveries, some of them repeated, inserts each message once', async () => {
      const mailbox = await freshMailbox(subject);
      const other = (await subject.open()).mail.mailbox(mailbox.ref);
      const list = messages('race', 12);
      const retries = list.map((m, i) => ({ ...message(`retry-${i}`), dedupeKey: m.dedupeKey }));
      const deliveries = [...list, ...retries, ...list].map((m, i) =>
        (i % 2 === 0 ? mailbox : other).insert(m),
      );
      const batches = [mailbox.insertMany(list), other.insertMany(retries)];
      const results = [...(await Promise.all(deliveries)), ...(await Promise.all(batches)).flat()];
      const inserted = results.filter((r) => r.outcome === 'inserted');
      expect(inserted.map((r) => r.modseq).sort((a, b) => a - b)).toEqual(list.map((_, i) => i + 2));
      expect(await mailbox.usage()).toEqual({ exists: true, sizeBytes: 12_000, itemCount: 12, modseq: 13 });
      expect((await mailbox.folderByRole('inbox'))?.contentModseq).toBe(13);
      const kept = await mailbox.messages(inserted.map((r) => r.itemId));
      expect(kept).toHaveLength(12);
      expect(kept.every((m) => m.attachments.length === 1 && m.bodies.length === 2)).toBe(true);
    });
  });

  describe('looking up', () => {
    test('finds the thread of the best Message-ID that it holds', async () => {
      const mailbox = await freshMailbox(subject);
      await mailbox.insertMany([
        message('x', { threadId: 'T1' }),
        message('y', { threadId: 'T2' }),
        message('z2', { threadId: 'T4', messageIdHeader: 'z@example.com' }),
        message('z1', { threadId: 'T3', messageIdHeader: 'z@example.com' }),
        message('none', { threadId: 'T5', messageIdHeader: null }),
      ]);
      expect(await mailbox.threadOf(['no@example.com', 'y@example.com', 'x@example.com'])).toBe('T2');
      expect(await mailbox.threadOf(['z@example.com'])).toBe('T3');
      expect(await mailbox.threadOf(['no@example.com'])).toBeNull();
      expect(await mailbox.threadOf([])).toBeNull();
    });

    test('finds the thread of the newest message with a base subject, never for an empty one', async () => {
      const mailbox = await freshMailbox(subject);
      await mailbox.insertMany([
        message('old', { threadId: 'T1', baseSubject: 'plan', receivedAt: 10 }),
        message('new', { threadId: 'T2', baseSubject: 'plan', receivedAt: 20 }),
        message('empty', { threadId: 'T3', baseSubject: '', receivedAt: 30 }),
      ]);
      expect(await mailbox.threadOfSubject('plan', 0)).toBe('T2');
      expect(await mailbox.threadOfSubject('plan', 20)).toBe('T2');
      expect(await mailbox.threadOfSubject('plan', 21)).toBeNull();
      expect(await mailbox.threadOfSubject('', 0)).toBeNull();
    });

    test('pages through raw keys in order of item id', async () => {
      const mailbox = await freshMailbox(subject);
      const list = messages('raw', 7);
      await mailbox.insertMany(list.toReversed());
      const seen: string[] = [];
      let after = '';
      for (;;) {
        const page = await mailbox.rawKeys(after, 3);
        seen.push(...page.map((row) => row.rawKey));
        if (page.length < 3) break;
        after = page.at(-1)?.itemId ?? '';
      }
      expect(seen).toEqual(list.map((m) => m.rawKey));
    });
  });
}
