export type DeviceAccessView = 'allowed' | 'quarantined' | 'blocked';

export interface DeviceView {
  deviceId: string;
  deviceType: string;
  userAgent: string;
  protocolVersion: string;
  firstSeenAt: number;
  lastSeenAt: number;
  /** What was decided of this device; `default`: nothing, so that the tenant's device settings count. */
  access: DeviceAccessView | 'default';
  /** What that means for it now. */
  effectiveAccess: DeviceAccessView;
  /** A wipe that was asked for and that the device has not acknowledged yet. */
  wipe: {
    kind: 'device' | 'account';
    requestedAt: number;
    sentAt: number | null;
    failedAt: number | null;
  } | null;
  /** The last wipe that it has acknowledged. */
  wiped: { kind: 'device' | 'account'; at: number } | null;
  policy: {
    /** `outdated`: it has acknowledged another revision than the one in force. */
    state: 'none' | 'offered' | 'applied' | 'outdated';
    compliance: 'full' | 'partial' | 'none' | 'external' | null;
    acknowledgedAt: number | null;
  };
  /** What it says of itself. */
  information: {
    model?: string;
    imei?: string;
    friendlyName?: string;
    os?: string;
    osLanguage?: string;
    phoneNumber?: string;
    userAgent?: string;
    mobileOperator?: string;
    enableOutboundSms?: boolean;
  };
}

/** What a tenant lets devices do that nobody has decided about. */
export interface DeviceSettingsView {
  defaultAccess: DeviceAccessView;
  /** The first that fits comes before `defaultAccess`. */
  rules: { deviceType: string; access: DeviceAccessView }[];
  maxDevicesPerUser: number;
}

export type SetDeviceSettings = { [K in keyof DeviceSettingsView]?: DeviceSettingsView[K] | undefined };

/** A policy for devices. `settings` are those of EASProvisionDoc by their names with a small first letter. */
export interface PolicyView {
  required: boolean;
  allowNonProvisionable: boolean;
  allowExternallyManaged: boolean;
  requireDeviceInformation: boolean;
  settings: Record<string, boolean | number | string[]>;
  /** Changes with the settings. */
  revision: string;
}

/** Replaces the policy; what is left out has its default. */
export interface SetPolicy {
  required?: boolean | undefined;
  allowNonProvisionable?: boolean | undefined;
  allowExternallyManaged?: boolean | undefined;
  requireDeviceInformation?: boolean | undefined;
  settings?: Record<string, unknown> | undefined;
}

export interface PolicyAnswer {
  /** The policy of this user or tenant itself. */
  own: PolicyView | null;
  /** For a user: its own, else the tenant's. */
  inForce: PolicyView | null;
}
