import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { children, el, textOf, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import type { Waypost } from '../../support/harness.ts';
import { buildMail } from '../../support/mail.ts';
import { startServer } from '../../support/server.ts';
import { Phone } from '../phone.ts';

interface Moved {
  item: string | undefined;
  status: string | undefined;
  now: string | undefined;
}

/** MoveItems over ActiveSync, on one of the stores. */
export function moveItemsSuite(store: 'd1' | 'postgres'): void {
  let server: Waypost;
  beforeAll(async () => {
    server = await startServer({ store });
  });
  afterAll(() => server?.stop());

  let users = 0;

  /** A phone with `count` messages in its Inbox. */
  async function withMail(count = 1) {
    const address = `move${++users}@mail.test`;
    await server.addUser(address, 'a-password');
    const phone = await new Phone(server, address, 'a-password').start();
    for (let i = 0; i < count; i++) {
      await server.email('x@x.example', address, buildMail({ subject: `mail ${i}` }));
    }
    const items = (await phone.receive(count)).map((i) => i.serverId);
    const folder = (type: string) => phone.folders.find((f) => f.type === type)?.id ?? '';
    return { phone, items, item: items[0] ?? '', folder, inbox: phone.inbox, deleted: folder('4') };
  }

  const one = (item: string, from: string, ...to: string[]) =>
    el(
      'Move:Move',
      el('Move:SrcMsgId', item),
      el('Move:SrcFldId', from),
      to.map((id) => el('Move:DstFldId', id)),
    );

  async function move(phone: Phone, ...moves: WbxmlNode[]) {
    const answer = await phone.post('MoveItems', el('Move:MoveItems', moves));
    const root = answer.root ?? undefined;
    const moved = children(root, 'Move:Response').map(
      (r): Moved => ({
        item: textOf(r, 'Move:SrcMsgId'),
        status: textOf(r, 'Move:Status'),
        now: textOf(r, 'Move:DstMsgId'),
      }),
    );
    return { answer, moved, status: textOf(root, 'Move:Status') };
  }

  test('an item is moved, and the next Syncs say a Delete and an Add (MSASCMD_S10_TC01)', async () => {
    const { phone, item, inbox, deleted } = await withMail();
    const first = await phone.sync({ key: '0', collectionId: deleted, keep: true });
    const second = await phone.sync({ key: first.key, collectionId: deleted, keep: true });
    const { moved, answer } = await move(phone, one(item, inbox, deleted));
    expect(moved).toEqual([{ item, status: '3', now: item }]);
    expect(answer.root?.children[0]?.children.map((c) => c.tag)).toEqual([
      'Move:SrcMsgId',
      'Move:Status',
      'Move:DstMsgId',
    ]);
    expect((await phone.sync()).deletes).toEqual([item]);
    const arrived = await phone.sync({ key: second.key, collectionId: deleted, keep: true });
    expect(arrived.adds.map((i) => i.serverId)).toEqual([item]);
  });

  test('a conversation is moved with all its messages (MSASCON_S04_TC01)', async () => {
    const { phone, items, inbox, folder } = await withMail(3);
    const { moved } = await move(phone, ...items.map((item) => one(item, inbox, folder('5'))));
    expect(moved.map((m) => m.status)).toEqual(['3', '3', '3']);
    expect((await phone.sync()).deletes.sort()).toEqual([...items].sort());
    const first = await phone.sync({ key: '0', collectionId: folder('5'), keep: true });
    const all = await phone.sync({ key: first.key, collectionId: folder('5'), keep: true });
    expect(all.adds.map((i) => i.serverId).sort()).toEqual([...items].sort());
  });

  test('an item that is moved back before a Sync comes as an Add', async () => {
    const { phone, item, inbox, deleted } = await withMail();
    await move(phone, one(item, inbox, deleted));
    await move(phone, one(item, deleted, inbox));
    const { adds, changes, deletes } = await phone.sync();
    expect({ adds: adds.map((i) => i.serverId), changes, deletes }).toEqual({
      adds: [item],
      changes: [],
      deletes: [],
    });
  });

  test.each<[string, (w: Awaited<ReturnType<typeof withMail>>) => WbxmlNode, string]>([
    ['an unknown source (MSASCMD_S10_TC02)', (w) => one(w.item, 'Invalid SrcFldId', w.deleted), '1'],
    ['an unknown item', (w) => one('nothing', w.inbox, w.deleted), '1'],
    ['an item that is elsewhere', (w) => one(w.item, w.deleted, w.folder('5')), '1'],
    ['the cache as source', (w) => one(w.item, w.folder('19'), w.deleted), '1'],
    ['an unknown destination (MSASCMD_S10_TC04)', (w) => one(w.item, w.inbox, 'Invalid DstFldId'), '2'],
    ['the cache as destination (MS-ASCMD S21_TC04)', (w) => one(w.item, w.inbox, w.folder('19')), '105'],
    ['the calendar as destination', (w) => one(w.item, w.inbox, w.folder('8')), '2'],
    ['the source as destination (MSASCMD_S10_TC05)', (w) => one(w.item, w.inbox, w.inbox), '4'],
    ['two destinations', (w) => one(w.item, w.inbox, w.deleted, w.folder('5')), '5'],
  ])('with %s nothing is moved', async (_name, request, status) => {
    const world = await withMail();
    const { moved } = await move(world.phone, request(world));
    expect(moved).toMatchObject([{ status, now: undefined }]);
    expect((await world.phone.sync()).deletes).toEqual([]);
  });

  test('an item that was moved out before is 1 (MSASCMD_S10_TC03)', async () => {
    const { phone, item, inbox, deleted } = await withMail();
    expect((await move(phone, one(item, inbox, deleted))).moved[0]?.status).toBe('3');
    expect((await move(phone, one(item, inbox, deleted))).moved[0]?.status).toBe('1');
  });

  test('an item for which two places are named stays where it is (MSASCMD_S10_TC06)', async () => {
    const { phone, item, inbox, deleted, folder } = await withMail();
    const { moved } = await move(phone, one(item, inbox, deleted), one(item, inbox, folder('5')));
    expect(moved.map((m) => m.status)).toEqual(['5', '5']);
    expect((await phone.sync()).deletes).toEqual([]);
  });

  test('more than 1000 moves are 103, and 1000 are carried out (MSASCMD_S10_TC07)', async () => {
    const { phone, item, inbox, deleted } = await withMail();
    const many = (n: number) => Array.from({ length: n }, () => one(item, inbox, deleted));
    const refused = await move(phone, ...many(1001));
    expect(refused).toMatchObject({ status: '103', moved: [] });
    phone.version = '12.1';
    expect((await move(phone, ...many(1001))).answer.status).toBe(400);
    phone.version = '16.1';
    const { moved } = await move(phone, ...many(1000));
    expect(moved).toHaveLength(1000);
    expect(moved.every((m) => m.status === '3')).toBe(true);
  });

  test.each<[string, WbxmlNode[]]>([
    ['nothing', []],
    ['no item', [el('Move:Move', el('Move:SrcFldId', 'a'), el('Move:DstFldId', 'b'))]],
    ['no source', [el('Move:Move', el('Move:SrcMsgId', 'a'), el('Move:DstFldId', 'b'))]],
    ['no destination', [one('a', 'b')]],
    ['an id that is too long', [one('i'.repeat(65), 'a', 'b')]],
  ])('a request with %s is 103', async (_name, moves) => {
    const { phone } = await withMail(0);
    expect(await move(phone, ...moves)).toMatchObject({ status: '103', moved: [] });
  });

  describe('a Ping', () => {
    test('of another device hears of both folders', async () => {
      const { phone, item, inbox, deleted } = await withMail();
      const other = await new Phone(server, phone.address, 'a-password').start();
      await other.receive(1);
      const waiting = other.ping(60, [inbox]);
      await new Promise((r) => setTimeout(r, 300));
      await move(phone, one(item, inbox, deleted));
      expect(await waiting).toEqual({ status: '2', folders: [inbox] });
      expect((await other.sync()).deletes).toEqual([item]);
    });

    test('has nothing more to say when the Syncs have said it', async () => {
      const { phone, item, inbox, deleted } = await withMail();
      await move(phone, one(item, inbox, deleted));
      expect((await phone.ping(60)).status).toBe('2');
      expect((await phone.sync()).deletes).toEqual([item]);
      expect((await phone.ping(10)).status).toBe('1');
    });
  });

  test('the items of another user do not exist (I22)', async () => {
    const alice = await withMail();
    const bob = await withMail();
    const { moved } = await move(
      bob.phone,
      one(alice.item, bob.inbox, bob.deleted),
      one(alice.item, alice.inbox, bob.deleted),
    );
    expect(moved.map((m) => m.status)).toEqual(['1', '1']);
    expect((await alice.phone.sync()).deletes).toEqual([]);
  });
}
