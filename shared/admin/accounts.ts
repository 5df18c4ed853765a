export interface TenantView {
  tenantId: string;
  name: string;
  status: 'active' | 'disabled';
  mailShard: string;
}

export interface DomainView {
  domain: string;
  tenantId: string;
  catchAll: string | null;
  enabled: boolean;
}

export interface UserView {
  address: string;
  userId: string;
  tenantId: string;
  displayName: string;
  status: 'active' | 'noMail' | 'disabled';
  quotaBytes: number | null;
  createdAt: number;
}

export interface AliasView {
  alias: string;
  /** Primary address of the user who gets its mail. */
  address: string;
  enabled: boolean;
}

/** Where an app password may be used. */
export type AppPasswordProtocol = 'activesync' | 'ews' | 'autodiscover';

export interface AppPasswordInfo {
  credentialId: string;
  label: string;
  /** null: for all. */
  protocols: AppPasswordProtocol[] | null;
  /** It belongs to the first device of ActiveSync that uses it … */
  bindsDevice: boolean;
  /** … which is this one. */
  deviceId: string | null;
  createdAt: number;
  /** Within the hour; null: never. */
  lastUsedAt: number | null;
  /** null: it holds until it is revoked. */
  expiresAt: number | null;
}

export interface AppPasswordView extends AppPasswordInfo {
  /** Shown once: only its hash is kept. */
  appPassword: string;
}

export interface CreateAppPassword {
  label?: string | undefined;
  protocols?: AppPasswordProtocol[] | undefined;
  /** Needs protocols that are of ActiveSync: `activesync`, and `autodiscover` if wanted. */
  bindsDevice?: boolean | undefined;
  /** How many days it holds. */
  days?: number | undefined;
}

export interface SetPassword {
  password: string;
  /** Also takes every app password of the user back. */
  revokeAppPasswords?: boolean | undefined;
}

/** What Basic takes: the user's own password too, or app passwords alone. */
type BasicPolicyView = 'any' | 'app-passwords';

export interface SignInPolicyView {
  /** What was said here; null: nothing. */
  basic: BasicPolicyView | null;
  inForce: BasicPolicyView;
}

/**
 * One step of `POST /reindex` with an address: the search index of the mailbox is emptied and its messages are
 * indexed again. Called again with the `cursor` of the answer until that is null.
 */
export interface ReindexView {
  removed: number;
  enqueued: number;
  cursor: string | null;
}

export interface UserStats {
  address: string;
  messages: number;
  sizeBytes: number;
  quotaBytes: number | null;
  modseq: number;
}

/** Where mail for an address goes, or why it goes nowhere. */
export type RouteView =
  | { kind: 'mailbox'; address: string; via: 'address' | 'alias' | 'tag' | 'catch-all' }
  | { kind: 'group'; address: string }
  | { kind: 'unknown' }
  | { kind: 'disabled'; what: 'tenant' | 'domain' | 'address' };

export interface CreateTenant {
  name: string;
}

export interface CreateDomain {
  domain: string;
  /** Without it, and without a catch-all, the domain gets a tenant of its own. */
  tenantId?: string | undefined;
  /** Address of an existing user. The domain joins that user's tenant. */
  catchAll?: string | undefined;
}

export interface CreateUser {
  address: string;
  password?: string | undefined;
  displayName?: string | undefined;
  quotaBytes?: number | null | undefined;
}

export interface CreateAlias {
  alias: string;
  address: string;
}

/** Where a user is signed in with a browser. Times in milliseconds since the epoch. */
export interface UserSessionView {
  sessionId: string;
  method: 'password' | 'passkey' | 'oidc';
  createdAt: number;
  seenAt: number;
  expiresAt: number;
  userAgent: string;
  address: string | null;
}
