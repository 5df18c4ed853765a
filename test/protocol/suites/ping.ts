import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { child, children, el, textOf, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import { startWaypost, type Waypost } from '../../support/harness.ts';
import { buildMail } from '../../support/mail.ts';
import { Phone } from '../phone.ts';

/** Ping over ActiveSync, on one of the stores. */
export function pingSuite(store: 'd1' | 'postgres'): void {
  let server: Waypost;
  beforeAll(async () => {
    server = await startWaypost({ store, vars: { PING_HOLD_MAX_S: '4' } });
  });
  afterAll(() => server?.stop());

  let users = 0;

  async function newPhone(): Promise<Phone> {
    const address = `user${++users}@ping.test`;
    await server.addUser(address, 'a-password');
    return new Phone(server, address, 'a-password').start();
  }

  const deliver = (phone: Phone) => server.email('sender@sender.example', phone.address, buildMail({}));
  const sleep = (ms: number) => new Promise((r) => setTimeout(r, ms));

  /** Syncs once, so that the walk through the (empty) folder is over and only changes count. */
  async function settled(): Promise<Phone> {
    const phone = await newPhone();
    await phone.sync();
    return phone;
  }

  describe('Ping', () => {
    test('waits, and is answered with the folder when mail arrives (I14)', async () => {
      const phone = await settled();
      const ping = phone.ping();
      await sleep(300);
      await deliver(phone);
      expect(await ping).toEqual({ status: '2', folders: [phone.inbox] });
      expect((await phone.sync()).adds).toHaveLength(1);
    });

    test('is answered at once when the mail came before it (I14)', async () => {
      const phone = await settled();
      await deliver(phone);
      await server.waitForLog((l) => l.event === 'notify.woken' && l['folderId'] === phone.inbox);
      expect(await phone.ping()).toEqual({ status: '2', folders: [phone.inbox] });
    });

    test('loses no wake-up however delivery and Ping fall together (I14)', async () => {
      const phone = await settled();
      for (let i = 0; i < 15; i++) {
        const ping = phone.ping();
        await sleep(i * 4);
        await deliver(phone);
        expect((await ping).status, `round ${i}`).toBe('2');
        let got = 0;
        while (got === 0) got = (await phone.sync()).adds.length;
      }
    });

    test('ends with Status 1 when its time is over', async () => {
      const phone = await settled();
      const start = Date.now();
      expect(await phone.ping()).toEqual({ status: '1', folders: [] });
      expect(Date.now() - start).toBeGreaterThan(3000);
    });

    test("is not answered for the device's own changes, but for another device's", async () => {
      const one = await settled();
      const two = await new Phone(server, one.address, 'a-password').start();
      await deliver(one);
      const [mail] = await one.receive(1);
      await two.receive(1);
      const change = el(
        'AirSync:Change',
        el('AirSync:ServerId', mail?.serverId),
        el('AirSync:ApplicationData', el('Email:Read', 1)),
      );
      const own = one.ping();
      const others = two.ping();
      await sleep(200);
      await one.sync({ commands: [change] });
      expect((await others).status).toBe('2');
      expect((await own).status).toBe('1');
      expect((await two.sync()).changes).toHaveLength(1);
    });

    test('ends an older Ping of the same device', async () => {
      const phone = await settled();
      const older = phone.ping();
      await sleep(200);
      const start = Date.now();
      const newer = phone.ping();
      expect((await older).status).toBe('1');
      expect(Date.now() - start).toBeLessThan(3500);
      await deliver(phone);
      expect((await newer).status).toBe('2');
    });

    test('wakes although the object was evicted while it waited', async () => {
      const phone = await settled();
      const list = await server.admin<{ items: { address: string; userId: string; tenantId: string }[] }>(
        'GET',
        '/users?limit=200',
      );
      const user = list.items.find((u) => u.address === phone.address);
      const ping = phone.ping();
      await sleep(300);
      await server.evict('DEVICE', `${user?.tenantId}/${user?.userId}/${phone.deviceId}`);
      await deliver(phone);
      expect((await ping).status).toBe('2');
    });

    test('without a body means as the last time; with nothing remembered it is Status 3 (S11_TC01, TC08)', async () => {
      const phone = await settled();
      const empty = async () => textOf((await phone.post('Ping', null)).root ?? undefined, 'Ping:Status');
      expect(await empty()).toBe('3');
      const ping = phone.ping();
      await sleep(200);
      await deliver(phone);
      await ping;
      expect(await empty()).toBe('2');
    });

    const ask = async (phone: Phone, ...nodes: WbxmlNode[]) => {
      const { root } = await phone.post('Ping', el('Ping:Ping', nodes));
      return {
        status: textOf(root ?? undefined, 'Ping:Status'),
        heartbeat: textOf(root ?? undefined, 'Ping:HeartbeatInterval'),
        maxFolders: textOf(root ?? undefined, 'Ping:MaxFolders'),
        folders: children(child(root ?? undefined, 'Ping:Folders'), 'Ping:Folder').map((f) => f.text),
      };
    };
    const heartbeat = (value: number | string) => el('Ping:HeartbeatInterval', value);
    const folders = (...ids: string[]) =>
      el('Ping:Folders', ...ids.map((id) => el('Ping:Folder', el('Ping:Id', id), el('Ping:Class', 'Email'))));

    describe.each(['14.1', '16.1'])('in %s', (version) => {
      async function device(): Promise<Phone> {
        const phone = await settled();
        phone.version = version;
        return phone;
      }

      test('leaves out what the Ping before it said; with nothing before it that is Status 3 (MSASCMD_S11_TC01)', async () => {
        const phone = await device();
        expect((await ask(phone, heartbeat(80))).status).toBe('3');
        await deliver(phone);
        await phone.receive(1);
        await deliver(phone);
        await expect
          .poll(async () => (await ask(phone, heartbeat(80), folders(phone.inbox))).status)
          .toBe('2');
        expect((await ask(phone, folders(phone.inbox))).status).toBe('2');
        expect((await ask(phone, heartbeat(80))).status).toBe('2');
      });

      test('that is empty or no Ping is Status 4 (MSASCMD_S11_TC02)', async () => {
        const phone = await device();
        expect((await ask(phone)).status).toBe('4');
        expect((await ask(phone, heartbeat('soon'), folders(phone.inbox))).status).toBe('4');
        const { root } = await phone.post('Ping', el('AirSync:Sync'));
        expect(textOf(root ?? undefined, 'Ping:Status')).toBe('4');
      });

      test.each([
        [-100, '10'],
        [1, '10'],
        [3541, '3540'],
        [6_000_000, '3540'],
      ])('with a heartbeat of %i is Status 5 with the nearest limit %s (MSASCMD_S11_TC03, TC07)', async (value, limit) => {
        const phone = await device();
        const answer = await ask(phone, heartbeat(value), folders(phone.inbox));
        expect([answer.status, answer.heartbeat]).toEqual(['5', limit]);
      });

      test('of more folders than are watched is Status 6 with their number', async () => {
        const phone = await device();
        const many = Array.from({ length: 301 }, (_, i) => `folder-${i}`);
        expect(await ask(phone, heartbeat(80), folders(...many))).toMatchObject({
          status: '6',
          maxFolders: '300',
        });
      });

      test('of a folder that is not there, or from a device that does not know the folders, is Status 7 (MSASCMD_S11_TC04)', async () => {
        const phone = await device();
        expect((await ask(phone, heartbeat(60), folders('no-such-folder'))).status).toBe('7');
        const theirs = await createFolder(await settled(), 'Theirs');
        expect((await ask(phone, heartbeat(60), folders(theirs))).status).toBe('7');
        const fresh = new Phone(server, phone.address, 'a-password');
        expect((await ask(fresh, heartbeat(60), folders(phone.inbox))).status).toBe('7');
      });

      test('from a device that does not know of a new folder is Status 7, until it does (MSASCMD_S11_TC05)', async () => {
        const phone = await device();
        const other = await new Phone(server, phone.address, 'a-password').start();
        const created = await createFolder(other, 'New');
        expect((await ask(phone, heartbeat(60), folders(phone.inbox))).status).toBe('7');
        await phone.folderSync();
        expect((await ask(phone, heartbeat(60), folders(phone.inbox))).status).toBe('1');
        // Who made it knows it.
        expect((await ask(other, heartbeat(60), folders(other.inbox, created))).status).not.toBe('7');
      });

      test('names each folder that changed, and only those (MSASCMD_S11_TC06)', async () => {
        const phone = await device();
        const made = [
          await createFolder(phone, 'One'),
          await createFolder(phone, 'Two'),
          await createFolder(phone, 'Three'),
        ];
        for (const id of made) {
          const first = await phone.sync({ key: '0', collectionId: id, keep: true });
          await phone.sync({ key: first.key, collectionId: id, keep: true });
        }
        await deliver(phone);
        await deliver(phone);
        const mails = await phone.receive(2);
        const moves = mails.map(({ serverId }, i) =>
          el(
            'Move:Move',
            el('Move:SrcMsgId', serverId),
            el('Move:SrcFldId', phone.inbox),
            el('Move:DstFldId', made[i]),
          ),
        );
        await phone.post('MoveItems', el('Move:MoveItems', moves));
        const answer = await ask(phone, heartbeat(80), folders(...made));
        expect([answer.status, answer.folders.sort()]).toEqual(['2', made.slice(0, 2).sort()]);
      });

      test('without a body is held as long as the one before it (MSASCMD_S11_TC08)', async () => {
        const phone = await device();
        expect((await ask(phone, heartbeat(60), folders(phone.inbox))).status).toBe('1');
        const { root } = await phone.post('Ping', null);
        expect(textOf(root ?? undefined, 'Ping:Status')).toBe('1');
      });
    });

    test('ends with Status 7 when another device makes or renames a folder, not when the device itself does', async () => {
      const phone = await settled();
      const other = await new Phone(server, phone.address, 'a-password').start();
      const own = ask(phone, heartbeat(10), folders(phone.inbox));
      await sleep(300);
      const id = await createFolder(phone, 'Own');
      expect((await own).status).toBe('1');
      await other.folderSync();
      for (const change of [
        () => createFolder(other, 'New'),
        async () =>
          other.post(
            'FolderUpdate',
            el(
              'FolderHierarchy:FolderUpdate',
              el('FolderHierarchy:SyncKey', await treeKey(other)),
              el('FolderHierarchy:ServerId', id),
              el('FolderHierarchy:ParentId', '0'),
              el('FolderHierarchy:DisplayName', 'Renamed'),
            ),
          ),
      ]) {
        const held = ask(phone, heartbeat(60), folders(phone.inbox));
        await sleep(300);
        const start = Date.now();
        await change();
        expect((await held).status).toBe('7');
        expect(Date.now() - start).toBeLessThan(3500);
        await phone.folderSync();
      }
    });

    test('ends with Status 7 when a watched folder goes', async () => {
      const phone = await settled();
      const id = await createFolder(phone, 'Goes');
      const first = await phone.sync({ key: '0', collectionId: id, keep: true });
      await phone.sync({ key: first.key, collectionId: id, keep: true });
      const other = await new Phone(server, phone.address, 'a-password').start();
      const held = ask(phone, heartbeat(60), folders(phone.inbox, id));
      await sleep(300);
      const start = Date.now();
      await other.post(
        'FolderDelete',
        el(
          'FolderHierarchy:FolderDelete',
          el('FolderHierarchy:SyncKey', await treeKey(other)),
          el('FolderHierarchy:ServerId', id),
        ),
      );
      expect((await held).status).toBe('7');
      expect(Date.now() - start).toBeLessThan(3500);
    });

    async function treeKey(phone: Phone): Promise<string> {
      return textOf(await phone.folderSync(), 'FolderHierarchy:SyncKey') ?? '';
    }

    async function createFolder(phone: Phone, name: string): Promise<string> {
      const { root } = await phone.post(
        'FolderCreate',
        el(
          'FolderHierarchy:FolderCreate',
          el('FolderHierarchy:SyncKey', await treeKey(phone)),
          el('FolderHierarchy:ParentId', phone.inbox),
          el('FolderHierarchy:DisplayName', name),
          el('FolderHierarchy:Type', 12),
        ),
      );
      const id = textOf(root ?? undefined, 'FolderHierarchy:ServerId');
      if (id === undefined) throw new Error('FolderCreate gave no folder');
      return id;
    }
  });
}
