import { describe, expect, test } from 'vitest';
import type { MailboxStore } from '../../core/ports/mail.ts';
import { changeHierarchy, type FolderChangeReply } from '../../core/sync/folder-change.ts';
import type { FolderCommand } from '../../core/sync/folder-command.ts';
import {
  type FolderView,
  folderViews,
  type HierarchyState,
  syncHierarchy,
} from '../../core/sync/folder-sync.ts';
import { createMemoryStores } from '../../store/memory/index.ts';
import { NOW, newMailbox, newMessage } from './world.ts';

/** A device with its state in memory; what is kept is kept as text, as an object's storage would. */
class FolderDevice {
  readonly mailbox: MailboxStore;
  state: HierarchyState | null = null;
  key = '0';
  tree = new Map<string, FolderView>();
  /** Throws at the n-th save from now on, after it has been made. */
  failAtSave = 0;
  #ids = 0;

  constructor(mailbox: MailboxStore) {
    this.mailbox = mailbox;
  }

  async sync(key = this.key) {
    const views = folderViews(await this.mailbox.folders(), true);
    const { next, ...reply } = await syncHierarchy(this.state, key, views);
    if (next !== null) this.state = structuredClone(next);
    if (reply.status === 1) this.key = reply.syncKey;
    if (key === '0') this.tree.clear();
    for (const view of [...reply.added, ...reply.updated]) this.tree.set(view.serverId, view);
    for (const id of reply.deleted) this.tree.delete(id);
    return reply;
  }

  /** Sends a command; the answer is lost unless `take`. */
  async change(command: FolderCommand, key = this.key, take = true): Promise<FolderChangeReply> {
    const context = {
      mailbox: this.mailbox,
      state: this.state,
      save: (state: HierarchyState) => {
        this.state = structuredClone(state);
        if (this.failAtSave > 0 && --this.failAtSave === 0) throw new Error('the object ended here');
      },
      newId: () => `made-${++this.#ids}`,
      now: NOW,
    };
    const reply = await changeHierarchy(context, key, command);
    if (reply.status === 1 && take) this.key = reply.syncKey;
    return reply;
  }
}

const create = (displayName: string, parentId = '0'): FolderCommand => ({
  kind: 'create',
  parentId,
  displayName,
  itemClass: 'Email',
});

async function newDevice() {
  const { mailbox, inbox } = await newMailbox();
  const device = new FolderDevice(mailbox);
  await device.sync();
  const role = async (name: Parameters<MailboxStore['folderByRole']>[0]) =>
    (await mailbox.folderByRole(name))?.folderId ?? '';
  return { mailbox, inbox, device, role };
}

describe('a folder that a device makes, changes and deletes', () => {
  test('is not told to that device again, and to others it is', async () => {
    const { mailbox, device } = await newDevice();
    const other = new FolderDevice(mailbox);
    await other.sync();
    const made = await device.change(create('Plans'));
    expect(made).toMatchObject({ status: 1, gone: [] });
    expect(await device.sync()).toMatchObject({ added: [], updated: [], deleted: [] });
    expect((await other.sync()).added.map((f) => f.displayName)).toEqual(['Plans']);

    const { serverId } = made;
    const rename: FolderCommand = { kind: 'update', serverId, parentId: '0', displayName: 'Old plans' };
    expect((await device.change(rename)).status).toBe(1);
    expect(await device.sync()).toMatchObject({ added: [], updated: [], deleted: [] });
    expect((await other.sync()).updated.map((f) => f.displayName)).toEqual(['Old plans']);

    expect(await device.change({ kind: 'delete', serverId })).toMatchObject({ status: 1, gone: [serverId] });
    expect(await device.sync()).toMatchObject({ added: [], updated: [], deleted: [] });
    expect((await other.sync()).deleted).toEqual([serverId]);
  });

  test('leaves what others did in between to the next FolderSync', async () => {
    const { mailbox, device } = await newDevice();
    await mailbox.createFolder({
      folderId: 'theirs',
      parentId: null,
      displayName: 'Theirs',
      itemClass: 'Email',
    });
    await device.change(create('Mine'));
    const { added } = await device.sync();
    expect(added.map((f) => f.displayName)).toEqual(['Theirs']);
  });

  test('takes the folders below it and their items with it', async () => {
    const { mailbox, device } = await newDevice();
    const { serverId: top } = await device.change(create('Top'));
    const { serverId: below } = await device.change(create('Below', top));
    const message = newMessage();
    await mailbox.insert({ ...message, folderId: below });
    const { gone } = await device.change({ kind: 'delete', serverId: top });
    expect(gone.sort()).toEqual([top, below].sort());
    expect(await mailbox.itemStates([message.itemId])).toEqual([]);
    expect((await device.sync()).deleted).toEqual([]);
  });
});

