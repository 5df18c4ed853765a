import type { Device, DeviceInformation, Tenant, User } from '../identity/types.ts';
import type { PolicySettings } from './settings.ts';

/** What a policy demands of devices besides its settings; the server alone looks at these. */
export interface PolicyTerms {
  /** Without it the settings are told to devices that ask, and nobody must have them. */
  required: boolean;
  /** Devices that send no policy key at all, or cannot apply everything, are let in too. */
  allowNonProvisionable: boolean;
  /** Devices that say they are managed by somebody else are let in too. */
  allowExternallyManaged: boolean;
  /** The first Provision must say what the device is, or is refused with Status 165 (14.1 and later). */
  requireDeviceInformation: boolean;
}

export interface Policy {
  terms: PolicyTerms;
  settings: PolicySettings;
  /** Changes when the settings do: devices that have another one must fetch it. */
  revision: string;
}

export type DeviceAccess = 'allowed' | 'quarantined' | 'blocked';

/** `account`: only what belongs to this account is wiped (16.1). */
export type WipeKind = 'device' | 'account';

/** How far a device said it applied the policy (MS-ASPROV 2.2.2.54.1). */
export type PolicyCompliance = 'full' | 'partial' | 'none' | 'external';

/** A wipe that was asked for and has not been acknowledged. Times are milliseconds since the epoch. */
export interface PendingWipe {
  kind: WipeKind;
  requestedAt: number;
  /** When the device was last told; null while it has not come. */
  sentAt: number | null;
  /** When the device last said that it could not. */
  failedAt: number | null;
}

/** The policy keys of a device: unsigned 32-bit numbers, never 0. */
export interface DevicePolicy {
  /** Given out with the settings; good for acknowledging them only. */
  pendingKey: number | null;
  pendingRevision: string | null;
  /** Sent with every command since the settings were acknowledged. */
  key: number | null;
  revision: string | null;
  compliance: PolicyCompliance | null;
  acknowledgedAt: number | null;
}

/** A device with everything that is known and decided of it. */
export interface DeviceRecord extends Device {
  /** `default`: as the tenant's settings say. */
  access: DeviceAccess | 'default';
  wipe: PendingWipe | null;
  /** The last wipe that the device has acknowledged. */
  wiped: { kind: WipeKind; at: number } | null;
  policy: DevicePolicy;
  information: DeviceInformation;
}

export interface DeviceRule {
  /** Compared without regard to letter case. */
  deviceType: string;
  access: DeviceAccess;
}

/** What a tenant lets devices do that nobody has decided about. */
export interface DeviceSettings {
  defaultAccess: DeviceAccess;
  /** The first rule that fits comes before `defaultAccess`. */
  rules: DeviceRule[];
  maxDevicesPerUser: number;
}

/** Everything that deciding on one command needs. */
export interface GateState {
  tenantStatus: Tenant['status'];
  userStatus: User['status'];
  /** The user may use ActiveSync. */
  syncEnabled: boolean;
  device: DeviceRecord | null;
  /** How many devices the user has; 0 when `device` is one of them, since nobody asks then. */
  deviceCount: number;
  /** The user's policy, else the tenant's. */
  policy: { terms: PolicyTerms; revision: string } | null;
  settings: DeviceSettings;
}

/**
 * In force where nobody set a policy: it asks for nothing and nobody must have it. Some clients give up when they ask
 * for a policy and are told that there is none.
 */
export const OPEN_POLICY: Policy = {
  terms: {
    required: false,
    allowNonProvisionable: true,
    allowExternallyManaged: true,
    requireDeviceInformation: false,
  },
  settings: {},
  revision: 'open',
};

export const DEFAULT_POLICY_TERMS: PolicyTerms = {
  required: true,
  allowNonProvisionable: false,
  allowExternallyManaged: false,
  requireDeviceInformation: false,
};

export const DEFAULT_DEVICE_SETTINGS: DeviceSettings = {
  defaultAccess: 'allowed',
  rules: [],
  maxDevicesPerUser: 100,
};

export const NO_DEVICE_POLICY: DevicePolicy = {
  pendingKey: null,
  pendingRevision: null,
  key: null,
  revision: null,
  compliance: null,
  acknowledgedAt: null,
};
