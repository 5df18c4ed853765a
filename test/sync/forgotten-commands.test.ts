import { expect, test } from 'vitest';
import { withEffects } from '../../core/sync/forgotten.ts';
import { type BatchEntry, MOVED_AWAY } from '../../core/sync/state.ts';
import { ModelDevice, NOW, newMailbox, newMessage } from './world.ts';

/**
 * A device sends changes, the answer is lost, and it asks again with the same key and without them, or with others: it
 * must hear of what the lost ones did (I16, I18).
 */
async function newPhone() {
  const { mailbox, inbox, trash } = await newMailbox();
  const message = newMessage();
  await mailbox.insert(message);
  const phone = new ModelDevice(mailbox, inbox);
  await phone.settle();
  const version = (await mailbox.itemStates([message.itemId]))[0]?.modseq;
  return { mailbox, inbox, trash, phone, itemId: message.itemId, version };
}

const says = (batch: readonly BatchEntry[]) =>
  batch.map(({ op, since, named }) => ({ op, since: op === 'delete' ? undefined : since, named }));

test('two changes of one item that the device has forgotten are one Change', async () => {
  const { phone, itemId, version } = await newPhone();
  await phone.ask({ commands: [{ kind: 'change', itemId, isRead: true }] });
  await phone.ask({ commands: [{ kind: 'change', itemId, categories: ['Blue'] }] });
  const { batch } = await phone.ask();
  expect(says(batch)).toEqual([{ op: 'change', since: version, named: ['read', 'categories'] }]);
});

test('a change that the device has forgotten is not lost behind one that the server made meanwhile', async () => {
  const { mailbox, phone, itemId, version } = await newPhone();
  const old = phone.key;
  await mailbox.setFlags([{ itemId, categories: ['Green'] }]);
  await phone.ask({ commands: [{ kind: 'change', itemId, isRead: true }] });
  const { batch } = await phone.ask({ syncKey: old });
  expect(says(batch)).toEqual([{ op: 'change', since: version, named: ['read'] }]);
});

test('an item that was changed and then deleted, both forgotten, is said to be gone', async () => {
  const { mailbox, inbox, trash, phone, itemId } = await newPhone();
  await phone.ask({ commands: [{ kind: 'change', itemId, isRead: true }] });
  await phone.ask({ commands: [{ kind: 'delete', itemId }] });
  await mailbox.move([itemId], inbox, trash);
  const reply = await phone.ask();
  expect(says(reply.batch)).toEqual([{ op: 'delete', since: undefined, named: undefined }]);
  await phone.take(reply);
  await phone.settle();
  expect(phone.odd).toEqual([]);
  expect([...phone.view.keys()]).toEqual([itemId]);
});

test('a draft that was made and deleted, both forgotten, is not spoken of', async () => {
  const { phone } = await newPhone();
  const draft = { ...newMessage(NOW), folderId: phone.folderId };
  const add = { kind: 'addDraft' as const, clientId: 'c', message: draft, files: {} };
  await phone.ask({ commands: [add] });
  await phone.ask({ commands: [{ kind: 'delete', itemId: draft.itemId }] });
  expect((await phone.ask()).batch).toEqual([]);
});

test('a Delete that came too late and is forgotten is said: the item is gone', async () => {
  const { mailbox, phone, itemId } = await newPhone();
  await mailbox.remove([itemId], NOW);
  const lost = await phone.ask({ getChanges: false, commands: [{ kind: 'delete', itemId }] });
  expect(lost.responses).toMatchObject([{ status: 8 }]);
  const reply = await phone.ask();
  expect(says(reply.batch)).toEqual([{ op: 'delete', since: undefined, named: undefined }]);
  await phone.take(reply);
  await phone.settle();
  expect(phone.odd).toEqual([]);
  expect(phone.view.size).toBe(0);
});

test('a forgotten Delete of what the device never had is not said', async () => {
  const { phone } = await newPhone();
  await phone.ask({ commands: [{ kind: 'delete', itemId: 'nothing' }] });
  expect((await phone.ask()).batch).toEqual([]);
});

test('a draft that was made, forgotten and taken away is an Add when it comes back', async () => {
  const { mailbox, trash, phone } = await newPhone();
  const draft = { ...newMessage(NOW), folderId: phone.folderId };
  await phone.ask({ commands: [{ kind: 'addDraft', clientId: 'c', message: draft, files: {} }] });
  await mailbox.move([draft.itemId], trash);
  await phone.take(await phone.ask());
  await mailbox.move([draft.itemId], phone.folderId);
  await phone.settle();
  expect(phone.odd).toEqual([]);
  expect(phone.view.has(draft.itemId)).toBe(true);
});

test('a forgotten Delete of an item that is back is a Change if the device has the item, or else an Add', () => {
  const back: BatchEntry[] = [{ op: 'add', itemId: 'x' }];
  expect(withEffects(back, [{ op: 'delete', itemId: 'x', since: 3 }])).toEqual([
    { op: 'change', itemId: 'x', since: 0 },
  ]);
  // Moved away by the device itself, it was not in its list any more.
  expect(withEffects(back, [{ op: 'delete', itemId: 'x', since: MOVED_AWAY }])).toEqual(back);
  expect(withEffects(back, [{ op: 'delete', itemId: 'x' }])).toEqual(back);
});

test('a draft that was made, forgotten and gone is said once when it is back before the device has the answer', async () => {
  const { mailbox, trash, phone } = await newPhone();
  const draft = { ...newMessage(NOW), folderId: phone.folderId };
  const commands = [{ kind: 'addDraft' as const, clientId: 'c', message: draft, files: {} }];
  await phone.ask({ commands });
  await mailbox.move([draft.itemId], trash);
  await phone.ask();
  await mailbox.move([draft.itemId], phone.folderId);
  await phone.take(await phone.ask());
  await phone.settle();
  expect(phone.odd).toEqual([]);
  expect(phone.view.has(draft.itemId)).toBe(true);
});

test('a draft that was made, forgotten, gone and remembered after all is said to be gone', async () => {
  const { mailbox, trash, phone } = await newPhone();
  const draft = { ...newMessage(NOW), folderId: phone.folderId };
  const commands = [{ kind: 'addDraft' as const, clientId: 'c', message: draft, files: {} }];
  await phone.ask({ commands });
  await mailbox.move([draft.itemId], trash);
  await phone.ask();
  const reply = await phone.ask({ commands });
  expect(reply.responses).toMatchObject([{ command: 'add', itemId: draft.itemId, status: 1 }]);
  phone.view.set(draft.itemId, false);
  await phone.take(reply);
  await phone.settle();
  expect(phone.odd).toEqual([]);
  expect(phone.view.has(draft.itemId)).toBe(false);
});
