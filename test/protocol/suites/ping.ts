import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { el, textOf } from '../../../codecs/wbxml/index.ts';
import { startWaypost, type Waypost } from '../../support/harness.ts';
import { buildMail } from '../../support/mail.ts';
import { Phone } from '../phone.ts';

/** Ping over ActiveSync, on one of the stores. */
export function pingSuite(store: 'd1' | 'postgres'): void {
  let server: Waypost;
  beforeAll(async () => {
    server = await startWaypost({ store, vars: { PING_HOLD_MAX_S: '4' } });
  }, 60_000);
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
      expect(Date.now() - start).toBeLessThan(2000);
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

    test('refuses a heartbeat out of range with the nearest limit, and an unknown folder with Status 7 (S11_TC03, TC07)', async () => {
      const phone = await settled();
      const body = (heartbeat: number, folder: string) =>
        el(
          'Ping:Ping',
          el('Ping:HeartbeatInterval', heartbeat),
          el('Ping:Folders', el('Ping:Folder', el('Ping:Id', folder), el('Ping:Class', 'Email'))),
        );
      const high = (await phone.post('Ping', body(10_000, phone.inbox))).root ?? undefined;
      expect([textOf(high, 'Ping:Status'), textOf(high, 'Ping:HeartbeatInterval')]).toEqual(['5', '3540']);
      const low = (await phone.post('Ping', body(1, phone.inbox))).root ?? undefined;
      expect([textOf(low, 'Ping:Status'), textOf(low, 'Ping:HeartbeatInterval')]).toEqual(['5', '10']);
      const negative = (await phone.post('Ping', body(-1, phone.inbox))).root ?? undefined;
      expect([textOf(negative, 'Ping:Status'), textOf(negative, 'Ping:HeartbeatInterval')]).toEqual([
        '5',
        '10',
      ]);
      const gone = (await phone.post('Ping', body(60, 'no-such-folder'))).root ?? undefined;
      expect(textOf(gone, 'Ping:Status')).toBe('7');
    });

    test('that says nothing, or a folder without an id, is Status 4 (S11_TC02)', async () => {
      const phone = await settled();
      const nameless = el('Ping:Ping', el('Ping:Folders', el('Ping:Folder', el('Ping:Class', 'Email'))));
      for (const body of [el('Ping:Ping'), nameless]) {
        const { root } = await phone.post('Ping', body);
        expect(textOf(root ?? undefined, 'Ping:Status')).toBe('4');
      }
    });

    test('of a device that does not know the folder tree, or an old one, is Status 7 (S11_TC04, TC05)', async () => {
      const stranger = await settled();
      const { inbox } = stranger;
      const fresh = new Phone(server, stranger.address, 'a-password');
      expect((await fresh.ping(60, [inbox])).status).toBe('7');
      const other = await new Phone(server, stranger.address, 'a-password').start();
      const created = el(
        'FolderHierarchy:FolderCreate',
        el('FolderHierarchy:SyncKey', textOf(await other.folderSync(), 'FolderHierarchy:SyncKey') ?? ''),
        el('FolderHierarchy:ParentId', '0'),
        el('FolderHierarchy:DisplayName', 'made by another device'),
        el('FolderHierarchy:Type', 12),
      );
      const { root } = await other.post('FolderCreate', created);
      expect(textOf(root ?? undefined, 'FolderHierarchy:Status')).toBe('1');
      expect((await stranger.ping(60, [inbox])).status).toBe('7');
    });

    test('names every folder that has changed (S11_TC06)', async () => {
      const phone = await settled();
      const trash = phone.folders.find((f) => f.type === '4')?.id ?? '';
      await phone
        .sync({ collectionId: trash, key: '0', keep: true })
        .then(({ key }) => phone.sync({ collectionId: trash, key, keep: true }));
      const other = await new Phone(server, phone.address, 'a-password').start();
      await deliver(phone);
      await deliver(phone);
      const [first] = await other.receive(2);
      await other.sync({
        commands: [el('AirSync:Delete', el('AirSync:ServerId', first?.serverId ?? ''))],
      });
      const answer = await phone.ping(60, [phone.inbox, trash]);
      expect(answer.status).toBe('2');
      expect(answer.folders.sort()).toEqual([phone.inbox, trash].sort());
    });
  });
}
