import type { Group } from '../people/types.ts';
import type { Grant } from './roles.ts';

export interface Tenant {
  tenantId: string;
  name: string;
  status: 'active' | 'disabled';
  /** Name of the MAIL binding that holds the tenant's mailboxes. */
  mailShard: string;
}

export interface Domain {
  /** A-label form, lower case. */
  domain: string;
  tenantId: string;
  /** User that gets mail for unknown addresses of the domain, or null. */
  catchAllUserId: string | null;
  enabled: boolean;
}

export interface User {
  userId: string;
  tenantId: string;
  /** Primary address in its canonical form. */
  address: string;
  displayName: string;
  /**
   * `noMail`: the address refuses new mail but its user may still sign in. `deleted`: like disabled, until the user is
   * restored or erased.
   */
  status: 'active' | 'noMail' | 'disabled' | 'deleted';
  /** Bytes of raw mail that the mailbox may hold; null means no limit. */
  quotaBytes: number | null;
  createdAt: number;
}

/** Whoever may not use anything any more: disabled by an admin, or deleted. */
export function isClosed({ status }: Pick<User, 'status'>): boolean {
  return status === 'disabled' || status === 'deleted';
}

export interface Alias {
  /** Canonical form. */
  address: string;
  tenantId: string;
  userId: string;
  enabled: boolean;
}

/** `password`: PHC string of argon2id. `app`: lower-case hex SHA-256 of the normalised app password. */
export interface Credential {
  credentialId: string;
  tenantId: string;
  userId: string;
  kind: 'password' | 'app';
  secretHash: string;
  label: string;
  createdAt: number;
  /** Where it may be used; null: wherever one signs in with a password. */
  protocols: SignInProtocol[] | null;
  /** It belongs to the first device of ActiveSync that uses it. */
  bindsDevice: boolean;
  /** That device, once there is one. */
  deviceId: string | null;
  /** From then on it is worth nothing; null: never. */
  expiresAt: number | null;
  /** About when it was used last, within the hour; null: never. */
  lastUsedAt: number | null;
}

export interface Device {
  tenantId: string;
  userId: string;
  deviceId: string;
  deviceType: string;
  userAgent: string;
  protocolVersion: string;
  firstSeenAt: number;
  lastSeenAt: number;
}

/** What a device says of itself with Settings or Provision (MS-ASCMD 2.2.3.45). */
export interface DeviceInformation {
  model?: string;
  imei?: string;
  friendlyName?: string;
  os?: string;
  osLanguage?: string;
  phoneNumber?: string;
  userAgent?: string;
  mobileOperator?: string;
  enableOutboundSms?: boolean;
}

/** Where somebody signs in. */
export type SignInProtocol = 'activesync' | 'ews' | 'autodiscover' | 'webmail' | 'data' | 'admin';

/** By what somebody has signed in. */
export interface SignIn {
  method: 'password' | 'app' | 'oidc' | 'session';
  /** What was shown, where the directory keeps it; null for a token of an OpenID provider. */
  credentialId: string | null;
  /** Roles that a token brought along, and where they hold. */
  grants?: readonly Grant[] | undefined;
}

/** The signed-in party of a request. */
export interface Principal {
  tenant: Tenant;
  user: User;
  signIn: SignIn;
}

/** Where mail for one envelope address goes, or why it goes nowhere. */
export type Route =
  | { kind: 'mailbox'; tenant: Tenant; user: User; via: 'address' | 'alias' | 'tag' | 'catch-all' }
  | { kind: 'group'; tenant: Tenant; group: Group }
  /** `tenantId`: whose domain it is, when the domain is known. */
  | { kind: 'unknown'; tenantId?: string }
  | { kind: 'disabled'; what: 'tenant' | 'domain' | 'address'; tenantId: string };
