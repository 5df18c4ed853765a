import { describe, expect, test } from 'vitest';
import { SENDER_LISTS_SETTING } from '../../core/trust/lists.ts';
import { automaticWorld } from '../../test/support/automatic-world.worker.ts';
import { buildMail } from '../../test/support/mail.ts';
import { ANN, BOB, mail, OUT, toEveryone, withFolder } from '../../test/support/rules-world.worker.ts';

describe('a rule on arrival', () => {
  test('decides where a message goes and what it is there, in one write', async () => {
    const world = await withFolder();
    await world.rules(ANN, [
      {
        ...toEveryone,
        conditions: { containsBodyStrings: ['NUMBERS'], fromAddresses: [OUT] },
        actions: {
          ...{
            moveToFolder: 'own',
            markAsRead: true,
            assignCategories: ['Work', 'Red'],
            markImportance: 'high',
          },
          flag: { status: 2, type: 'Follow up' },
        },
      },
    ]);
    await world.receive(OUT, ANN, mail('Report', { text: 'The numbers of May.' }));
    await world.receive(OUT, ANN, mail('Other'));
    await world.settle();
    const [moved] = await world.inFolder(ANN, 'own');
    expect(moved).toMatchObject({
      ...{ subject: 'Report', isRead: true, categories: ['Work', 'Red'], importance: 'high' },
      flag: { status: 2, type: 'Follow up' },
    });
    expect(moved?.createdModseq).toBe(moved?.modseq);
    expect((await world.folder(ANN)).map((m) => m.subject)).toEqual(['Other']);
    expect(world.queues.sent.notify.map((n) => n.folderId)).toContain('own');
  });

  test('reads the words of HTML alone, and of large mail no more than its beginning', async () => {
    const world = await withFolder();
    await world.rules(ANN, [
      {
        ...toEveryone,
        conditions: { containsBodyStrings: ['secret word'] },
        actions: { moveToFolder: 'own' },
      },
    ]);
    const late = `${'x '.repeat(200_000)}secret word`;
    await world.receive(
      OUT,
      ANN,
      buildMail({ to: ANN, subject: 'html', html: '<p>Secret&nbsp;<b>word</b>' }),
    );
    await world.receive(OUT, ANN, buildMail({ to: ANN, subject: 'late', text: late }));
    await world.settle();
    expect((await world.folder(ANN)).map((m) => m.subject)).toContain('late');
  });

  test('whose folder is gone goes into error, and the message into the Inbox', async () => {
    const world = await withFolder();
    const list = [
      { ...toEveryone, actions: { moveToFolder: 'own', stopProcessingRules: true as const } },
      { ...toEveryone, actions: { assignCategories: ['second'] } },
    ];
    await world.rules(ANN, list);
    await world.mailbox(ANN).deleteFolder('own', 5);
    await world.receive(OUT, ANN, mail());
    await world.settle();
    expect(await world.folder(ANN)).toMatchObject([{ subject: 'Hello', categories: ['second'] }]);
    const { rules } = await world.mailbox(ANN).rules();
    expect(rules.map((r) => r.error?.code ?? null)).toEqual(['folder-gone', null]);
    // Not run again, and said once.
    await world.receive(OUT, ANN, mail('Again'));
    await world.settle();
    expect(world.lines.filter((l) => l.event === 'rules.folder-gone')).toHaveLength(1);
  });

  test('meets no mail in Junk', async () => {
    const world = await withFolder();
    await world.rules(ANN, [
      { ...toEveryone, actions: { moveToFolder: 'own', redirectToRecipients: [{ name: '', address: BOB }] } },
    ]);
    await world.mailbox(ANN).putSetting(SENDER_LISTS_SETTING, { allow: [], block: [OUT] });
    await world.receive(OUT, ANN, mail());
    await world.settle();
    expect(await world.folder(ANN, 'junk')).toHaveLength(1);
    expect(await world.inFolder(ANN, 'own')).toEqual([]);
    expect(await world.folder(BOB)).toEqual([]);
  });

  test('I8 copies once into each folder, with the marks, and each copy has its own raw', async () => {
    const world = await withFolder();
    await world.rules(ANN, [
      { ...toEveryone, actions: { copyToFolder: 'own', markAsRead: true, assignCategories: ['c'] } },
      { ...toEveryone, actions: { moveToFolder: 'archive' } },
    ]);
    await world.receive(OUT, ANN, mail());
    await world.settle(5);
    const [copy, ...others] = await world.inFolder(ANN, 'own');
    const [original] = await world.folder(ANN, 'archive');
    expect(others).toEqual([]);
    expect(copy).toMatchObject({ isRead: true, categories: ['c'], threadId: original?.threadId });
    expect(copy?.rawKey).not.toBe(original?.rawKey);
    if (copy === undefined || original === undefined) throw new Error('not there');
    expect(await world.rawOf(copy)).toEqual(await world.rawOf(original));
    expect((await world.blobs.head(copy.rawKey))?.envelope).toMatchObject({ role: 'user', folderId: 'own' });
  });

  test.each([
    false,
    true,
  ])('I6 a copy whose row is missing is placed from its raw, folder gone: %s', async (gone) => {
    const world = await withFolder();
    await world.rules(ANN, [{ ...toEveryone, actions: { copyToFolder: 'own' } }]);
    await world.receive(OUT, ANN, mail());
    await world.settle();
    const [copy] = await world.inFolder(ANN, 'own');
    if (copy === undefined) throw new Error('no copy');
    // As after a database that was restored to a time before it.
    const fresh = await automaticWorld();
    const raw = await world.rawOf(copy);
    const envelope = (await world.blobs.head(copy.rawKey))?.envelope;
    if (!gone) {
      await fresh
        .mailbox(ANN)
        .createFolder({ folderId: 'own', parentId: null, displayName: 'Own', itemClass: 'Email' });
    }
    await fresh.bring(fresh.refOf(ANN), raw, { ...envelope });
    await fresh.settle();
    expect(await fresh.inFolder(ANN, 'own')).toHaveLength(gone ? 0 : 1);
    expect(await fresh.folder(ANN, 'deleted')).toHaveLength(gone ? 1 : 0);
    expect(await fresh.folder(ANN)).toEqual([]);
  });

  test('deletes into Deleted Items, or for good with a tombstone (I6)', async () => {
    const world = await withFolder();
    await world.rules(ANN, [
      { ...toEveryone, conditions: { containsSubjectStrings: ['bin'] }, actions: { delete: true } },
      { ...toEveryone, conditions: { containsSubjectStrings: ['gone'] }, actions: { permanentDelete: true } },
    ]);
    await world.receive(OUT, ANN, mail('to the bin'));
    const goneId = await world.receive(OUT, ANN, mail('to be gone'));
    await world.settle(3);
    expect((await world.folder(ANN, 'deleted')).map((m) => m.subject)).toEqual(['to the bin']);
    expect(await world.folder(ANN)).toEqual([]);
    expect(await world.mailbox(ANN).messages([goneId])).toEqual([]);
    const { objects } = await world.blobs.list('blobs/', null, 10);
    const keys = objects.map(({ key }) => key);
    expect(keys).toHaveLength(2);
    expect(await world.mailbox(ANN).knownRawKeys(keys)).toEqual(new Set(keys));
  });
});