describe('a repeated command (I16)', () => {
  test('with the key before has the same answer, and is not carried out twice', async () => {
    const { mailbox, device } = await newDevice();
    const { key } = device;
    const first = await device.change(create('Once'), key, false);
    const again = await device.change(create('Once'), key);
    expect(again).toEqual(first);
    expect((await mailbox.folders()).filter((f) => f.displayName === 'Once')).toHaveLength(1);
    const gone: FolderCommand = { kind: 'delete', serverId: first.serverId };
    const deleted = await device.change(gone, device.key, false);
    expect(await device.change(gone)).toMatchObject({ status: 1, syncKey: deleted.syncKey });
  });

  test('is instead told by FolderSync when the device asks with the key before', async () => {
    const { device } = await newDevice();
    await device.change(create('Lost answer'), device.key, false);
    expect((await device.sync()).added.map((f) => f.displayName)).toEqual(['Lost answer']);
    expect((await device.sync()).added).toEqual([]);
  });

  test('that is another one than before begins at the key before, and keeps both', async () => {
    const { device } = await newDevice();
    const { key } = device;
    await device.change(create('First'), key, false);
    expect((await device.change(create('Second'), key)).status).toBe(1);
    expect((await device.sync()).added.map((f) => f.displayName)).toEqual(['First']);
  });

  test.each([1, 2])('after the object ended at its %i. write is carried out once', async (write) => {
    for (const kind of ['create', 'update', 'delete'] as const) {
      const { mailbox, device } = await newDevice();
      const { serverId } = await device.change(create('Before'));
      const command: FolderCommand =
        kind === 'create'
          ? create('After')
          : kind === 'update'
            ? { kind, serverId, parentId: '0', displayName: 'After' }
            : { kind, serverId };
      device.failAtSave = write;
      await expect(device.change(command)).rejects.toThrow('ended');
      expect((await device.change(command)).status, kind).toBe(1);
      const names = (await mailbox.folders()).filter((f) => f.role === 'user').map((f) => f.displayName);
      const wanted = { create: ['Before', 'After'], update: ['After'], delete: [] };
      expect(names.sort(), kind).toEqual(wanted[kind].sort());
      expect(await device.sync(), kind).toMatchObject({ added: [], updated: [], deleted: [] });
    }
  });

  test('of a deletion that ended between the mailbox and the last write is a success', async () => {
    const { mailbox, device } = await newDevice();
    const { serverId } = await device.change(create('Gone'));
    device.failAtSave = 1;
    await expect(device.change({ kind: 'delete', serverId })).rejects.toThrow('ended');
    await mailbox.deleteFolder(serverId, NOW);
    expect((await device.change({ kind: 'delete', serverId })).status).toBe(1);
    expect((await device.sync()).deleted).toEqual([]);
  });
});

