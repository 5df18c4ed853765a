import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { el, textOf } from '../../../codecs/wbxml/index.ts';
import type { Waypost } from '../../support/harness.ts';
import { buildMail } from '../../support/mail.ts';
import { startServer } from '../../support/server.ts';
import { type Change, FolderPhone } from '../folder-phone.ts';

const PAGE = 'FolderHierarchy';

/** The folder tree over ActiveSync, on one of the stores. */
export function folderSuite(store: 'd1' | 'postgres'): void {
  let server: Waypost;
  beforeAll(async () => {
    server = await startServer({ store });
  });
  afterAll(() => server?.stop());

  let users = 0;

  async function newPhone(version = '16.1'): Promise<FolderPhone> {
    const address = `folder${++users}@mail.test`;
    await server.addUser(address, 'a-password');
    return another(address, version);
  }

  /** Another device of the same user. */
  async function another(address: string, version = '16.1'): Promise<FolderPhone> {
    const phone = new FolderPhone(server, address, 'a-password');
    phone.version = version;
    await phone.tree('0');
    return phone;
  }

  describe('FolderSync', () => {
    test('with key 0 returns the whole tree, each name once (MSASCMD_S04_TC01)', async () => {
      const phone = await newPhone();
      const { status, key, count, added } = await phone.tree('0');
      expect(status).toBe('1');
      expect(key).toMatch(/^.{3,64}$/);
      expect(count).toBe(added.length);
      expect(new Set(added.map((f) => f.name)).size).toBe(added.length);
      expect(added.map((f) => f.type).sort()).toEqual(
        ['2', '3', '4', '5', '6', '7', '8', '9', '10', '12', '12', '19'].sort(),
      );
    });

    test('without a change says Count 0 and keeps the key (MSASCMD_S04_TC02)', async () => {
      const phone = await newPhone();
      const { hierarchy } = phone;
      expect(await phone.tree()).toMatchObject({ status: '1', count: 0, key: hierarchy });
    });

    test('says what another device made, with the key that both got for the same tree (MSASCMD_S04_TC03)', async () => {
      const phone = await newPhone();
      const other = await another(phone.address);
      await other.create('Plans');
      const { count, added } = await phone.tree(other.first);
      expect(count).toBe(1);
      expect(added.map((f) => f.name)).toEqual(['Plans']);
    });

    test('from 0 again keeps the ids (MSASCMD_S04_TC04)', async () => {
      const phone = await newPhone();
      const made = await phone.create('Plans');
      const { added } = await phone.tree('0');
      expect(added.find((f) => f.name === 'Plans')?.id).toBe(made.serverId);
      const ids = new Map(added.map((f) => [f.name, f.id]));
      for (const folder of (await phone.tree('0')).added) expect(ids.get(folder.name)).toBe(folder.id);
    });

    test.each([
      '',
      'bogus',
      '1',
      '{1}x',
    ])('with the key "%s" is 9 and says nothing else (MSASCMD_S04_TC05)', async (key) => {
      const phone = await newPhone();
      const { answer } = await phone.tree(key);
      expect(answer.root?.children.map((c) => `${c.tag} ${c.text}`)).toEqual([`${PAGE}:Status 9`]);
    });

    test('without a key is 10 (MSASCMD_S04_TC06)', async () => {
      const phone = await newPhone();
      const { root } = await phone.post('FolderSync', el(`${PAGE}:FolderSync`));
      expect(textOf(root ?? undefined, `${PAGE}:Status`)).toBe('10');
    });

    test('tells other devices of a new, a renamed and a deleted folder (MSASCMD_S04_TC07 to TC09)', async () => {
      const phone = await newPhone();
      const other = await another(phone.address);
      const { serverId } = await phone.create('Plans');
      expect((await other.tree()).added.map((f) => f.id)).toEqual([serverId]);
      await phone.update(serverId, 'Old plans');
      expect((await other.tree()).updated).toMatchObject([{ id: serverId, name: 'Old plans' }]);
      await phone.remove(serverId);
      expect(await other.tree()).toMatchObject({ deleted: [serverId], count: 1 });
    });

    test('never carries items (MSASCMD_S04_TC10)', async () => {
      const phone = await newPhone();
      await server.email('x@x.example', phone.address, buildMail({ subject: 'no folder' }));
      await phone.sync();
      await phone.receive(1);
      const { added } = await phone.tree('0');
      expect(added.some((f) => f.name === 'no folder')).toBe(false);
    });

    test('repeated with the key before, after a lost answer, says the same (I16)', async () => {
      const phone = await newPhone();
      const other = await another(phone.address);
      await other.create('Plans');
      const key = phone.hierarchy;
      const lost = await phone.tree(key);
      const again = await phone.tree(key);
      expect(again).toMatchObject({ key: lost.key, added: lost.added });
      expect(await phone.tree()).toMatchObject({ count: 0 });
    });

    test('shows no recipient information cache before 14.0', async () => {
      const phone = await newPhone('12.1');
      const old = await phone.tree('0');
      expect(old.added.some((f) => f.type === '19')).toBe(false);
      phone.version = '14.0';
      expect((await phone.tree()).added.map((f) => f.type)).toEqual(['19']);
    });
  });

  describe('FolderCreate', () => {
    test.each([
      ['1', '12'],
      ['12', '12'],
      ['13', '13'],
      ['14', '14'],
      ['15', '15'],
      ['17', '17'],
    ])('of type %s answers with key and id, and is not told again (MSASCMD_S02_TC01)', async (type, shown) => {
      const phone = await newPhone();
      const { first } = phone;
      const made = await phone.create('Own', '0', type);
      expect(made).toMatchObject({ status: '1' });
      expect(made.answer.root?.children.map((c) => c.tag)).toEqual([
        `${PAGE}:Status`,
        `${PAGE}:SyncKey`,
        `${PAGE}:ServerId`,
      ]);
      expect(made.key).not.toBe(first);
      expect(await phone.tree()).toMatchObject({ count: 0 });
      const { added } = await phone.tree('0');
      expect(added.find((f) => f.id === made.serverId)).toMatchObject({
        name: 'Own',
        parent: '0',
        type: shown,
      });
    });

    test('below another folder, in any script, is there at once for Sync', async () => {
      const phone = await newPhone();
      const made = await phone.create('計画 🚀', phone.inbox);
      const { added } = await phone.tree('0');
      expect(added.find((f) => f.id === made.serverId)).toMatchObject({
        name: '計画 🚀',
        parent: phone.inbox,
      });
      expect((await phone.sync({ key: '0', collectionId: made.serverId })).status).toBe('1');
    });

    test.each<[string, string, (phone: FolderPhone) => Promise<Change>]>([
      ['no name (MSASCMD_S02_TC02)', '10', (p) => p.create('')],
      ['a name that the parent has (MSASCMD_S02_TC03)', '2', (p) => p.create('Inbox')],
      ['an unknown parent (MSASCMD_S02_TC04)', '5', (p) => p.create('X', 'InvalidParentId')],
      ['a bad key (MSASCMD_S02_TC05)', '9', (p) => p.create('X', '0', '12', 'InvalidFolderSyncKey')],
      ['an empty key', '9', (p) => p.create('X', '0', '12', '')],
      ['no key (MSASCMD_S02_TC06)', '10', (p) => p.create('X', '0', '12', null)],
      ['the type of the Inbox (MSASCMD_S02_TC06)', '10', (p) => p.create('X', '0', '2')],
      ['a type that is no number', '10', (p) => p.create('X', '0', 'mail')],
      ['the cache as its parent (MSASCMD_S02_TC07)', '3', (p) => p.create('X', p.ofType('19'))],
      ['the type of the cache (MSASCMD_S02_TC08)', '3', (p) => p.create('X', p.inbox, '19')],
      ['a name that is too long', '10', (p) => p.create('n'.repeat(257))],
    ])('with %s is %s and nothing else', async (_name, status, ask) => {
      const phone = await newPhone();
      const { answer } = await ask(phone);
      expect(answer.root?.tag).toBe(`${PAGE}:FolderCreate`);
      expect(answer.root?.children.map((c) => `${c.tag} ${c.text}`)).toEqual([`${PAGE}:Status ${status}`]);
      expect(await phone.tree()).toMatchObject({ status: '1', count: 0 });
    });

    test('repeated after a lost answer makes one folder and answers the same (I16)', async () => {
      const phone = await newPhone();
      const key = phone.hierarchy;
      const lost = await phone.create('Once', '0', '12', key);
      const again = await phone.create('Once', '0', '12', key);
      expect(again).toMatchObject({ status: '1', key: lost.key, serverId: lost.serverId });
      const { added } = await phone.tree('0');
      expect(added.filter((f) => f.name === 'Once')).toHaveLength(1);
    });

    test('with an element that does not belong there is 10', async () => {
      const phone = await newPhone();
      const parts = [
        el(`${PAGE}:SyncKey`, phone.hierarchy),
        el(`${PAGE}:Status`, 1),
        el(`${PAGE}:ServerId`, 'x'),
      ];
      const { root } = await phone.post('FolderCreate', el(`${PAGE}:FolderCreate`, parts));
      expect(textOf(root ?? undefined, `${PAGE}:Status`)).toBe('10');
    });
  });

  describe('FolderDelete', () => {
    test('takes the folder with everything in it (MSASCMD_S03_TC01)', async () => {
      const phone = await newPhone();
      const top = await phone.create('Top');
      const below = await phone.create('Below', top.serverId);
      await server.email('x@x.example', phone.address, buildMail({ subject: 'in it' }));
      await phone.sync();
      const [mail] = await phone.receive(1);
      await phone.move(mail?.serverId ?? '', phone.inbox, below.serverId);
      const gone = await phone.remove(top.serverId);
      expect(gone.status).toBe('1');
      expect(gone.answer.root?.children.map((c) => c.tag)).toEqual([`${PAGE}:Status`, `${PAGE}:SyncKey`]);
      expect(await phone.tree()).toMatchObject({ count: 0 });
      const { added } = await phone.tree('0');
      expect(added.some((f) => f.id === top.serverId || f.id === below.serverId)).toBe(false);
      expect((await phone.sync({ key: '0', collectionId: below.serverId, keep: true })).status).not.toBe('1');
    });

    test.each<[string, string, (phone: FolderPhone) => Promise<Change>]>([
      ['a special folder (MSASCMD_S03_TC02)', '3', (p) => p.remove(p.ofType('8'))],
      ['the cache (MSASCMD_S03_TC02)', '3', (p) => p.remove(p.ofType('19'))],
      ['the cache by the name of the specification (MSASCMD_S03_TC02)', '3', (p) => p.remove('RI')],
      ['an unknown folder (MSASCMD_S03_TC03)', '4', (p) => p.remove('InvalidServerId')],
      ['an empty key (MSASCMD_S03_TC04)', '9', (p) => p.remove('x', '')],
      ['no key (MSASCMD_S03_TC05)', '10', (p) => p.remove('x', null)],
    ])('of %s is %s and nothing else', async (_name, status, ask) => {
      const phone = await newPhone();
      const { answer } = await ask(phone);
      expect(answer.root?.children.map((c) => `${c.tag} ${c.text}`)).toEqual([`${PAGE}:Status ${status}`]);
      expect(await phone.tree()).toMatchObject({ count: 0 });
    });

    test('repeated after a lost answer is a success again (I16)', async () => {
      const phone = await newPhone();
      const { serverId } = await phone.create('Gone');
      const key = phone.hierarchy;
      const lost = await phone.remove(serverId, key);
      expect(await phone.remove(serverId, key)).toMatchObject({ status: '1', key: lost.key });
    });

    test('makes a Ping of another device that watches the folder ask for FolderSync', async () => {
      const phone = await newPhone();
      const { serverId } = await phone.create('Watched');
      const other = await another(phone.address);
      await phone.remove(serverId);
      expect(await other.ping(60, [other.inbox, serverId])).toMatchObject({ status: '7' });
    });
  });

  describe('FolderUpdate', () => {
    test('renames a folder (MSASCMD_S05_TC01)', async () => {
      const phone = await newPhone();
      const { serverId, key } = await phone.create('Before');
      const renamed = await phone.update(serverId, 'After');
      expect(renamed.status).toBe('1');
      expect(renamed.answer.root?.children.map((c) => c.tag)).toEqual([`${PAGE}:Status`, `${PAGE}:SyncKey`]);
      expect(renamed.key).not.toBe(key);
      expect(await phone.tree()).toMatchObject({ count: 0 });
      const { added } = await phone.tree('0');
      expect(added.find((f) => f.id === serverId)?.name).toBe('After');
    });

    test('moves a folder, and refuses the place where its name is taken (MSASCMD_S05_TC07)', async () => {
      const phone = await newPhone();
      const sent = phone.ofType('5');
      const first = await phone.create('Same');
      expect((await phone.update(first.serverId, 'Same', sent)).status).toBe('1');
      const { added } = await phone.tree('0');
      expect(added.find((f) => f.id === first.serverId)?.parent).toBe(sent);
      const second = await phone.create('Same');
      expect((await phone.update(second.serverId, 'Same', sent)).status).toBe('2');
    });

    test.each<[string, string, (phone: FolderPhone) => Promise<Change>]>([
      ['of a special folder (MSASCMD_S05_TC02)', '2', (p) => p.update(p.ofType('8'), 'Notes')],
      ['of an unknown folder (MSASCMD_S05_TC03)', '4', (p) => p.update('InvalidServerId', 'X')],
      ['with a bad key (MSASCMD_S05_TC05)', '9', (p) => p.update('x', 'X', '0', 'InvalidSyncKey')],
      ['without a key (MSASCMD_S05_TC06)', '10', (p) => p.update('x', 'X', '0', null)],
      ['of the cache (MSASCMD_S05_TC08)', '3', (p) => p.update('RI', 'X', p.ofType('19'))],
      ['of the cache by its id', '3', (p) => p.update(p.ofType('19'), 'X')],
    ])('%s is %s and nothing else', async (_name, status, ask) => {
      const phone = await newPhone();
      const { answer } = await ask(phone);
      expect(answer.root?.children.map((c) => `${c.tag} ${c.text}`)).toEqual([`${PAGE}:Status ${status}`]);
      expect(await phone.tree()).toMatchObject({ count: 0 });
    });

    test('to an unknown parent is 5, below itself 2, below the cache 3 (MSASCMD_S05_TC04)', async () => {
      const phone = await newPhone();
      const top = await phone.create('Top');
      const below = await phone.create('Below', top.serverId);
      expect((await phone.update(top.serverId, 'Top', 'InvalidParentId')).status).toBe('5');
      expect((await phone.update(top.serverId, 'Top', below.serverId)).status).toBe('2');
      expect((await phone.update(top.serverId, 'Top', phone.ofType('19'))).status).toBe('3');
    });
  });

  test('the folders of another user do not exist (I22)', async () => {
    const alice = await newPhone();
    const bob = await newPhone();
    const { serverId } = await alice.create('Private');
    expect((await bob.remove(serverId)).status).toBe('4');
    expect((await bob.update(serverId, 'Mine')).status).toBe('4');
    expect((await bob.create('X', serverId)).status).toBe('5');
    expect((await alice.tree('0')).added.some((f) => f.id === serverId)).toBe(true);
  });
}
