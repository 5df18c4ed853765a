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

export interface AppPasswordView {
  credentialId: string;
  label: string;
  /** Shown once: only its hash is kept. */
  appPassword: string;
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