describe('the status of', () => {
  test.each([
    ['a key that was never given', 'bogus', 9],
    ['an empty key', '', 9],
    ['key 0', '0', 9],
  ])('%s is the same for all commands', async (_name, key, status) => {
    const { device } = await newDevice();
    expect(await device.change(create('X'), key)).toEqual({ status, syncKey: '', serverId: '', gone: [] });
    expect((await device.change({ kind: 'delete', serverId: 'x' }, key)).status).toBe(status);
  });

  test('a command before the first FolderSync is 9', async () => {
    const stores = createMemoryStores();
    const mailbox = stores.mail.mailbox({ tenantId: 't', mailboxId: 'm', shard: 'MAIL_1' });
    await mailbox.create(NOW);
    expect((await new FolderDevice(mailbox).change(create('X'), 'k')).status).toBe(9);
  });

  test('FolderCreate', async () => {
    const { device, role } = await newDevice();
    const status = async (command: FolderCommand) => (await device.change(command)).status;
    expect(await status(create('Twice'))).toBe(1);
    expect(await status(create('TWICE'))).toBe(2);
    expect(await status(create('inbox'))).toBe(2);
    expect(await status(create('X', await role('recipientCache')))).toBe(3);
    expect(await status(create('X', 'RI'))).toBe(3);
    expect(await status(create('X', 'nowhere'))).toBe(5);
    expect(await status(create(''))).toBe(10);
    expect(await status(create('  '))).toBe(10);
    expect(await status(create('n'.repeat(257)))).toBe(10);
    expect(await status(create('n'.repeat(256)))).toBe(1);
    expect(await status(create('Twice', await role('inbox')))).toBe(1);
  });

  test('FolderDelete', async () => {
    const { device, role } = await newDevice();
    const status = async (serverId: string) => (await device.change({ kind: 'delete', serverId })).status;
    for (const special of ['inbox', 'calendar', 'drafts', 'archive', 'junk', 'recipientCache'] as const) {
      expect(await status(await role(special)), special).toBe(3);
    }
    expect(await status('RI')).toBe(3);
    expect(await status('nowhere')).toBe(4);
    expect(await status('0')).toBe(4);
  });

  test('FolderUpdate', async () => {
    const { device, role } = await newDevice();
    const { serverId: a } = await device.change(create('A'));
    const { serverId: b } = await device.change(create('B', a));
    const { serverId: c } = await device.change(create('C'));
    const status = async (serverId: string, displayName: string, parentId = '0') =>
      (await device.change({ kind: 'update', serverId, displayName, parentId })).status;
    expect(await status(await role('calendar'), 'Notes')).toBe(2);
    expect(await status(c, 'a')).toBe(2);
    expect(await status(a, 'A', b)).toBe(2);
    expect(await status(a, 'A', a)).toBe(2);
    expect(await status('RI', 'X')).toBe(3);
    expect(await status(c, 'C', await role('recipientCache'))).toBe(3);
    expect(await status('nowhere', 'X')).toBe(4);
    expect(await status(c, 'C', 'nowhere')).toBe(5);
    expect(await status(c, '')).toBe(10);
    expect(await status(c, 'C', b)).toBe(1);
    expect(await status(c, 'B')).toBe(1);
  });

  test('a tree that becomes too deep is 10', async () => {
    const { device } = await newDevice();
    let parent = '0';
    for (let i = 0; i < 30; i++) parent = (await device.change(create('d', parent))).serverId;
    expect((await device.change(create('d', parent))).status).toBe(10);
    const { serverId } = await device.change(create('top'));
    const up: FolderCommand = { kind: 'update', serverId, parentId: parent, displayName: 'top' };
    expect((await device.change(up)).status).toBe(10);
  });
});

describe('devices that make, change and delete folders, with answers that get lost', () => {
  test.each([1, 2, 3, 4, 5])('agree with the mailbox in the end (I16, I18), seed %i', async (seed) => {
    const { mailbox } = await newMailbox();
    const devices = [new FolderDevice(mailbox), new FolderDevice(mailbox)];
    for (const device of devices) await device.sync();
    let x = seed * 7919;
    const random = (n: number) => {
      x = (x * 1103515245 + 12345) % 2147483648;
      return Math.floor((x / 2147483648) * n);
    };
    for (let i = 0; i < 150; i++) {
      const device = devices[random(2)] ?? devices[0];
      if (device === undefined) break;
      const own = [...device.tree.values()].filter((f) => f.type === 12);
      const pick = own[random(own.length)]?.serverId ?? 'none';
      const parent = random(2) === 0 ? '0' : pick;
      const command: FolderCommand = [
        create(`n${random(6)}`, parent),
        { kind: 'update' as const, serverId: pick, parentId: parent, displayName: `n${random(6)}` },
        { kind: 'delete' as const, serverId: pick },
      ][random(3)] ?? { kind: 'delete', serverId: pick };
      const { key } = device;
      if (random(3) === 0) await device.change(command, key, false);
      if (random(2) === 0) await device.sync(key);
      else {
        const { status, serverId } = await device.change(command, key);
        if (status === 1) await take(device, command, serverId);
        if (status === 9) await device.sync('0');
      }
    }
    const now = folderViews(await mailbox.folders(), true);
    for (const device of devices) {
      if ((await device.sync()).status === 9) await device.sync('0');
      expect([...device.tree.values()].sort(byId)).toEqual([...now].sort(byId));
    }
  });
});

/** What a phone does with a success. */
async function take(device: FolderDevice, command: FolderCommand, serverId: string): Promise<void> {
  if (command.kind !== 'delete') {
    const { parentId, displayName } = command;
    device.tree.set(serverId, { serverId, parentId, displayName, type: 12 });
    return;
  }
  const gone = new Set([serverId]);
  for (let size = 0; size !== gone.size; ) {
    size = gone.size;
    for (const view of device.tree.values()) if (gone.has(view.parentId)) gone.add(view.serverId);
  }
  for (const id of gone) device.tree.delete(id);
}

function byId(a: FolderView, b: FolderView): number {
  return a.serverId < b.serverId ? -1 : 1;
}
