import { expect, test, vi } from 'vitest';
import { ModelDevice, newMailbox, newMessage } from './world.ts';

/** Somebody else changes an item between the look that a command of a device takes at it and its change. */

test('what somebody else changed of an item is said, although the device changed another aspect of it after that', async () => {
  const { mailbox, inbox } = await newMailbox();
  const { itemId } = await mailbox.insert(newMessage());
  const phone = new ModelDevice(mailbox, inbox);
  await phone.settle();
  const setFlags = mailbox.setFlags.bind(mailbox);
  vi.spyOn(mailbox, 'setFlags').mockImplementationOnce(async (changes) => {
    await setFlags([{ itemId, isRead: true }]);
    return setFlags(changes);
  });
  await phone.take(await phone.ask({ commands: [{ kind: 'change', itemId, categories: ['Blue'] }] }));
  await phone.settle();
  expect(phone.odd).toEqual([]);
  expect(phone.view.get(itemId)).toBe(true);
});

test('its own change is not echoed when nobody else had a hand in it', async () => {
  const { mailbox, inbox } = await newMailbox();
  const { itemId } = await mailbox.insert(newMessage());
  const phone = new ModelDevice(mailbox, inbox);
  await phone.settle();
  const commands = [{ kind: 'change' as const, itemId, isRead: true, categories: ['Blue'] }];
  const reply = await phone.ask({ commands });
  expect(reply.batch).toEqual([]);
  await phone.take(reply);
  const two = [
    { kind: 'change' as const, itemId, isRead: false },
    { kind: 'change' as const, itemId, categories: [] },
  ];
  expect((await phone.ask({ commands: two })).batch).toEqual([]);
});

test('what somebody else changed of a draft is said, although the device saved it after that', async () => {
  const { mailbox } = await newMailbox();
  const drafts = (await mailbox.folderByRole('drafts'))?.folderId ?? '';
  const draft = { ...newMessage(), folderRole: 'drafts' as const, isDraft: true };
  const { itemId } = await mailbox.insert(draft);
  const phone = new ModelDevice(mailbox, drafts);
  await phone.settle();
  const replaceContent = mailbox.replaceContent.bind(mailbox);
  vi.spyOn(mailbox, 'replaceContent').mockImplementationOnce(async (content) => {
    await mailbox.setFlags([{ itemId, isRead: true }]);
    return replaceContent(content);
  });
  const message = { ...draft, rawKey: 'blobs/saved', dedupeKey: 'saved' };
  const save = { kind: 'saveDraft' as const, itemId, fingerprint: 'one', message, files: {} };
  await phone.take(await phone.ask({ commands: [save] }));
  await phone.settle();
  expect(phone.view.get(itemId)).toBe(true);
});
