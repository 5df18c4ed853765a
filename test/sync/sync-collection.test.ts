import { describe, expect, test } from 'vitest';
import { estimateChanges, hasChanges } from '../../core/sync/estimate.ts';
import { DAY, ModelDevice, NOW, newMailbox, newMessage } from './world.ts';

async function filled(count: number) {
  const world = await newMailbox();
  for (let i = 0; i < count; i++) await world.mailbox.insert(newMessage(NOW - i * 1000));
  return { ...world, device: new ModelDevice(world.mailbox, world.inbox) };
}

describe('the first Sync of a folder', () => {
  test('key 0 brings a key and no items; a second key 0 brings the same key', async () => {
    const { device } = await filled(3);
    const first = await device.ask();
    expect(first).toMatchObject({ status: 1, batch: [], changed: true });
    expect((await device.ask()).syncKey).toBe(first.syncKey);
  });

  test('brings every item once, newest first, in windows, and MoreAvailable exactly while more wait', async () => {
    const { device } = await filled(25);
    await device.take(await device.ask());
    const order: string[] = [];
    const sizes: number[] = [];
    for (;;) {
      const reply = await device.ask({ windowSize: 10 });
      await device.take(reply, 10);
      order.push(...reply.batch.map((e) => e.itemId));
      sizes.push(reply.batch.length);
      if (!reply.more) break;
    }
    expect(sizes).toEqual([10, 10, 5]);
    expect(order).toEqual([...order].sort());
    expect(device.view.size).toBe(25);
    expect(device.odd).toEqual([]);
  });

  test('a window that is exactly full at the end does not promise more', async () => {
    const { device } = await filled(10);
    await device.take(await device.ask());
    expect(await device.ask({ windowSize: 10 })).toMatchObject({ more: false });
  });

  test('keeps to the byte budget but always brings at least one item', async () => {
    const world = await newMailbox();
    for (let i = 0; i < 3; i++) await world.mailbox.insert(newMessage(NOW - i, 5_000_000));
    const device = new ModelDevice(world.mailbox, world.inbox);
    await device.take(await device.ask());
    expect((await device.ask({ byteBudget: 1000 })).batch).toHaveLength(1);
  });

  test('new mail overtakes it', async () => {
    const { device, mailbox } = await filled(30);
    await device.take(await device.ask());
    await device.take(await device.ask({ windowSize: 10 }));
    const fresh = newMessage(NOW + 1000);
    await mailbox.insert(fresh);
    const reply = await device.ask({ windowSize: 10 });
    expect(reply.batch[0]).toEqual({ op: 'add', itemId: fresh.itemId });
    await device.take(reply);
    await device.settle(10);
    expect(device.view.size).toBe(31);
    expect(device.odd).toEqual([]);
  });
});

describe('a Sync without changes', () => {
  test('keeps the key, says nothing and writes nothing', async () => {
    const { device } = await filled(5);
    await device.settle();
    const key = device.key;
    const before = device.repo.load(device.folderId);
    const reply = await device.ask();
    expect(reply).toMatchObject({ changed: false, syncKey: key, batch: [] });
    expect(device.repo.load(device.folderId)).toEqual(before);
  });
});

describe('asking again with the key before (I16)', () => {
  test('brings the same step under the same key', async () => {
    const { device } = await filled(20);
    await device.take(await device.ask());
    const lost = await device.ask({ windowSize: 7 });
    for (let i = 0; i < 2; i++) {
      expect(await device.ask({ windowSize: 7 })).toEqual(lost);
    }
    await device.take(lost);
    await device.settle();
    expect(device.view.size).toBe(20);
    expect(device.odd).toEqual([]);
  });

  test('leaves out what has gone meanwhile, and never deletes what the device did not get', async () => {
    const { device, mailbox } = await filled(5);
    await device.take(await device.ask());
    const lost = await device.ask();
    const gone = lost.batch[2]?.itemId ?? '';
    await mailbox.remove([gone], NOW);
    const again = await device.ask();
    expect(again.batch.map((e) => e.itemId)).not.toContain(gone);
    expect(again.batch).toHaveLength(4);
    await device.take(again);
    await device.settle();
    expect(device.view.size).toBe(4);
    expect(device.odd).toEqual([]);
  });

  test('of which nothing is left brings what comes next instead, never an empty promise of more', async () => {
    const { device, mailbox } = await filled(3);
    await device.take(await device.ask());
    const lost = await device.ask({ windowSize: 1 });
    await mailbox.remove([lost.batch[0]?.itemId ?? ''], NOW);
    const again = await device.ask({ windowSize: 1 });
    expect(again.more).toBe(true);
    expect(again.syncKey).not.toBe(lost.syncKey);
    expect(again.batch).toHaveLength(1);
    await device.take(again);
    await device.settle();
    expect(device.view.size).toBe(2);
    expect(device.odd).toEqual([]);
  });

  test('says no Delete of what the device deletes in that very request', async () => {
    const { device, mailbox, trash } = await filled(2);
    await device.settle();
    const [gone] = [...device.view.keys()];
    await mailbox.move([gone ?? ''], trash);
    const lost = await device.ask();
    expect(lost.batch).toEqual([{ op: 'delete', itemId: gone }]);
    const again = await device.ask({ commands: [{ kind: 'delete', itemId: gone ?? '' }] });
    expect(again.batch).toEqual([]);
    expect(again.syncKey).not.toBe(lost.syncKey);
  });

  test('does not carry out commands twice', async () => {
    const { device, mailbox, trash } = await filled(3);
    await device.settle();
    const [a, b] = [...device.view.keys()];
    const commands = [
      { kind: 'change' as const, itemId: a ?? '', isRead: true },
      { kind: 'delete' as const, itemId: b ?? '' },
    ];
    const first = await device.ask({ commands });
    const modseq = (await mailbox.usage()).modseq;
    const second = await device.ask({ commands });
    expect(second.responses).toEqual(first.responses);
    expect(second.syncKey).toBe(first.syncKey);
    expect((await mailbox.usage()).modseq).toBe(modseq);
    expect((await mailbox.snapshot(trash, 0, null, 10)).map((i) => i.itemId)).toEqual([b]);
  });

  test('costs the same state however often it happens (I19)', async () => {
    const { device, mailbox } = await filled(5);
    await device.take(await device.ask());
    await device.ask();
    const size = device.repo.size(device.folderId);
    for (let i = 0; i < 20; i++) {
      await mailbox.insert(newMessage());
      await device.ask();
    }
    expect(device.repo.size(device.folderId)).toBe(size);
    // However long the network was away, nothing is lost.
    await device.settle();
    expect(device.view.size).toBe(25);
    expect(device.odd).toEqual([]);
  });
});

