import { InvalidInputError } from '../errors.ts';

/** What a setting may be, and what a device is told when it is not set (null: an empty element). */
type Rule =
  | { kind: 'flag'; unset: boolean }
  | { kind: 'number'; min: number; max: number; unset: number | null }
  | { kind: 'choice'; values: readonly number[]; unset: number }
  | { kind: 'list' };

const UNSIGNED = 4_294_967_295;

const flag = <const U extends boolean>(unset: U) => ({ kind: 'flag', unset }) as const;
const number = (min: number, max: number, unset: number | null) =>
  ({ kind: 'number', min, max, unset }) as const;
const choice = <const V extends readonly number[]>(values: V, unset: V[number]) =>
  ({ kind: 'choice', values, unset }) as const;
const list = { kind: 'list' } as const;

/**
 * Every setting of EASProvisionDoc in the order of its schema (MS-ASPROV 2.2.2.28, 6), by element name with a small
 * first letter. A setting that is not set is told by a value that asks for nothing or by an empty element, so that a
 * device which knew another value before forgets it (MS-ASPROV 3.2.5.1.1). All are known to versions 12.1 to 16.1.
 */
export const POLICY_SETTINGS = {
  devicePasswordEnabled: flag(false),
  alphanumericDevicePasswordRequired: flag(false),
  passwordRecoveryEnabled: flag(false),
  requireStorageCardEncryption: flag(false),
  attachmentsEnabled: flag(true),
  // MS-ASPROV 2.2.2.38
  minDevicePasswordLength: number(1, 16, null),
  // MS-ASPROV 2.2.2.36, in seconds; 9999 and more is no limit.
  maxInactivityTimeDeviceLock: number(0, UNSIGNED, null),
  // MS-ASPROV 2.2.2.32
  maxDevicePasswordFailedAttempts: number(4, 16, null),
  // Bytes.
  maxAttachmentSize: number(0, UNSIGNED, null),
  allowSimpleDevicePassword: flag(true),
  // Days.
  devicePasswordExpiration: number(0, UNSIGNED, null),
  devicePasswordHistory: number(0, UNSIGNED, 0),
  allowStorageCard: flag(true),
  allowCamera: flag(true),
  requireDeviceEncryption: flag(false),
  allowUnsignedApplications: flag(true),
  allowUnsignedInstallationPackages: flag(true),
  // MS-ASPROV 2.2.2.37
  minDevicePasswordComplexCharacters: number(1, 4, 1),
  allowWiFi: flag(true),
  allowTextMessaging: flag(true),
  allowPOPIMAPEmail: flag(true),
  // MS-ASPROV 2.2.2.2: 0 none, 1 hands-free only, 2 all.
  allowBluetooth: choice([0, 1, 2], 2),
  allowIrDA: flag(true),
  requireManualSyncWhenRoaming: flag(false),
  allowDesktopSync: flag(true),
  // MS-ASPROV 2.2.2.31: as FilterType of Sync.
  maxCalendarAgeFilter: choice([0, 4, 5, 6, 7], 0),
  allowHTMLEmail: flag(true),
  // MS-ASPROV 2.2.2.33
  maxEmailAgeFilter: choice([0, 1, 2, 3, 4, 5], 0),
  // Characters; -1 does not truncate, 0 leaves the header only.
  maxEmailBodyTruncationSize: number(-1, 2_147_483_647, -1),
  maxEmailHTMLBodyTruncationSize: number(-1, 2_147_483_647, -1),
  requireSignedSMIMEMessages: flag(false),
  requireEncryptedSMIMEMessages: flag(false),
  // MS-ASPROV 2.2.2.50: 0 SHA-1, 1 MD5.
  requireSignedSMIMEAlgorithm: choice([0, 1], 0),
  // MS-ASPROV 2.2.2.48: 0 3DES, 1 DES, 2 RC2 128, 3 RC2 64, 4 RC2 40.
  requireEncryptionSMIMEAlgorithm: choice([0, 1, 2, 3, 4], 0),
  // MS-ASPROV 2.2.2.13: 0 none, 1 a strong one, 2 any.
  allowSMIMEEncryptionAlgorithmNegotiation: choice([0, 1, 2], 2),
  allowSMIMESoftCerts: flag(true),
  allowBrowser: flag(true),
  allowConsumerEmail: flag(true),
  allowRemoteDesktop: flag(true),
  allowInternetSharing: flag(true),
  // Names of applications.
  unapprovedInROMApplicationList: list,
  // SHA-1 of applications.
  approvedApplicationList: list,
} as const satisfies Record<string, Rule>;

export type PolicySettingName = keyof typeof POLICY_SETTINGS;

type ValueOf<R> = R extends { kind: 'flag' } ? boolean : R extends { kind: 'list' } ? string[] : number;

/** The settings of a policy that are set. */
export type PolicySettings = { [K in PolicySettingName]?: ValueOf<(typeof POLICY_SETTINGS)[K]> };

const MAX_ENTRIES = 200;
const MAX_ENTRY = 256;

/** Settings from JSON. Rejects unknown names and values out of range with InvalidInputError. */
export function checkPolicySettings(value: Record<string, unknown>): PolicySettings {
  const checked: [string, unknown][] = [];
  for (const [name, given] of Object.entries(value)) {
    if (!isSettingName(name)) throw new InvalidInputError(`there is no policy setting ${name.slice(0, 60)}`);
    // null unsets, as leaving it out does.
    if (given === null) continue;
    const problem = problemOf(POLICY_SETTINGS[name], given);
    if (problem !== null) throw new InvalidInputError(`${name} must be ${problem}`);
    checked.push([name, given]);
  }
  // One order for equal settings, so that they have one revision.
  return Object.fromEntries(checked.sort(([a], [b]) => (a < b ? -1 : 1))) as PolicySettings;
}

function isSettingName(name: string): name is PolicySettingName {
  return Object.hasOwn(POLICY_SETTINGS, name);
}

/** What the value must be, or null when it is that. */
function problemOf(rule: Rule, value: unknown): string | null {
  if (rule.kind === 'flag') return typeof value === 'boolean' ? null : 'true or false';
  if (rule.kind === 'list') {
    const fits = Array.isArray(value) && value.length <= MAX_ENTRIES && value.every((v) => isEntry(v));
    return fits ? null : `a list of up to ${MAX_ENTRIES} texts of 1 to ${MAX_ENTRY} characters`;
  }
  if (rule.kind === 'choice') {
    return rule.values.some((v) => v === value) ? null : `one of ${rule.values.join(', ')}`;
  }
  const fits = typeof value === 'number' && Number.isInteger(value) && value >= rule.min && value <= rule.max;
  return fits ? null : `a whole number from ${rule.min} to ${rule.max}`;
}

function isEntry(value: unknown): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_ENTRY;
}
