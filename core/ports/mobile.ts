import type { Device, DeviceInformation } from '../identity/types.ts';
import type {
  DeviceAccess,
  DeviceRecord,
  DeviceSettings,
  GateState,
  Policy,
  PolicyCompliance,
  WipeKind,
} from '../policy/types.ts';

/** A device of a user. */
export interface DeviceRef {
  tenantId: string;
  userId: string;
  deviceId: string;
}

/** Devices, what was decided about them, and policies. Part of the directory. */
export interface MobileDirectory {
  /** One round trip. null when there is no such user. */
  deviceGate(ref: DeviceRef): Promise<GateState | null>;

  /**
   * Puts a device on the list that is not there yet, unless the user has `limit` of them. False when it is not on the
   * list afterwards.
   */
  registerDevice(device: Device, limit: number): Promise<boolean>;
  /** Insert or refresh (type, agent, version, lastSeenAt); firstSeenAt and all decisions stay. */
  touchDevice(device: Device): Promise<void>;
  /** Replaces what is known of a device that is on the list; nothing happens when it is not. */
  setDeviceInformation(
    tenantId: string,
    userId: string,
    deviceId: string,
    information: DeviceInformation,
  ): Promise<void>;
  /** Last seen first. */
  listDevices(tenantId: string, userId: string): Promise<DeviceRecord[]>;
  getDevice(ref: DeviceRef): Promise<DeviceRecord | null>;
  /** Users of the tenant that have devices, in order of their ids, after one. */
  listDeviceOwners(tenantId: string, afterUserId: string, limit: number): Promise<string[]>;

  /** Rejects with NotFoundError when the device is not on the list, as do `setWipe` and `removeDevice`. */
  setDeviceAccess(ref: DeviceRef, access: DeviceAccess | 'default'): Promise<void>;
  /** null cancels. A wipe that was acknowledged before stays on record. */
  setWipe(ref: DeviceRef, kind: WipeKind | null, at: number): Promise<void>;
  removeDevice(ref: DeviceRef): Promise<void>;

  /** The device was told to wipe. */
  wipeSent(ref: DeviceRef, at: number): Promise<void>;
  /**
   * The device says it has wiped, or could not. Done ends the wipe and takes the policy keys; failed leaves it
   * pending. False when no such wipe is pending.
   */
  wipeAnswered(ref: DeviceRef, kind: WipeKind, outcome: 'done' | 'failed', at: number): Promise<boolean>;

  /** Keeps the temporary key that goes out with the settings of a revision. */
  offerPolicy(ref: DeviceRef, pendingKey: number, revision: string): Promise<void>;
  /** Keeps the key that an acknowledgement earned. False when `pendingKey` is not the one that waits. */
  grantPolicy(
    ref: DeviceRef,
    pendingKey: number,
    grant: { key: number; revision: string; compliance: PolicyCompliance; at: number },
  ): Promise<boolean>;

  /** The tenant's policy for `userId` null, or a user's own; null when there is none. */
  getPolicy(tenantId: string, userId: string | null): Promise<Policy | null>;
  /** The user's own policy, else the tenant's. */
  policyInForce(tenantId: string, userId: string): Promise<Policy | null>;
  /** null takes it away. */
  setPolicy(tenantId: string, userId: string | null, policy: Policy | null): Promise<void>;
  /** Defaults when the tenant has none. */
  getDeviceSettings(tenantId: string): Promise<DeviceSettings>;
  setDeviceSettings(tenantId: string, settings: DeviceSettings): Promise<void>;
  /** Whether the user may use ActiveSync; true unless set otherwise. */
  getSyncEnabled(tenantId: string, userId: string): Promise<boolean>;
  setSyncEnabled(tenantId: string, userId: string, enabled: boolean): Promise<void>;
}
