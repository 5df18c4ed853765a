import { expect, test } from 'vitest';
import { ModelDevice, NOW, newMailbox, newMessage } from './world.ts';

/**
 * A copy of a request may be carried out after the device has taken in the answer to another copy: the device gave up
 * waiting and asked again, and the first request was only slow.
 */
async function newPhone(messages: number) {
  const { mailbox, inbox } = await newMailbox();
  const ids: string[] = [];
  for (let i = 0; i < messages; i++) {
    const message = newMessage();
    ids.push(message.itemId);
    await mailbox.insert(message);
  }
  const phone = new ModelDevice(mailbox, inbox);
  await phone.take(await phone.ask());
  return { mailbox, phone, ids };
}

test('a late copy that leaves out what has gone since does not make a device keep it for ever (I18)', async () => {
  const { mailbox, phone, ids } = await newPhone(3);
  const key = phone.key;
  await phone.take(await phone.ask());
  await mailbox.remove(ids.slice(0, 1), NOW);
  await phone.ask({ syncKey: key });
  await phone.settle();
  expect(phone.odd).toEqual([]);
  expect([...phone.view.keys()].sort()).toEqual(ids.slice(1).sort());
});

test('late copies that make a step smaller do not make a device get an item twice (I20)', async () => {
  const { phone, ids } = await newPhone(3);
  const key = phone.key;
  await phone.take(await phone.ask());
  for (let i = 0; i < 5; i++) await phone.ask({ syncKey: key });
  await phone.settle();
  expect(phone.odd).toEqual([]);
  expect([...phone.view.keys()].sort()).toEqual(ids.sort());
});

test('a late copy of a step that still holds as it was said costs nothing', async () => {
  const { phone, ids } = await newPhone(3);
  const key = phone.key;
  await phone.take(await phone.ask());
  await phone.ask({ syncKey: key });
  expect(await phone.ask()).toMatchObject({ status: 1, changed: false });
  expect(phone.view.size).toBe(ids.length);
});

test('the device that never had the first answer goes on from the second (I16, I17)', async () => {
  const { mailbox, phone, ids } = await newPhone(3);
  await phone.ask();
  await mailbox.remove(ids.slice(0, 1), NOW);
  await phone.take(await phone.ask());
  await mailbox.insert(newMessage());
  expect((await phone.ask()).status).toBe(1);
  const again = await phone.ask();
  expect(again.status).toBe(1);
  await phone.take(again);
  await phone.settle();
  expect(phone.odd).toEqual([]);
  expect(phone.view.size).toBe(3);
});
