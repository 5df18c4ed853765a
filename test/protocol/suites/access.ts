import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { child, el, textOf } from '../../../codecs/wbxml/index.ts';
import type { DeviceView, Page, SetPolicy } from '../../../shared/admin-api.ts';
import type { Waypost } from '../../support/harness.ts';
import { startServer } from '../../support/server.ts';
import { Device, information, newDevice, policy } from '../policy-device.ts';

const VERSIONS = ['12.1', '14.1', '16.1'] as const;

/** Who may use ActiveSync: access and the gate before every command, on one of the stores. */
export function accessSuite(store: 'd1' | 'postgres'): void {
  let server: Waypost;
  beforeAll(async () => {
    server = await startServer({ store });
  });
  afterAll(() => server?.stop());

  const newPhone = (version: string, policy?: SetPolicy | null): Promise<Device> =>
    newDevice(server, version, policy);

  describe('I21 each command', () => {
    const ROOTS: Record<string, [root: string, status: string]> = {
      Sync: ['AirSync:Sync', 'AirSync:Status'],
      FolderSync: ['FolderHierarchy:FolderSync', 'FolderHierarchy:Status'],
      FolderCreate: ['FolderHierarchy:FolderCreate', 'FolderHierarchy:Status'],
      FolderDelete: ['FolderHierarchy:FolderDelete', 'FolderHierarchy:Status'],
      FolderUpdate: ['FolderHierarchy:FolderUpdate', 'FolderHierarchy:Status'],
      MoveItems: ['Move:MoveItems', 'Move:Status'],
      GetItemEstimate: ['GetItemEstimate:GetItemEstimate', 'GetItemEstimate:Status'],
      SendMail: ['ComposeMail:SendMail', 'ComposeMail:Status'],
      SmartReply: ['ComposeMail:SmartReply', 'ComposeMail:Status'],
      SmartForward: ['ComposeMail:SmartForward', 'ComposeMail:Status'],
      Search: ['Search:Search', 'Search:Status'],
      Find: ['Find:Find', 'Find:Status'],
      Settings: ['Settings:Settings', 'Settings:Status'],
      Ping: ['Ping:Ping', 'Ping:Status'],
      ItemOperations: ['ItemOperations:ItemOperations', 'ItemOperations:Status'],
      Provision: ['Provision:Provision', 'Provision:Status'],
      MeetingResponse: ['MeetingResponse:MeetingResponse', 'MeetingResponse:Status'],
      ResolveRecipients: ['ResolveRecipients:ResolveRecipients', 'ResolveRecipients:Status'],
      ValidateCert: ['ValidateCert:ValidateCert', 'ValidateCert:Status'],
    };

    /** Commands that OPTIONS names and this version has. */
    async function offered(phone: Device): Promise<string[]> {
      const options = await server.fetch('/Microsoft-Server-ActiveSync', {
        method: 'OPTIONS',
        headers: { authorization: phone.authorization },
      });
      expect(options.status).toBe(200);
      const named = options.headers.get('ms-asprotocolcommands')?.split(',') ?? [];
      const others = phone.version === '12.1' ? ['Find'] : ['GetAttachment', 'GetHierarchy'];
      expect(named).toEqual(expect.arrayContaining(['Sync', 'FolderSync', 'Ping', 'Provision']));
      return named.filter((command) => !others.includes(command));
    }

    test('of a blocked device is refused in its own root, and OPTIONS is not', async () => {
      const phone = await newPhone('16.1', null);
      expect(await phone.tryFolderSync()).toBe('1');
      for (const access of ['blocked', 'quarantined']) {
        await phone.admin('PUT', '/access', { access });
        for (const command of await offered(phone)) {
          const answer = await phone.post(command, el('Provision:Provision'));
          if (command === 'MeetingResponse') {
            const result = child(answer.root ?? undefined, 'MeetingResponse:Result');
            expect(textOf(result, 'MeetingResponse:Status')).toBe('129');
          } else {
            const [root, status] = ROOTS[command] ?? [command, ''];
            expect(answer.status, command).toBe(200);
            expect(answer.root, command).toEqual({
              tag: root,
              text: '',
              children: [{ tag: status, text: '129', children: [] }],
            });
          }
        }
      }
      await phone.admin('PUT', '/access', { access: 'allowed' });
      expect(await phone.tryFolderSync()).toBe('1');
    });

    test('of a blocked device is 403 before 14.0', async () => {
      const phone = await newPhone('12.1', null);
      expect(await phone.tryFolderSync()).toBe('1');
      await phone.admin('PUT', '/access', { access: 'blocked' });
      for (const command of await offered(phone)) {
        expect((await phone.post(command, el('Provision:Provision'))).status, command).toBe(403);
      }
    });

    test('needs a key where a policy is required, save Ping, Provision and OPTIONS', async () => {
      const phone = await newPhone('16.1');
      phone.policyKey = '0';
      for (const command of await offered(phone)) {
        if (command === 'Provision' || command === 'Ping') continue;
        const answer = await phone.post(command, el('Ping:Ping'));
        const [root, status = ''] = ROOTS[command] ?? [];
        const inner = command === 'MeetingResponse' ? 'MeetingResponse:Result' : undefined;
        const holder = inner === undefined ? answer.root : child(answer.root ?? undefined, inner);
        expect(answer.root?.tag, command).toBe(root);
        expect(textOf(holder ?? undefined, status), command).toBe('142');
      }
      // Status 3: this Ping names no folders and none are remembered. It is the command's own answer.
      const ping = await phone.post('Ping', null);
      expect(textOf(ping.root ?? undefined, 'Ping:Status')).toBe('3');
    });

    test('S21_TC12 of a user who may not use ActiveSync is refused with 126 (403)', async () => {
      for (const version of VERSIONS) {
        const phone = await newPhone(version);
        await server.admin('PUT', `/users/${phone.address}/activesync`, { enabled: false });
        const refused = version === '12.1' ? 'HTTP 403' : '126';
        expect(await phone.tryFolderSync()).toBe(refused);
        expect((await phone.provision([information(), policy()])).http).toBe(version === '12.1' ? 403 : 200);
        await server.admin('PUT', `/users/${phone.address}/activesync`, { enabled: true });
        await phone.enrol();
        expect(await phone.tryFolderSync()).toBe('1');
      }
    });

    test('of a user or tenant that was switched off is refused although the sign-in is remembered', async () => {
      for (const what of ['user', 'tenant']) {
        const phone = await newPhone('16.1', null);
        expect(await phone.tryFolderSync()).toBe('1');
        const path = what === 'user' ? `/users/${phone.address}` : `/tenants/${phone.tenantId}`;
        await server.admin('PUT', `${path}/status`, { status: 'disabled' });
        // 401 where this isolate forgot the sign-in, 126 where it had it remembered.
        expect(['126', 'HTTP 401']).toContain(await phone.tryFolderSync());
      }
    });

    test('S21_TC10, S21_TC11 with a device id or type that is too long is refused with 108 or 109 (400)', async () => {
      for (const version of VERSIONS) {
        const phone = await newPhone(version, null);
        const long = '123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
        const search = (id: string, type: string) => `?Cmd=FolderSync&DeviceId=${id}&DeviceType=${type}`;
        const old = version === '12.1';
        expect(await phone.tryFolderSync(search(long, 'SP'))).toBe(old ? 'HTTP 400' : '108');
        expect(await phone.tryFolderSync(search('D', long))).toBe(old ? 'HTTP 400' : '109');
        expect(await phone.tryFolderSync(search('D', ''))).toBe(old ? 'HTTP 400' : '109');
        expect(await phone.tryFolderSync(search(long.slice(0, 32), long.slice(0, 32)))).toBe('1');
      }
    });
  });

  describe('I21 what a device holds open', () => {
    /** A phone in whose Inbox nothing waits, and its Ping, which is held. */
    async function waiting(policy: SetPolicy | null = null) {
      const phone = await newPhone('16.1', policy);
      if (policy !== null) await phone.enrol();
      await phone.start();
      await phone.sync();
      const ping = phone.heldPing();
      // Registered at the device's object before anything is changed.
      await new Promise((resolve) => setTimeout(resolve, 500));
      return { phone, ping };
    }

    test.each<[string, (phone: Device) => Promise<unknown>, string]>([
      ['a blocked device', (phone) => phone.admin('PUT', '/access', { access: 'blocked' }), '129'],
      ['a device that is to be wiped', (phone) => phone.admin('PUT', '/wipe', { kind: 'device' }), '140'],
      [
        'a user who may not use ActiveSync any more',
        (phone) => server.admin('PUT', `/users/${phone.address}/activesync`, { enabled: false }),
        '126',
      ],
      [
        'a user who was switched off',
        (phone) => server.admin('PUT', `/users/${phone.address}/status`, { status: 'disabled' }),
        '126',
      ],
      [
        'a tenant that was switched off',
        (phone) => server.admin('PUT', `/tenants/${phone.tenantId}/status`, { status: 'disabled' }),
        '126',
      ],
      [
        'a tenant that lets nobody in',
        (phone) =>
          server.admin('PUT', `/tenants/${phone.tenantId}/device-settings`, { defaultAccess: 'blocked' }),
        '129',
      ],
    ])('by %s ends at once with the reason', async (_who, change, status) => {
      const { phone, ping } = await waiting();
      await change(phone);
      expect(await ping).toBe(status);
    });

    test('by a device whose policy has changed ends with the Status that leads to Provision', async () => {
      const { phone, ping } = await waiting({});
      await server.admin('PUT', `/tenants/${phone.tenantId}/policy`, { settings: { allowCamera: false } });
      expect(await ping).toBe('7');
      expect(await phone.tryFolderSync()).toBe('143');
    });

    test.each<[string, (phone: Device) => Promise<unknown>, string]>([
      ['a blocked device', (phone) => phone.admin('PUT', '/access', { access: 'blocked' }), '129'],
      [
        'a device whose policy has changed',
        (phone) =>
          server.admin('PUT', `/tenants/${phone.tenantId}/policy`, { settings: { allowCamera: false } }),
        '143',
      ],
    ])('as a long Sync by %s ends at once with the reason', async (_who, change, status) => {
      const phone = await newPhone('16.1');
      await phone.enrol();
      await phone.start();
      await phone.sync();
      const held = phone.heldSync();
      await new Promise((resolve) => setTimeout(resolve, 500));
      await change(phone);
      expect(await held).toBe(status);
    });

    test('by another device of the user goes on', async () => {
      const { phone, ping } = await waiting();
      const other = new Device(server, phone.address, 'a-password');
      expect(await other.tryFolderSync()).toBe('1');
      await other.admin('PUT', '/access', { access: 'blocked' });
      let ended = false;
      void ping.then(() => {
        ended = true;
      });
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expect(ended).toBe(false);
      await phone.admin('PUT', '/access', { access: 'blocked' });
      expect(await ping).toBe('129');
    });
  });

  test('a device that was removed is a new one when it comes again, and nothing of it is left meanwhile (I27)', async () => {
    const phone = await newPhone('16.1', null);
    await phone.start();
    await phone.sync();
    const path = `/users/${phone.address}/devices`;
    const ids = async () =>
      (await server.admin<Page<DeviceView>>('GET', path)).items.map(({ deviceId }) => deviceId);
    expect(await ids()).toContain(phone.deviceId);
    await server.admin('DELETE', `${path}/${phone.deviceId}`);
    expect(await ids()).not.toContain(phone.deviceId);
    // Both keys are unknown: it begins anew.
    expect((await phone.sync()).status).toBe('3');
    expect(textOf(await phone.folderSync('1'), 'FolderHierarchy:Status')).toBe('9');
    await phone.folderSync();
    expect((await phone.sync({ key: '0' })).status).toBe('1');
  });

  describe('new devices', () => {
    test('wait for the admin where the tenant wants it; rules by type come first', async () => {
      const phone = await newPhone('16.1', null);
      await server.admin('PUT', `/tenants/${phone.tenantId}/device-settings`, {
        defaultAccess: 'quarantined',
        rules: [{ deviceType: 'Trusted', access: 'allowed' }],
      });
      expect(await phone.tryFolderSync()).toBe('129');
      expect(await phone.device()).toMatchObject({ access: 'default', effectiveAccess: 'quarantined' });
      expect(await phone.tryFolderSync('?Cmd=FolderSync&DeviceId=T1&DeviceType=trusted')).toBe('1');
      await phone.admin('PUT', '/access', { access: 'allowed' });
      expect(await phone.tryFolderSync()).toBe('1');
    });

    test('beyond the limit are refused with 177 (403) and not listed; removing one makes room', async () => {
      const phone = await newPhone('16.1', null);
      await server.admin('PUT', `/tenants/${phone.tenantId}/device-settings`, { maxDevicesPerUser: 2 });
      const search = (id: string) => `?Cmd=FolderSync&DeviceId=${id}&DeviceType=SP`;
      expect(await phone.tryFolderSync(search('A'))).toBe('1');
      expect(await phone.tryFolderSync(search('B'))).toBe('1');
      expect(await phone.tryFolderSync(search('C'))).toBe('177');
      expect(await phone.tryFolderSync(search('A'))).toBe('1');
      phone.version = '12.1';
      expect(await phone.tryFolderSync(search('C'))).toBe('HTTP 403');
      const { items } = await server.admin<Page<DeviceView>>('GET', `/users/${phone.address}/devices`);
      expect(items.map((d) => d.deviceId).sort()).toEqual(['A', 'B']);
      await server.fetch(`/admin/v1/users/${phone.address}/devices/A`, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${server.adminToken}` },
      });
      expect(await phone.tryFolderSync(search('C'))).toBe('1');
    });
  });
}