describe('a device that never takes an answer and always says something else', () => {
  test('is remembered within bounds, then begins anew and loses nothing (I19)', async () => {
    const { device, mailbox } = await filled(3);
    await device.settle();
    const [itemId = ''] = device.view.keys();
    let status = 1;
    let asked = 0;
    for (; status === 1 && asked < 200; asked++) {
      const commands = Array.from({ length: 20 }, (_, n) => ({
        ...{ kind: 'change' as const, itemId, categories: [`${asked}-${n}`] },
      }));
      ({ status } = await device.ask({ commands }));
    }
    expect(status).toBe(3);
    expect(asked).toBeLessThan(100);
    await device.take(await device.ask({ commands: [{ kind: 'delete', itemId }] }));
    await device.settle();
    expect(device.odd).toEqual([]);
    expect([...device.view.keys()].sort()).toEqual(
      (await mailbox.snapshot(device.folderId, 0, null, 10)).map((i) => i.itemId).sort(),
    );
  });
});

describe('a key that the server does not know (I17)', () => {
  test.each([
    'bogus',
    '{99999999-0000}7',
    '-1',
    '99999999999999999999999999',
    'e1-99',
  ])('%s gets Status 3', async (key) => {
    const { device } = await filled(2);
    await device.settle();
    expect(await device.ask({ syncKey: key })).toMatchObject({ status: 3, batch: [] });
  });

  test('of two steps ago gets Status 3, and a fresh start converges', async () => {
    const { device, mailbox } = await filled(2);
    await device.settle();
    const old = device.key;
    for (let i = 0; i < 2; i++) {
      await mailbox.insert(newMessage());
      await device.settle();
    }
    expect(await device.ask({ syncKey: old })).toMatchObject({ status: 3 });
    device.key = '0';
    device.view.clear();
    await device.settle();
    expect(device.view.size).toBe(4);
    expect(device.odd).toEqual([]);
  });

  test('of a folder that is gone gets Status 12', async () => {
    const { mailbox } = await filled(1);
    const device = new ModelDevice(mailbox, '../../other-user/inbox');
    expect(await device.ask({ syncKey: '1' })).toMatchObject({ status: 12 });
  });
});

