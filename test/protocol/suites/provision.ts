import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { child, el, textOf, type WbxmlElement, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import type { AuditView, DeviceView, Page, SetPolicy } from '../../../shared/admin-api.ts';
import type { Waypost } from '../../support/harness.ts';
import { startServer } from '../../support/server.ts';
import { type Answer, Phone } from '../phone.ts';

const VERSIONS = ['12.1', '14.1', '16.1'] as const;
const WBXML = 'MS-EAS-Provisioning-WBXML';

/** Provisioning, wipe, access and the gate over ActiveSync, on one of the stores. */
export function provisionSuite(store: 'd1' | 'postgres'): void {
  let server: Waypost;
  beforeAll(async () => {
    server = await startServer({ store });
  }, 60_000);
  afterAll(() => server?.stop());

  let users = 0;

  /** A user of a tenant of their own, with a policy unless it is null. */
  async function newPhone(version: string, policy: SetPolicy | null = {}): Promise<Device> {
    const domain = `d${++users}.provision.test`;
    const address = `ann@${domain}`;
    const { tenantId } = await server.addUser(address, 'a-password');
    if (policy !== null) await server.admin('PUT', `/tenants/${tenantId}/policy`, policy);
    const phone = new Device(server, address, 'a-password');
    phone.version = version;
    phone.tenantId = tenantId;
    return phone;
  }

  describe.each(VERSIONS)('Provision %s', (version) => {
    test('S01_TC01, S12_TC01 gives the settings with a temporary key, then a final key for the acknowledgement', async () => {
      const phone = await newPhone(version, { settings: { attachmentsEnabled: false } });
      const first = await phone.provision([information(), policy()]);
      expect(tags(first.root)).toEqual(
        version === '12.1'
          ? ['Provision:Status', 'Provision:Policies']
          : ['Settings:DeviceInformation', 'Provision:Status', 'Provision:Policies'],
      );
      if (version !== '12.1') {
        expect(textOf(child(first.root, 'Settings:DeviceInformation'), 'Settings:Status')).toBe('1');
      }
      expect(first).toMatchObject({ status: '1', policyStatus: '1', type: WBXML });
      expect(tags(first.policy)).toEqual([
        'Provision:PolicyType',
        'Provision:Status',
        'Provision:PolicyKey',
        'Provision:Data',
      ]);
      const document = child(child(first.policy, 'Provision:Data'), 'Provision:EASProvisionDoc');
      expect(document?.children).toHaveLength(42);
      expect(textOf(document, 'Provision:AttachmentsEnabled')).toBe('0');
      expect(first.key).toMatch(/^[1-9]\d{0,9}$/);

      const second = await phone.provision([policy(first.key, '1')]);
      expect(second).toMatchObject({ status: '1', policyStatus: '1', type: WBXML });
      expect(tags(second.root)).toEqual(['Provision:Status', 'Provision:Policies']);
      expect(tags(second.policy)).toEqual([
        'Provision:PolicyType',
        'Provision:Status',
        'Provision:PolicyKey',
      ]);
      expect(second.key).toMatch(/^[1-9]\d{0,9}$/);
      expect(second.key).not.toBe(first.key);
      expect(Number(second.key)).toBeLessThanOrEqual(4_294_967_295);
      phone.policyKey = second.key;
      expect(await phone.tryFolderSync()).toBe('1');
    });

    test('S01_TC02 lets a device that knows no policies in, where the policy allows it', async () => {
      const phone = await newPhone(version, { allowNonProvisionable: true });
      expect(await phone.tryFolderSync()).toBe('1');
    });

    test('S01_TC03 tells unset settings by values that ask for nothing', async () => {
      const phone = await newPhone(version, { settings: { minDevicePasswordLength: 4 } });
      await phone.enrol();
      await server.admin('PUT', `/tenants/${phone.tenantId}/policy`, {});
      const { policy: told } = await phone.provision([information(), policy()]);
      const document = child(child(told, 'Provision:Data'), 'Provision:EASProvisionDoc');
      expect(textOf(document, 'Provision:AttachmentsEnabled')).toBe('1');
      expect(textOf(document, 'Provision:MinDevicePasswordLength')).toBe('');
      expect(textOf(document, 'Provision:DevicePasswordHistory')).toBe('0');
    });

    test('S03_TC01 does not know another type of policy: Policy Status 3', async () => {
      const phone = await newPhone(version);
      const answer = await phone.provision([information(), policy(undefined, undefined, 'MS-Other')]);
      expect(answer).toMatchObject({ status: '1', policyStatus: '3', key: undefined });
    });

    test('S03_TC02 refuses another key than the one that waits: Policy Status 5', async () => {
      const one = await newPhone(version);
      const first = await one.provision([information(), policy()]);
      await one.provision([policy(first.key, '1')]);
      const two = await newPhone(version);
      for (const key of [first.key, '1234567890', '0', 'x']) {
        const answer = await two.provision([policy(key, '1')]);
        expect(answer, key).toMatchObject({ status: '1', policyStatus: '5', key: undefined });
      }
      const offered = await two.provision([information(), policy()]);
      await server.admin('PUT', `/tenants/${two.tenantId}/policy`, { settings: { allowCamera: false } });
      expect(await two.provision([policy(offered.key, '1')])).toMatchObject({ policyStatus: '5' });
    });

    test('S03_TC03, S12_TC02 answers a malformed request with Status 2', async () => {
      const phone = await newPhone(version);
      const bare = el('Provision:Policy', el('Provision:PolicyType', WBXML));
      for (const parts of [
        [information(), bare],
        [el('Provision:Policies', el('Provision:Policy'))],
        [el('Provision:Policies')],
        [el('Provision:Policies', [bare, bare])],
        [el('Settings:DeviceInformation')],
        [policy(undefined, '7')],
      ]) {
        expect(await phone.provision(parts)).toMatchObject({ status: '2', policy: undefined });
      }
    });

    test('S03_TC04, S12_TC03 another key in a command is refused with 144 (449)', async () => {
      const phone = await newPhone(version, { allowNonProvisionable: true });
      const key = await phone.enrol();
      phone.policyKey = key.slice(0, 1);
      expect(await phone.tryFolderSync()).toBe(version === '12.1' ? 'HTTP 449' : '144');
    });

    test('S03_TC05 a device that cannot apply everything is refused with 139, or let in where the policy says so', async () => {
      for (const compliance of ['2', '3']) {
        const strict = await newPhone(version);
        const first = await strict.provision([information(), policy()]);
        const answer = await strict.provision([policy(first.key, compliance)]);
        if (version === '12.1') expect(answer.http).toBe(403);
        else expect(answer).toMatchObject({ http: 200, status: '139', policy: undefined });
        const lenient = await newPhone(version, { allowNonProvisionable: true });
        const offered = await lenient.provision([information(), policy()]);
        expect(await lenient.provision([policy(offered.key, compliance)])).toMatchObject({
          status: '1',
          policyStatus: '1',
        });
      }
    });

    test('S03_TC06, S21_TC14 a device that others manage is refused with 145, also by a lenient policy', async () => {
      const phone = await newPhone(version, { allowNonProvisionable: true });
      const first = await phone.provision([information(), policy()]);
      const answer = await phone.provision([policy(first.key, '4')]);
      if (version === '12.1') expect(answer.http).toBe(403);
      else expect(answer).toMatchObject({ http: 200, status: '145', policy: undefined });
      await server.admin('PUT', `/tenants/${phone.tenantId}/policy`, { allowExternallyManaged: true });
      expect(await phone.provision([policy(first.key, '4')])).toMatchObject({ policyStatus: '1' });
    });

    test('S03_TC07 a command without any key is refused with 141 (449), with key 0 with 142 (449)', async () => {
      const phone = await newPhone(version);
      await phone.enrol();
      phone.policyKey = undefined;
      expect(await phone.tryFolderSync()).toBe(version === '12.1' ? 'HTTP 449' : '141');
      phone.policyKey = '';
      expect(await phone.tryFolderSync()).toBe(version === '12.1' ? 'HTTP 449' : '141');
      phone.policyKey = '0';
      expect(await phone.tryFolderSync()).toBe(version === '12.1' ? 'HTTP 449' : '142');
    });

    test('a lost answer repeats itself: the same keys, and the device goes on', async () => {
      const phone = await newPhone(version);
      const first = await phone.provision([information(), policy()]);
      const again = await phone.provision([information(), policy()]);
      expect(again.key).toBe(first.key);
      const granted = await phone.provision([policy(first.key, '1')]);
      expect((await phone.provision([policy(first.key, '1')])).key).toBe(granted.key);
      // A device that starts over while nothing has changed keeps its key (PROTOCOL row 10).
      expect(await phone.enrol()).toBe(granted.key);
    });

    test('a changed policy is refreshed: 143 (449) until the device has fetched it, then with a new key', async () => {
      const phone = await newPhone(version);
      const key = await phone.enrol();
      expect(await phone.tryFolderSync()).toBe('1');
      await server.admin('PUT', `/tenants/${phone.tenantId}/policy`, { settings: { allowCamera: false } });
      expect(await phone.tryFolderSync()).toBe(version === '12.1' ? 'HTTP 449' : '143');
      expect(await phone.device()).toMatchObject({ policy: { state: 'outdated' } });
      const renewed = await phone.enrol();
      expect(renewed).not.toBe(key);
      expect(await phone.tryFolderSync()).toBe('1');
      expect(await phone.device()).toMatchObject({ policy: { state: 'applied', compliance: 'full' } });
    });

    test('a user’s own policy comes before the tenant’s', async () => {
      const phone = await newPhone(version);
      await phone.enrol();
      await server.admin('PUT', `/users/${phone.address}/policy`, { settings: { allowBrowser: false } });
      expect(await phone.tryFolderSync()).toBe(version === '12.1' ? 'HTTP 449' : '143');
      const { policy: told } = await phone.provision([information(), policy()]);
      const document = child(child(told, 'Provision:Data'), 'Provision:EASProvisionDoc');
      expect(textOf(document, 'Provision:AllowBrowser')).toBe('0');
    });

    test('without a policy a device needs no key, and one that asks is told one that asks for nothing; nor with one that is not required', async () => {
      const free = await newPhone(version, null);
      expect(await free.tryFolderSync()).toBe('1');
      await free.enrol();
      expect(await free.tryFolderSync()).toBe('1');
      const { policy: told } = await free.provision([information(), policy()]);
      const document = child(child(told, 'Provision:Data'), 'Provision:EASProvisionDoc');
      expect(textOf(document, 'Provision:DevicePasswordEnabled')).toBe('0');
      const optional = await newPhone(version, { required: false });
      expect(await optional.tryFolderSync()).toBe('1');
      await optional.enrol();
      expect(await optional.tryFolderSync()).toBe('1');
    });

    test('the key may stand in the base64 query', async () => {
      const phone = await newPhone(version);
      const key = await phone.enrol();
      phone.policyKey = undefined;
      expect(await phone.tryFolderSync(phone.base64(Number(key)))).toBe('1');
      expect(await phone.tryFolderSync(phone.base64(Number(key) ^ 1))).toBe(
        version === '12.1' ? 'HTTP 449' : '144',
      );
    });
  });

  describe('DeviceInformation', () => {
    test('is kept from the first Provision', async () => {
      const phone = await newPhone('16.1');
      await phone.provision([information(), policy()]);
      expect(await phone.device()).toMatchObject({
        information: { model: 'ASPROVTest', os: 'Test OS 1' },
        policy: { state: 'offered' },
      });
    });

    test('may be told with Settings before Provision, but nothing else may be asked', async () => {
      const phone = await newPhone('16.1');
      phone.policyKey = '0';
      const said = await phone.post('Settings', el('Settings:Settings', information()));
      expect(textOf(said.root ?? undefined, 'Settings:Status')).toBe('1');
      expect(await phone.device()).toMatchObject({ information: { model: 'ASPROVTest' } });
      const oof = el('Settings:Oof', el('Settings:Get', el('Settings:BodyType', 'TEXT')));
      const more = await phone.post('Settings', el('Settings:Settings', [information(), oof]));
      expect(textOf(more.root ?? undefined, 'Settings:Status')).toBe('142');
    });

    test('S21_TC03 is asked for with 165 by a policy that wants it, from 14.1 on', async () => {
      for (const [version, status] of [
        ['14.0', '1'],
        ['14.1', '165'],
        ['16.1', '165'],
      ] as const) {
        const phone = await newPhone(version, { requireDeviceInformation: true });
        expect(await phone.provision([policy()])).toMatchObject({ status });
        expect(await phone.provision([information(), policy()])).toMatchObject({ status: '1' });
      }
      const lenient = await newPhone('16.1');
      expect(await lenient.provision([policy()])).toMatchObject({ status: '1', policyStatus: '1' });
    });
  });

  describe.each(VERSIONS)('remote wipe %s', (version) => {
    const pending = version === '12.1' ? 'HTTP 449' : '140';

    test('S02_TC01 is ordered until the device says it is done, and kept', async () => {
      const phone = await newPhone(version);
      const key = await phone.enrol();
      await phone.admin('PUT', '/wipe', { kind: 'device' });
      expect(await phone.tryFolderSync()).toBe(pending);
      for (const parts of [[], [information(), policy()]]) {
        const answer = await phone.provision(parts);
        expect(answer).toMatchObject({ status: '1', policy: undefined });
        expect(child(answer.root, 'Provision:RemoteWipe')?.children).toEqual([]);
      }
      expect((await phone.device())?.wipe?.sentAt).toEqual(expect.any(Number));

      const failed = await phone.provision([wiped('Provision:RemoteWipe', '2')]);
      expect(tags(failed.root)).toEqual(['Provision:Status', 'Provision:RemoteWipe']);
      expect(failed.status).toBe('2');
      expect((await phone.device())?.wipe?.failedAt).toEqual(expect.any(Number));
      expect(await phone.tryFolderSync()).toBe(pending);

      const done = await phone.provision([wiped('Provision:RemoteWipe', '1')]);
      expect(tags(done.root)).toEqual(['Provision:Status']);
      expect(done.status).toBe('1');
      const repeated = await phone.provision([wiped('Provision:RemoteWipe', '1')]);
      expect(repeated.status).toBe('1');
      expect(await phone.device()).toMatchObject({
        wipe: null,
        wiped: { kind: 'device', at: expect.any(Number) },
        policy: { state: 'none' },
      });
      await vi.waitFor(
        async () => {
          const path = `/audit?tenantId=${phone.tenantId}&action=device.wiped`;
          const { items } = await server.admin<Page<AuditView>>('GET', path);
          expect(items.map((a) => a.outcome).sort()).toEqual(['error', 'ok']);
        },
        { timeout: 15_000, interval: 100 },
      );

      // The user is told, as by Exchange: in the Inbox and among what was sent.
      expect(await phone.subjects('2')).toEqual(['Remote Device Wipe Confirmation']);
      expect(await phone.subjects('5')).toEqual(['Remote Device Wipe Confirmation']);
      phone.policyKey = key;
      expect(await phone.tryFolderSync()).toBe(version === '12.1' ? 'HTTP 449' : '142');
      await phone.admin('DELETE', '');
      const after = await phone.provision([]);
      expect(tags(after.root)).toEqual(['Provision:Status']);
      await phone.enrol();
      expect(await phone.tryFolderSync()).toBe('1');
    });

    test('S02_TC02 of the account only is ordered in 16.1; older devices just cannot go on', async () => {
      const phone = await newPhone(version);
      await phone.enrol();
      await phone.admin('PUT', '/wipe', { kind: 'account' });
      expect(await phone.tryFolderSync()).toBe(pending);
      const ordered = await phone.provision([]);
      if (version !== '16.1') {
        if (version === '12.1') expect(ordered.http).toBe(403);
        else expect(tags(ordered.root)).toEqual(['Provision:Status']);
        if (version === '14.1') expect(ordered.status).toBe('140');
        return;
      }
      expect(tags(ordered.root)).toEqual(['Provision:Status', 'Provision:AccountOnlyRemoteWipe']);
      const failed = await phone.provision([wiped('Provision:AccountOnlyRemoteWipe', '2')]);
      expect(failed.status).toBe('2');
      expect(tags(failed.root)).toEqual(['Provision:Status', 'Provision:AccountOnlyRemoteWipe']);
      // The answer to another wipe than the one ordered is not an answer.
      await phone.provision([wiped('Provision:RemoteWipe', '1')]);
      expect(await phone.tryFolderSync()).toBe(pending);
      expect((await phone.provision([wiped('Provision:AccountOnlyRemoteWipe', '1')])).status).toBe('1');
      expect(await phone.device()).toMatchObject({ wipe: null, wiped: { kind: 'account' } });
    });

    test('that was called off lets the device go on as before', async () => {
      const phone = await newPhone(version);
      await phone.enrol();
      await phone.admin('PUT', '/wipe', { kind: 'device' });
      expect(await phone.tryFolderSync()).toBe(pending);
      await phone.admin('PUT', '/wipe', { kind: null });
      expect(await phone.tryFolderSync()).toBe('1');
    });
  });

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

/** A phone that says exactly which policy key it has. */
class Device extends Phone {
  tenantId = '';
  policyKey: string | undefined;

  override post(...args: Parameters<Phone['post']>): Promise<Answer> {
    const [command, body, headers = {}, search] = args;
    const key: Record<string, string> =
      this.policyKey === undefined ? {} : { 'x-ms-policykey': this.policyKey };
    return super.post(command, body, { ...key, ...headers }, search);
  }

  /** Status of a Ping with the longest heartbeat. */
  async heldPing(): Promise<string | undefined> {
    const { status } = await this.ping(3540);
    return status;
  }

  /** Status of a Sync of the Inbox with the longest heartbeat. */
  async heldSync(): Promise<string | undefined> {
    const inbox = el(
      'AirSync:Collection',
      el('AirSync:SyncKey', this.key),
      el('AirSync:CollectionId', this.inbox),
    );
    const { root } = await this.post(
      'Sync',
      el('AirSync:Sync', el('AirSync:Collections', inbox), el('AirSync:HeartbeatInterval', 3540)),
    );
    return textOf(root ?? undefined, 'AirSync:Status');
  }

  async provision(parts: WbxmlNode[]) {
    const { status: http, root } = await this.post('Provision', el('Provision:Provision', parts));
    const found = child(child(root ?? undefined, 'Provision:Policies'), 'Provision:Policy');
    return {
      http,
      root: root ?? undefined,
      status: textOf(root ?? undefined, 'Provision:Status'),
      policy: found,
      policyStatus: textOf(found, 'Provision:Status'),
      type: textOf(found, 'Provision:PolicyType'),
      key: textOf(found, 'Provision:PolicyKey'),
    };
  }

  /** Both phases; the final key is sent from then on. */
  async enrol(): Promise<string> {
    const first = await this.provision([information(), policy()]);
    const second = await this.provision([policy(first.key, '1')]);
    if (second.key === undefined) throw new Error(`no key: Policy Status ${second.policyStatus}`);
    this.policyKey = second.key;
    return second.key;
  }

  /** Status of a FolderSync from the start, or the HTTP status when that is none of success. */
  async tryFolderSync(search?: string): Promise<string | undefined> {
    const body = el('FolderHierarchy:FolderSync', el('FolderHierarchy:SyncKey', '0'));
    const answer = await this.post('FolderSync', body, {}, search);
    if (answer.status !== 200) return `HTTP ${answer.status}`;
    expect(answer.root?.tag).toBe('FolderHierarchy:FolderSync');
    return textOf(answer.root ?? undefined, 'FolderHierarchy:Status');
  }

  /** MS-ASHTTP 2.2.1.1.1.1: a FolderSync with this policy key. */
  base64(key: number): string {
    const [major = 0, minor = 0] = this.version.split('.').map(Number);
    const id = Buffer.from(this.deviceId);
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(key >>> 0);
    const query = [major * 10 + minor, 9, 9, 4, id.length, ...id, 4, ...bytes, 4, ...Buffer.from('Test')];
    return `?${Buffer.from(query).toString('base64')}`;
  }

  /** Subjects in a folder of this type, as a further device of the user sees them; waits until there is one. */
  async subjects(type: string): Promise<(string | undefined)[]> {
    const other = new Device(this.server, this.address, this.password);
    await other.enrol();
    await other.folderSync();
    const collectionId = other.folders.find((f) => f.type === type)?.id ?? '';
    await other.sync({ collectionId });
    const items = await other.receive(1, { collectionId });
    return items.map((item) => textOf(item.data, 'Email:Subject'));
  }

  /** As the admin sees it. */
  async device(): Promise<DeviceView | undefined> {
    const { items } = await this.server.admin<Page<DeviceView>>('GET', `/users/${this.address}/devices`);
    return items.find((d) => d.deviceId === this.deviceId);
  }

  admin(method: string, path: string, body?: unknown): Promise<unknown> {
    return this.server.admin(method, `/users/${this.address}/devices/${this.deviceId}${path}`, body);
  }
}

function policy(key?: string, status?: string, type: string = WBXML): WbxmlNode {
  return el(
    'Provision:Policies',
    el(
      'Provision:Policy',
      el('Provision:PolicyType', type),
      key === undefined ? null : el('Provision:PolicyKey', key),
      status === undefined ? null : el('Provision:Status', status),
    ),
  );
}

function information(): WbxmlNode {
  return el(
    'Settings:DeviceInformation',
    el('Settings:Set', el('Settings:Model', 'ASPROVTest'), el('Settings:OS', 'Test OS 1')),
  );
}

const wiped = (tag: string, status: string) => el(tag, el('Provision:Status', status));

const tags = (element: WbxmlElement | undefined) => element?.children.map((c) => c.tag);
