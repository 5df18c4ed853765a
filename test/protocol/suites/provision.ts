import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { child, el, textOf } from '../../../codecs/wbxml/index.ts';
import type { AuditView, Page, SetPolicy } from '../../../shared/admin-api.ts';
import type { Waypost } from '../../support/harness.ts';
import { startServer } from '../../support/server.ts';
import { type Device, information, newDevice, policy, tags, wiped } from '../policy-device.ts';

const VERSIONS = ['12.1', '14.1', '16.1'] as const;
const WBXML = 'MS-EAS-Provisioning-WBXML';

/** Provisioning and wipe over ActiveSync, on one of the stores. */
export function provisionSuite(store: 'd1' | 'postgres'): void {
  let server: Waypost;
  beforeAll(async () => {
    server = await startServer({ store });
  });
  afterAll(() => server?.stop());

  const newPhone = (version: string, policy?: SetPolicy | null): Promise<Device> =>
    newDevice(server, version, policy);

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
        { timeout: 60_000, interval: 100 },
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
}
