import { describe, expect, test } from 'vitest';
import type { EstimateRequest } from '../../core/ports/device.ts';
import { estimateCollection } from '../../core/sync/estimate.ts';
import { DAY, ModelDevice, NOW, newMailbox, newMessage } from './world.ts';

async function world() {
  const { mailbox, inbox } = await newMailbox();
  const device = new ModelDevice(mailbox, inbox);
  const ask = async (more: Partial<EstimateRequest> = {}, collectionId = inbox) => {
    const head = (await mailbox.folderHeads([collectionId])).get(collectionId);
    const request: EstimateRequest = {
      ...{ collectionId, syncKey: device.key, filterType: 0, conversationMode: undefined, maxItems: null },
      ...more,
    };
    return estimateCollection(device.repo, mailbox, request, head, NOW);
  };
  const role = async (name: Parameters<typeof mailbox.folderByRole>[0]) =>
    (await mailbox.folderByRole(name))?.folderId ?? '';
  return { mailbox, inbox, device, ask, role };
}

describe('an estimate', () => {
  test('counts within the window of the FilterType, and all when none is said', async () => {
    const { mailbox, device, ask } = await world();
    for (const age of [0, 2, 5, 10, 20, 40]) await mailbox.insert(newMessage(NOW - age * DAY - 1000));
    await device.take(await device.ask());
    const counts: number[] = [];
    for (const filterType of [0, 1, 2, 3, 4, 5]) counts.push((await ask({ filterType })).estimate);
    expect(counts).toEqual([6, 1, 2, 3, 4, 5]);
  });

  test('with conversations counts also older messages of those that live, and agrees with the Sync', async () => {
    const { mailbox, device, ask } = await world();
    await mailbox.insert({ ...newMessage(NOW - 1000), threadId: 'alive' });
    await mailbox.insert({ ...newMessage(NOW - 30 * DAY), threadId: 'alive' });
    await mailbox.insert({ ...newMessage(NOW - 30 * DAY), threadId: 'dead' });
    await device.take(await device.ask());
    expect((await ask({ filterType: 1, conversationMode: false })).estimate).toBe(1);
    expect((await ask({ filterType: 1, conversationMode: true })).estimate).toBe(2);
    expect((await ask({ conversationMode: true })).estimate).toBe(3);
  });

  test('of the recipient cache is no more than the items that are wanted', async () => {
    const { mailbox, role } = await world();
    await mailbox.noteCorrespondents(
      ['a', 'b', 'c'].map((n) => ({ address: `${n}@x.example`, name: n })),
      NOW,
    );
    const cache = await role('recipientCache');
    const device = new ModelDevice(mailbox, cache);
    await device.take(await device.ask());
    const head = (await mailbox.folderHeads([cache])).get(cache);
    const estimate = async (maxItems: number | null) => {
      const request = {
        collectionId: cache,
        syncKey: device.key,
        filterType: 0,
        conversationMode: undefined,
        maxItems,
      };
      return (await estimateCollection(device.repo, mailbox, request, head, NOW)).estimate;
    };
    expect([await estimate(2), await estimate(100), await estimate(null)]).toEqual([2, 3, 3]);
  });
});

describe('the status of an estimate', () => {
  test('of a folder that is not there, was never synced, or has another key', async () => {
    const { device, ask } = await world();
    expect((await ask({}, 'nowhere')).status).toBe(2);
    expect((await ask({ syncKey: '0' })).status).toBe(3);
    expect((await ask({ syncKey: 'e1-1' })).status).toBe(3);
    await device.take(await device.ask());
    expect((await ask()).status).toBe(1);
    expect((await ask({ syncKey: 'bogus' })).status).toBe(4);
    expect((await ask({ syncKey: '0' })).status).toBe(3);
  });

  test.each([
    ['inbox', [0, 1, 2, 3, 4, 5], [6, 7, 8]],
    ['calendar', [0, 4, 5, 6, 7], [1, 2, 3, 8]],
    ['tasks', [0, 8], [1, 2, 3, 4, 5, 6, 7]],
    ['contacts', [0, 1, 2, 3, 4, 5, 6, 7, 8], []],
  ] as const)('in %s: its own FilterTypes are valid, others fail the request with 110, none is 9', async (name, good, bad) => {
    const { mailbox, ask, role } = await world();
    const folder = await role(name);
    const device = new ModelDevice(mailbox, folder);
    await device.take(await device.ask());
    // Options are judged before the key.
    for (const filterType of good)
      expect((await ask({ filterType }, folder)).all, `${filterType}`).toBeUndefined();
    for (const filterType of bad) expect((await ask({ filterType }, folder)).all, `${filterType}`).toBe(110);
    expect(await ask({ filterType: 9 }, folder)).toMatchObject({ status: 103 });
    expect((await ask({ filterType: 9 }, folder)).all).toBeUndefined();
  });

  test('with conversations of what is no mail is 103, and 4 for the request', async () => {
    const { ask, role } = await world();
    expect(await ask({ conversationMode: true }, await role('contacts'))).toMatchObject({
      status: 103,
      all: 4,
    });
    expect(await ask({ conversationMode: false }, await role('calendar'))).toMatchObject({
      status: 103,
      all: 4,
    });
  });

  test('with MaxItems is 2 for every folder but the recipient cache', async () => {
    const { ask, role } = await world();
    expect((await ask({ maxItems: 5 })).status).toBe(2);
    expect((await ask({ maxItems: 5 }, await role('recipientCache'))).status).toBe(3);
  });
});
