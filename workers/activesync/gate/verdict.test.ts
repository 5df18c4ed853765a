import { describe, expect, it } from 'vitest';
import { decodeWbxml, el, encodeWbxml } from '../../../codecs/wbxml/index.ts';
import { parsePolicyKey } from '../../../core/policy/keys.ts';
import {
  DEFAULT_DEVICE_SETTINGS,
  DEFAULT_POLICY_TERMS,
  type DeviceRecord,
  type GateState,
  NO_DEVICE_POLICY,
} from '../../../core/policy/types.ts';
import { type GateRequest, namesVerdict, stateVerdict } from './verdict.ts';

const device = (over: Partial<DeviceRecord> = {}): DeviceRecord => ({
  tenantId: 't',
  userId: 'u',
  deviceId: 'D',
  deviceType: 'iPhone',
  userAgent: '',
  protocolVersion: '16.1',
  firstSeenAt: 1,
  lastSeenAt: 1,
  access: 'default',
  wipe: null,
  wiped: null,
  policy: NO_DEVICE_POLICY,
  information: {},
  ...over,
});

const state = (over: Partial<GateState> = {}): GateState => ({
  tenantStatus: 'active',
  userStatus: 'active',
  syncEnabled: true,
  device: device(),
  deviceCount: 0,
  policy: null,
  settings: DEFAULT_DEVICE_SETTINGS,
  ...over,
});

const ask = (over: Partial<GateRequest> = {}): GateRequest => ({
  command: 'Sync',
  deviceId: 'D',
  deviceType: 'iPhone',
  policyKey: null,
  body: null,
  ...over,
});

const key = (text: string) => ask({ policyKey: parsePolicyKey(text) });
const provisioned = device({
  policy: { ...NO_DEVICE_POLICY, pendingKey: 5, pendingRevision: 'r1', key: 4_000_000_000, revision: 'r1' },
});
const policy = { terms: DEFAULT_POLICY_TERMS, revision: 'r1' };
const introduction = (...tags: string[]) =>
  decodeWbxml(
    encodeWbxml(
      el(
        'Settings:Settings',
        tags.map((t) => el(t, el('Settings:Get'))),
      ),
    ),
  );