describe("the device's own changes", () => {
  test('are carried out, and not echoed', async () => {
    const { device, mailbox } = await filled(4);
    await device.settle();
    const [a, b] = [...device.view.keys()];
    await device.push([
      { kind: 'change', itemId: a ?? '', isRead: true, flag: { status: 2 } },
      { kind: 'delete', itemId: b ?? '' },
    ]);
    expect((await mailbox.itemStates([a ?? '']))[0]).toMatchObject({ isRead: true, flag: { status: 2 } });
    expect(await device.settle()).toBe(0);
    expect(device.odd).toEqual([]);
  });

  test('reach another device as a Change and a Delete', async () => {
    const { device, mailbox, inbox } = await filled(4);
    const other = new ModelDevice(mailbox, inbox);
    await device.settle();
    await other.settle();
    const [a, b] = [...device.view.keys()];
    const reply = await device.push([
      { kind: 'change', itemId: a ?? '', isRead: true },
      { kind: 'delete', itemId: b ?? '' },
    ]);
    expect(reply.touched.map((t) => t.folderId)).toContain(inbox);
    await other.settle();
    expect(other.view).toEqual(device.view);
    expect(other.odd).toEqual([]);
  });

  test('on items of other folders or none get Status 8 (I22)', async () => {
    const { device, mailbox, trash } = await filled(2);
    await device.settle();
    const [a] = [...device.view.keys()];
    await mailbox.move([a ?? ''], trash);
    const reply = await device.ask({
      commands: [
        { kind: 'change', itemId: a ?? '', isRead: true },
        { kind: 'delete', itemId: 'nothing' },
      ],
    });
    expect(reply.responses).toEqual([
      { command: 'change', id: a, status: 8 },
      { command: 'delete', id: 'nothing', status: 8 },
    ]);
    expect((await mailbox.itemStates([a ?? '']))[0]?.isRead).toBe(false);
  });

  test('a change by someone else at the same time is still said', async () => {
    const { device, mailbox } = await filled(1);
    await device.settle();
    const [a] = [...device.view.keys()];
    await mailbox.setFlags([{ itemId: a ?? '', categories: ['red'] }]);
    const reply = await device.ask({ commands: [{ kind: 'change', itemId: a ?? '', isRead: true }] });
    expect(reply.batch).toMatchObject([{ op: 'change', itemId: a }]);
  });

  test('a change by someone else of a draft that the device saves is still said', async () => {
    const { mailbox } = await newMailbox();
    const drafts = (await mailbox.folderByRole('drafts'))?.folderId ?? '';
    const draft = { ...newMessage(), folderRole: 'drafts' as const, isDraft: true };
    await mailbox.insert(draft);
    const device = new ModelDevice(mailbox, drafts);
    await device.settle();
    await mailbox.setFlags([{ itemId: draft.itemId, isRead: true }]);
    const message = { ...draft, rawKey: 'blobs/saved', dedupeKey: 'saved' };
    const { itemId } = draft;
    const save = { kind: 'saveDraft' as const, itemId, fingerprint: 'one', message, files: {} };
    expect((await device.ask({ commands: [save] })).batch).toMatchObject([{ op: 'change', itemId }]);
    await device.settle();
    const again = { ...save, fingerprint: 'two', message: { ...message, rawKey: 'blobs/again' } };
    expect((await device.ask({ commands: [again] })).batch).toEqual([]);
  });

  test('Delete in Deleted Items removes for good', async () => {
    const { mailbox, trash } = await filled(1);
    const message = newMessage();
    await mailbox.insert({ ...message, folderRole: 'deleted' });
    const device = new ModelDevice(mailbox, trash);
    await device.settle();
    await device.push([{ kind: 'delete', itemId: message.itemId }]);
    expect(await mailbox.itemStates([message.itemId])).toEqual([]);
  });
});

describe('FilterType', () => {
  test('brings only what is young enough, and takes items away as they age (SoftDelete)', async () => {
    const world = await newMailbox();
    for (const days of [0.5, 2, 5]) await world.mailbox.insert(newMessage(NOW - days * DAY));
    const device = new ModelDevice(world.mailbox, world.inbox);
    device.filterType = 2;
    await device.settle();
    expect(device.view.size).toBe(2);
    device.now = NOW + 1.5 * DAY;
    const reply = await device.ask();
    expect(reply.batch.map((e) => e.op)).toEqual(['softDelete']);
    await device.take(reply);
    expect(device.view.size).toBe(1);
  });

  test('made wider brings the older items and none twice', async () => {
    const world = await newMailbox();
    for (const days of [0.5, 2, 5, 40]) await world.mailbox.insert(newMessage(NOW - days * DAY));
    const device = new ModelDevice(world.mailbox, world.inbox);
    device.filterType = 1;
    await device.settle();
    expect(device.view.size).toBe(1);
    device.filterType = 0;
    await device.settle();
    expect(device.view.size).toBe(4);
    expect(device.odd).toEqual([]);
  });
});

describe('GetItemEstimate and the question of a Ping', () => {
  test('agree with what the next Syncs bring', async () => {
    const { device, mailbox, inbox } = await filled(30);
    const plain = { filterType: 0, conversationMode: undefined, maxItems: null };
    const estimate = async () => {
      const state = device.repo.load(inbox);
      const content = (await mailbox.contentModseqs([inbox])).get(inbox) ?? 0;
      if (state === null) throw new Error('no state');
      return {
        n: await estimateChanges(device.repo, mailbox, state, content, plain, NOW),
        any: await hasChanges(device.repo, mailbox, state, content, NOW),
      };
    };
    await device.take(await device.ask());
    expect(await estimate()).toEqual({ n: 30, any: true });
    await device.take(await device.ask({ windowSize: 12 }));
    expect(await estimate()).toEqual({ n: 18, any: true });
    await device.settle();
    expect(await estimate()).toEqual({ n: 0, any: false });
    const [a, b] = [...device.view.keys()];
    await device.push([{ kind: 'change', itemId: a ?? '', isRead: true }]);
    expect(await estimate()).toEqual({ n: 0, any: false });
    await mailbox.remove([b ?? ''], NOW);
    await mailbox.insert(newMessage());
    expect(await estimate()).toEqual({ n: 2, any: true });
  });
});
