import { describe, expect, test } from 'vitest';
import { type MoveRequest, moveItems } from '../../core/sync/move-items.ts';
import { ModelDevice, newMailbox, newMessage } from './world.ts';

async function twoFolders(count = 1) {
  const { mailbox, inbox, trash } = await newMailbox();
  const ids: string[] = [];
  for (let i = 0; i < count; i++) ids.push((await mailbox.insert(newMessage())).itemId);
  const source = new ModelDevice(mailbox, inbox);
  const target = new ModelDevice(mailbox, trash);
  await source.settle();
  await target.settle();
  const role = async (name: Parameters<typeof mailbox.folderByRole>[0]) =>
    (await mailbox.folderByRole(name))?.folderId ?? '';
  const move = (requests: MoveRequest[]) => moveItems(source.repo, mailbox, requests);
  return { mailbox, inbox, trash, ids, source, target, role, move, id: ids[0] ?? '' };
}

describe('an item that a device moves', () => {
  test('keeps its id, leaves the source with a Delete and comes to the destination with an Add', async () => {
    const { inbox, trash, id, source, target, move } = await twoFolders();
    const { statuses, touched } = await move([{ itemId: id, from: inbox, to: trash }]);
    expect(statuses).toEqual([3]);
    expect(touched.map((t) => [t.folderId, t.news])).toEqual([
      [inbox, false],
      [trash, true],
    ]);
    expect((await source.ask()).batch).toMatchObject([{ op: 'delete', itemId: id }]);
    expect((await target.ask()).batch).toMatchObject([{ op: 'add', itemId: id }]);
  });

  test('and back again before a Sync is added, not changed: the device no longer has it in its list', async () => {
    const { inbox, trash, id, source, target, move } = await twoFolders();
    await move([{ itemId: id, from: inbox, to: trash }]);
    source.view.delete(id);
    await move([{ itemId: id, from: trash, to: inbox }]);
    await source.settle();
    await target.settle();
    expect([...source.view.keys()]).toEqual([id]);
    expect(target.view.size).toBe(0);
    expect([...source.odd, ...target.odd]).toEqual([]);
  });

  test('that is moved back by somebody else after a Sync is added again', async () => {
    const { mailbox, inbox, trash, id, source, move } = await twoFolders();
    await move([{ itemId: id, from: inbox, to: trash }]);
    await source.settle();
    await mailbox.move([id], inbox);
    await source.settle();
    expect([...source.view.keys()]).toEqual([id]);
    expect(source.odd).toEqual([]);
  });
});

describe('the status of a Move', () => {
  test.each<
    [string, (w: Awaited<ReturnType<typeof twoFolders>>) => Promise<MoveRequest> | MoveRequest, number]
  >([
    ['from an unknown folder', ({ id, trash }) => ({ itemId: id, from: 'nowhere', to: trash }), 1],
    ['of an unknown item', ({ inbox, trash }) => ({ itemId: 'nothing', from: inbox, to: trash }), 1],
    [
      'from a folder the item is not in',
      async (w) => ({ itemId: w.id, from: await w.role('junk'), to: w.trash }),
      1,
    ],
    [
      'from the recipient cache',
      async (w) => ({ itemId: w.id, from: await w.role('recipientCache'), to: w.trash }),
      1,
    ],
    ['to an unknown folder', ({ id, inbox }) => ({ itemId: id, from: inbox, to: 'nowhere' }), 2],
    ['to the recipient cache', ({ id, inbox }) => ({ itemId: id, from: inbox, to: 'RI' }), 105],
    [
      'of mail to the calendar',
      async (w) => ({ itemId: w.id, from: w.inbox, to: await w.role('calendar') }),
      2,
    ],
    ['to where it is', ({ id, inbox }) => ({ itemId: id, from: inbox, to: inbox }), 4],
  ])('%s', async (_name, make, status) => {
    const world = await twoFolders();
    const { statuses, touched } = await world.move([await make(world)]);
    expect(statuses).toEqual([status]);
    expect(touched).toEqual([]);
    expect((await world.mailbox.itemStates([world.id]))[0]?.folderId).toBe(world.inbox);
  });

  test('with two destinations for one item is 5, and the item stays', async () => {
    const { mailbox, inbox, trash, id, role, move } = await twoFolders();
    const { statuses } = await move([
      { itemId: id, from: inbox, to: trash },
      { itemId: id, from: inbox, to: await role('sent') },
    ]);
    expect(statuses).toEqual([5, 5]);
    expect((await mailbox.itemStates([id]))[0]?.folderId).toBe(inbox);
  });

  test('that was carried out before is 1', async () => {
    const { inbox, trash, id, move } = await twoFolders();
    const request = { itemId: id, from: inbox, to: trash };
    expect((await move([request, request])).statuses).toEqual([3, 3]);
    expect((await move([request])).statuses).toEqual([1]);
  });

  test('is its own for each of many, in their order', async () => {
    const { inbox, trash, ids, move } = await twoFolders(3);
    const [a = '', b = '', c = ''] = ids;
    const { statuses } = await move([
      { itemId: a, from: inbox, to: trash },
      { itemId: 'nothing', from: inbox, to: trash },
      { itemId: b, from: inbox, to: inbox },
      { itemId: c, from: inbox, to: trash },
    ]);
    expect(statuses).toEqual([3, 1, 4, 3]);
  });
});