describe('I21 the gate', () => {
  it('lets everybody pass where nothing is decided', () => {
    expect(stateVerdict(state(), ask())).toBeNull();
    expect(stateVerdict(state({ userStatus: 'noMail' }), ask())).toBeNull();
  });

  it('refuses users that are gone, switched off or not allowed with 126, whatever they ask', () => {
    const off: (GateState | null)[] = [
      null,
      state({ userStatus: 'disabled' }),
      state({ tenantStatus: 'disabled' }),
      state({ syncEnabled: false }),
    ];
    for (const command of ['Sync', 'Ping', 'Provision', 'Settings']) {
      for (const s of off) expect(stateVerdict(s, ask({ command }))).toBe(126);
    }
  });

  it('refuses blocked and quarantined devices with 129, and the admin’s word comes before the rules', () => {
    const rules = {
      ...DEFAULT_DEVICE_SETTINGS,
      defaultAccess: 'quarantined',
      rules: [
        { deviceType: 'OUTLOOK', access: 'allowed' },
        { deviceType: 'Android', access: 'blocked' },
      ],
    } satisfies GateState['settings'];
    const verdict = (over: Partial<GateState>, deviceType = 'iPhone') =>
      stateVerdict(state(over), ask({ command: 'Provision', deviceType }));
    expect(verdict({ device: device({ access: 'blocked' }) })).toBe(129);
    expect(verdict({ device: device({ access: 'quarantined' }) })).toBe(129);
    expect(verdict({ settings: rules })).toBe(129);
    expect(verdict({ settings: rules }, 'android')).toBe(129);
    expect(verdict({ settings: rules }, 'Outlook')).toBeNull();
    expect(verdict({ settings: rules, device: device({ access: 'allowed' }) })).toBeNull();
    expect(verdict({ settings: rules, device: device({ access: 'blocked' }) }, 'Outlook')).toBe(129);
  });

  it('refuses one device too many with 177, and none that is on the list', () => {
    const settings = { ...DEFAULT_DEVICE_SETTINGS, maxDevicesPerUser: 3 };
    expect(stateVerdict(state({ settings, device: null, deviceCount: 3 }), ask())).toBe(177);
    expect(stateVerdict(state({ settings, device: null, deviceCount: 2 }), ask())).toBeNull();
    expect(stateVerdict(state({ settings: { ...settings, maxDevicesPerUser: 0 } }), ask())).toBeNull();
  });

  it('says 140 to everything but Provision while a wipe is pending, before any other reason', () => {
    const wipe = { kind: 'device', requestedAt: 1, sentAt: null, failedAt: null } as const;
    const wiped = state({ syncEnabled: false, device: device({ wipe, access: 'blocked' }), policy });
    for (const command of ['Sync', 'FolderSync', 'Ping', 'Settings', 'SendMail']) {
      expect(stateVerdict(wiped, ask({ command }))).toBe(140);
    }
    expect(stateVerdict(wiped, ask({ command: 'Provision' }))).toBeNull();
  });

  it('tells a missing key (141), none yet (142), another revision (143) and a wrong one (144) apart', () => {
    expect(stateVerdict(state({ policy, device: provisioned }), ask())).toBe(141);
    expect(stateVerdict(state({ policy, device: provisioned }), key(''))).toBe(141);
    expect(stateVerdict(state({ policy, device: provisioned }), key('0'))).toBe(142);
    expect(stateVerdict(state({ policy }), key('4000000000'))).toBe(142);
    expect(stateVerdict(state({ policy, device: provisioned }), key('4000000000'))).toBeNull();
    for (const wrong of ['4', '5', 'x', '-1', '99999999999', '4000000000.0', '4e9']) {
      expect(stateVerdict(state({ policy, device: provisioned }), key(wrong)), wrong).toBe(144);
    }
    const changed = { ...policy, revision: 'r2' };
    expect(stateVerdict(state({ policy: changed, device: provisioned }), key('4000000000'))).toBe(143);
  });

  it('asks for no key where the policy is not required', () => {
    const optional = { ...policy, terms: { ...policy.terms, required: false } };
    expect(stateVerdict(state({ policy: optional }), ask())).toBeNull();
    expect(stateVerdict(state({ policy: optional }), key('7'))).toBeNull();
  });

  it('lets devices that know no policies pass where the policy says so, but none with a wrong key', () => {
    const lenient = { ...policy, terms: { ...policy.terms, allowNonProvisionable: true } };
    expect(stateVerdict(state({ policy: lenient, device: provisioned }), ask())).toBeNull();
    expect(stateVerdict(state({ policy: lenient, device: provisioned }), key('4'))).toBe(144);
  });

  it('asks Ping for no key, nor the Settings with which a device introduces itself, but all other Settings', () => {
    const locked = state({ policy });
    expect(stateVerdict(locked, ask({ command: 'Ping' }))).toBeNull();
    expect(stateVerdict(locked, ask({ command: 'Provision' }))).toBeNull();
    const settings = (...tags: string[]) =>
      stateVerdict(locked, ask({ command: 'Settings', body: introduction(...tags) }));
    expect(settings('Settings:DeviceInformation')).toBeNull();
    expect(settings('Settings:DeviceInformation', 'Settings:UserInformation')).toBeNull();
    expect(settings('Settings:DeviceInformation', 'Settings:Oof')).toBe(141);
    expect(settings('Settings:Oof')).toBe(141);
    expect(settings()).toBe(141);
    const elsewhere = ask({ command: 'Search', body: introduction('Settings:DeviceInformation') });
    expect(stateVerdict(locked, elsewhere)).toBe(141);
  });

  it('refuses device ids (108) and types (109) that are missing or longer than 32 characters', () => {
    expect(namesVerdict(ask())).toBeNull();
    expect(namesVerdict(ask({ deviceId: 'A'.repeat(32), deviceType: 'B'.repeat(32) }))).toBeNull();
    expect(namesVerdict(ask({ deviceId: 'A'.repeat(33) }))).toBe(108);
    expect(namesVerdict(ask({ deviceId: '' }))).toBe(108);
    expect(namesVerdict(ask({ deviceType: 'B'.repeat(33) }))).toBe(109);
    expect(namesVerdict(ask({ deviceType: '' }))).toBe(109);
  });
});
