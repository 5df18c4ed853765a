import { describe, expect, test } from 'vitest';
import type { SyncReply } from '../../core/sync/request.ts';
import { ModelDevice, newMailbox, newMessage } from './world.ts';

/** A device that never takes in an answer that brings one of these items: it asks again. */
async function settleWithout(device: ModelDevice, poison: Set<string>) {
  const skipped: string[] = [];
  let asked = 0;
  for (;;) {
    const reply = await device.ask();
    asked += 1;
    skipped.push(...reply.skipped);
    if (reply.batch.some((e) => poison.has(e.itemId))) continue;
    const before = device.key;
    await device.take(reply);
    if (device.key === before && !reply.changed) return { skipped, asked };
    if (asked > 2000) throw new Error('the device never came to an end');
  }
}

async function filled(count: number) {
  const { mailbox, inbox } = await newMailbox();
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    const message = newMessage();
    ids.push(message.itemId);
    await mailbox.insert(message);
  }
  const device = new ModelDevice(mailbox, inbox);
  await device.take(await device.ask());
  return { device, mailbox, ids };
}

const items = (reply: SyncReply) => reply.batch.map((e) => e.itemId);

describe('an item that a device cannot take in (I20)', () => {
  test('is alone after two retries, and gives way after the next', async () => {
    const { device } = await filled(5);
    const whole = await device.ask();
    expect(items(await device.ask())).toEqual(items(whole));
    expect(items(await device.ask())).toEqual(items(whole));
    const alone = await device.ask();
    expect(items(alone)).toEqual(items(whole).slice(0, 1));
    expect(alone.more).toBe(true);
    // Whether the device took in this answer or an earlier one, its key tells.
    expect(alone.syncKey).not.toBe(whole.syncKey);
    expect(items(await device.ask())).toEqual(items(whole).slice(1, 2));
  });

  test.each([
    [[0]],
    [[4]],
    [[36]],
    [[99]],
    [[3, 4, 5, 6]],
    [[0, 99]],
  ])('never keeps the others from it, wherever it stands: %j', async (places) => {
    const { device, ids } = await filled(100);
    const poison = new Set(places.map((i) => ids[i] ?? ''));
    const { skipped, asked } = await settleWithout(device, poison);
    expect(skipped.sort()).toEqual([...poison].sort());
    expect(device.view.size).toBe(100 - poison.size);
    expect(device.odd).toEqual([]);
    expect(asked).toBeLessThan(120);
  });

  test('comes again when it changes', async () => {
    const { device, mailbox, ids } = await filled(1);
    const [id = ''] = ids;
    await settleWithout(device, new Set([id]));
    expect(device.view.size).toBe(0);
    await mailbox.setFlags([{ itemId: id, isRead: true }]);
    await device.settle();
    expect([...device.view]).toEqual([[id, true]]);
  });

  test('is not the fault of an item when no answer arrives at all', async () => {
    const { device } = await filled(10);
    for (let i = 0; i < 60; i++) await device.ask();
    await device.settle();
    expect(device.view.size).toBe(10);
    expect(device.odd).toEqual([]);
  });

  test('and was deleted meanwhile is heard of no more', async () => {
    const { device, mailbox, ids } = await filled(4);
    const whole = await device.ask();
    for (let i = 0; i < 3; i++) await device.ask();
    await mailbox.remove(items(whole).slice(1), 1);
    await device.settle();
    expect([...device.view.keys()]).toEqual(items(whole).slice(0, 1));
    expect(ids).toHaveLength(4);
    expect(device.odd).toEqual([]);
  });
});
