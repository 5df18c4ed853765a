import { describe, expect, test } from 'vitest';
import { InvalidInputError, NotFoundError } from '../../core/errors.ts';
import type { ExtendedProperties } from '../../core/mail/types.ts';
import type { MailboxStore } from '../../core/ports/mail.ts';
import { folderId } from './mail-changes.ts';
import { note } from './pim-items.ts';
import { freshMailbox, freshRef, message, type Subject } from './subject.ts';

const LABEL = { type: 'String', value: 'blue' };
const LIST = { type: 'StringArray', value: ['one', 'zwei', '三'] };

async function extendedOf(mailbox: MailboxStore, itemId: string): Promise<ExtendedProperties | undefined> {
  return (await mailbox.itemStates([itemId]))[0]?.extended;
}

/** MAPI properties that clients keep with items and folders. */
export function mailExtendedContract(subject: Subject): void {
  describe('properties that clients keep', () => {
    test('are put over those that are there, and taken away, each a change of content', async () => {
      const mailbox = await freshMailbox(subject);
      await mailbox.insert(message('a'));
      const set = (properties: Record<string, typeof LABEL | typeof LIST | null>) =>
        mailbox.setExtended([{ itemId: 'item-a', properties }]);
      expect(await set({ 'PublicStrings/x': LABEL })).toEqual([
        { itemId: 'item-a', outcome: 'changed', folderId: '2', modseq: 3 },
      ]);
      expect(await set({ 'PublicStrings/x': LABEL })).toMatchObject([{ outcome: 'unchanged', modseq: 3 }]);
      await set({ '0x1234': LIST });
      expect(await extendedOf(mailbox, 'item-a')).toEqual({ 'PublicStrings/x': LABEL, '0x1234': LIST });
      expect(await set({ 'PublicStrings/x': null, '0x9999': null })).toMatchObject([{ modseq: 5 }]);
      expect(await extendedOf(mailbox, 'item-a')).toEqual({ '0x1234': LIST });
      await set({ '0x1234': null });
      const [state] = await mailbox.itemStates(['item-a']);
      expect(state).toMatchObject({ modseq: 6, contentModseq: 6, readModseq: 2 });
      expect(Object.keys(state ?? {})).not.toContain('extended');
      expect(await set({ '0x1234': null })).toMatchObject([{ outcome: 'unchanged' }]);
    });

    test('of several items are written together; what is not there is said', async () => {
      const mailbox = await freshMailbox(subject);
      await mailbox.insertMany([message('a'), message('b')]);
      await mailbox.putItem(note('n', '10', 'text'));
      const properties = { key: LABEL };
      const changes = await mailbox.setExtended(
        ['n', 'none', 'item-a', 'n'].map((itemId) => ({ itemId, properties })),
      );
      expect(changes.map(({ itemId, outcome }) => [itemId, outcome])).toEqual([
        ['n', 'changed'],
        ['none', 'notFound'],
        ['item-a', 'changed'],
      ]);
      expect((await mailbox.pimItems(['n']))[0]?.extended).toEqual(properties);
      expect((await mailbox.messages(['item-a', 'item-b'])).map((one) => one.extended)).toEqual([
        properties,
        undefined,
      ]);
    });

    test('come with a message when it is put in, are in the feed, and stay when it moves or is written again', async () => {
      const mailbox = await freshMailbox(subject);
      await mailbox.insert(message('a', { extended: { key: LIST } }));
      const inbox = await folderId(mailbox, 'inbox');
      const [entry] = await mailbox.changes(inbox, { modseq: 0, itemId: '' }, 5);
      expect(entry?.kind === 'item' && entry.item.extended).toEqual({ key: LIST });
      await mailbox.move(['item-a'], await folderId(mailbox, 'archive'));
      await mailbox.replaceContent(message('a2', { itemId: 'item-a' }));
      expect(await extendedOf(mailbox, 'item-a')).toEqual({ key: LIST });
    });

    test('writers of the same item at the same time keep what the other wrote', async () => {
      const mailbox = await freshMailbox(subject);
      await mailbox.insert(message('a'));
      await Promise.all(
        ['p', 'q', 'r'].map((key) =>
          mailbox.setExtended([{ itemId: 'item-a', properties: { [key]: LABEL } }]),
        ),
      );
      expect(await extendedOf(mailbox, 'item-a')).toEqual({ p: LABEL, q: LABEL, r: LABEL });
    });

    test('are no more than 64 KB together, of text that every database holds', async () => {
      const mailbox = await freshMailbox(subject);
      await mailbox.insert(message('a'));
      const set = (value: string) =>
        mailbox.setExtended([{ itemId: 'item-a', properties: { key: { type: 'String', value } } }]);
      await expect(set('x'.repeat(70_000))).rejects.toThrow(InvalidInputError);
      await set('a\0b\ud800');
      expect(await extendedOf(mailbox, 'item-a')).toEqual({ key: { type: 'String', value: 'ab\ufffd' } });
    });

    test('of a folder are a change of the folder', async () => {
      const mailbox = await freshMailbox(subject);
      const set = (properties: Record<string, typeof LABEL | null>) =>
        mailbox.setFolderExtended('2', properties);
      const { folder, modseq } = await set({ key: LABEL });
      expect(folder).toMatchObject({ folderId: '2', modseq: 2, contentModseq: 0, extended: { key: LABEL } });
      expect(modseq).toBe(2);
      expect((await set({ key: LABEL })).modseq).toBe(2);
      expect((await mailbox.folderByRole('inbox'))?.extended).toEqual({ key: LABEL });
      expect((await set({ key: null })).folder).not.toHaveProperty('extended');
      await expect(mailbox.setFolderExtended('none', { key: LABEL })).rejects.toThrow(NotFoundError);
    });

    test('are written down with what has them, and made again', async () => {
      const { mail, archive } = await subject.open();
      const from = freshRef();
      const mailbox = mail.mailbox(from);
      await mailbox.create(1);
      const extended = { key: LIST };
      await mailbox.insert(message('a', { extended }));
      await mailbox.putItem(note('n', '10', 'text'));
      await mailbox.setExtended([{ itemId: 'n', properties: extended }]);
      await mailbox.setFolderExtended('2', extended);
      const written = archive.mailbox(from);
      const { lines } = await written.items('', 10);
      expect(lines.map((line) => line.kind !== 'person' && line.extended)).toEqual([extended, extended]);
      const to = freshRef();
      const again = archive.mailbox(to);
      await again.begin(50, 1);
      await again.restoreTree(await written.tree());
      await again.restoreObjects(lines.filter((line) => line.kind === 'object'));
      const copy = mail.mailbox(to);
      expect((await copy.pimItems(['n']))[0]?.extended).toEqual(extended);
      expect((await copy.folderByRole('inbox'))?.extended).toEqual(extended);
    });
  });
}
