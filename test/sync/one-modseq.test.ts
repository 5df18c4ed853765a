import { expect, test } from 'vitest';
import { hasChanges } from '../../core/sync/estimate.ts';
import { ModelDevice, NOW, newMailbox, newMessage } from './world.ts';

test('items that one command moved have one modseq: a window that parts them loses none (I18)', async () => {
  const { mailbox, trash } = await newMailbox();
  const phone = new ModelDevice(mailbox, trash);
  await phone.settle();
  const messages = [newMessage(), newMessage(), newMessage()];
  for (const message of messages) await mailbox.insert(message);
  const ids = messages.map((m) => m.itemId);
  await mailbox.move(ids, trash);

  await phone.take(await phone.ask({ windowSize: 1 }), 1);
  const state = phone.repo.load(trash);
  if (state === null) throw new Error('no state');
  const modseq = (await mailbox.contentModseqs([trash])).get(trash) ?? 0;
  expect(await hasChanges(phone.repo, mailbox, state, modseq, NOW)).toBe(true);

  await phone.settle(1);
  expect([...phone.view.keys()].sort()).toEqual(ids.sort());
});

test('and more of them than a page of the feed loses none either', async () => {
  const { mailbox, inbox, trash } = await newMailbox();
  const phone = new ModelDevice(mailbox, inbox);
  const ids: string[] = [];
  for (let i = 0; i < 130; i++) {
    const message = newMessage();
    ids.push(message.itemId);
    await mailbox.insert(message);
  }
  await phone.settle();
  await mailbox.move(ids, trash);
  await phone.settle(7);
  expect(phone.odd).toEqual([]);
  expect(phone.view.size).toBe(0);
});
