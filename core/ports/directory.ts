import type { Alias, Credential, Domain, Tenant, User } from '../identity/types.ts';
import type { Group } from '../people/types.ts';
import type { AdminLists } from './admin-lists.ts';
import type { AdministratorDirectory } from './administrators.ts';
import type { CredentialDirectory } from './credentials.ts';
import type { ErasureDirectory } from './erasure.ts';
import type { GroupDeliveries } from './groups.ts';
import type { KeepingDirectory } from './holds.ts';
import type { AnswerDirectory } from './kept-answers.ts';
import type { MobileDirectory } from './mobile.ts';
import type { PeopleDirectory } from './people.ts';
import type { SendGrants } from './sending.ts';
import type { SessionDirectory } from './sessions.ts';
import type { StatsDirectory } from './stats.ts';
import type { TenantKeyDirectory } from './tenant-keys.ts';
import type { WebhookDirectory } from './webhooks.ts';

/** Candidates for an envelope address: exact user, exact alias, and the domain with its catch-all user. */
export interface AddressLookup {
  domain: Domain | null;
  tenant: Tenant | null;
  /** For each address asked for that exists: its user and whether the address itself is enabled. */
  matches: { address: string; via: 'address' | 'alias'; enabled: boolean; user: User }[];
  /** Distribution groups of the tenant with one of the addresses. */
  groups: Group[];
  catchAll: User | null;
}

export interface DeadLetter {
  /** Stable: made from queue and message id, so that a repeated delivery makes no second row. */
  deadLetterId: string;
  queue: string;
  /** JSON of the queue message's body. */
  body: string;
  error: string;
  attempts: number;
  correlationId: string;
  failedAt: number;
  replayedAt: number | null;
  discardedAt: number | null;
}

/** waiting: nobody has done anything about it yet. */
export type DeadLetterState = 'waiting' | 'replayed' | 'discarded';

export interface DeadLetterFilter {
  queue?: string;
  state?: DeadLetterState;
  /** Failed before this time. */
  before?: number;
  /** Behind this one in the list: older, or of the same moment and a smaller id. */
  after?: { at: number; id: string } | undefined;
  limit: number;
}

export interface DeadLetterCount {
  queue: string;
  waiting: number;
  replayed: number;
  discarded: number;
  /** Of those that wait; milliseconds since the epoch. */
  oldestWaitingAt: number | null;
}

/** Control plane: tenants, domains, users, aliases, credentials, devices, dead letters. Addresses are canonical. */
export interface DirectoryStore
  extends CredentialDirectory,
    PeopleDirectory,
    MobileDirectory,
    KeepingDirectory,
    SendGrants,
    AdministratorDirectory,
    SessionDirectory,
    ErasureDirectory,
    AnswerDirectory,
    AdminLists,
    StatsDirectory,
    WebhookDirectory,
    TenantKeyDirectory,
    GroupDeliveries {
  /** One read. `addresses` are canonical candidates of one domain, best first. */
  lookupAddresses(domain: string, addresses: string[]): Promise<AddressLookup>;
  /** User, tenant and credentials for signing in by primary address or alias; null when there is no such address. */
  findLogin(address: string): Promise<{ tenant: Tenant; user: User; credentials: Credential[] } | null>;
  getUser(tenantId: string, userId: string): Promise<{ tenant: Tenant; user: User } | null>;

  createTenant(tenant: Tenant): Promise<void>;
  getTenant(tenantId: string): Promise<Tenant | null>;
  listTenants(): Promise<Tenant[]>;
  setTenantStatus(tenantId: string, status: Tenant['status']): Promise<void>;
  /** A named JSON value of the tenant (e.g. `journaling`), or null. */
  getTenantSetting(tenantId: string, name: string): Promise<unknown>;
  /** null forgets the setting. */
  putTenantSetting(tenantId: string, name: string, value: unknown): Promise<void>;
  /** False, and nothing done, unless the value is still `from`. */
  replaceTenantSetting(tenantId: string, name: string, from: unknown, value: unknown): Promise<boolean>;
  /** Rejects with ConflictError when the domain exists. */
  createDomain(domain: Domain): Promise<void>;
  getDomain(domain: string): Promise<Domain | null>;
  listDomains(tenantId: string): Promise<Domain[]>;
  setCatchAll(tenantId: string, domain: string, userId: string | null): Promise<void>;
  /** Rejects with ConflictError when the address is taken by a user or an alias. */
  createUser(user: User): Promise<void>;
  /** Keyset page in order of address. */
  listUsers(tenantId: string, afterAddress: string, limit: number): Promise<User[]>;
  /** Rejects with ConflictError when the user is deleted. */
  setUserStatus(tenantId: string, userId: string, status: User['status']): Promise<void>;
  /** As people read it, and find the user by it. */
  setDisplayName(tenantId: string, userId: string, displayName: string): Promise<void>;
  setQuota(tenantId: string, userId: string, quotaBytes: number | null): Promise<void>;
  /** Rejects with ConflictError when the address is taken. */
  createAlias(alias: Alias): Promise<void>;
  setAliasEnabled(tenantId: string, address: string, enabled: boolean): Promise<void>;
  listAliases(tenantId: string, userId: string): Promise<Alias[]>;

  /** Inserting the same deadLetterId again changes nothing. */
  putDeadLetter(letter: DeadLetter): Promise<void>;
  listDeadLetters(filter: DeadLetterFilter): Promise<DeadLetter[]>;
  /** Of each queue that ever had one. */
  countDeadLetters(): Promise<DeadLetterCount[]>;
  getDeadLetter(deadLetterId: string): Promise<DeadLetter | null>;
  markReplayed(deadLetterId: string, at: number): Promise<void>;
  /** The letter stays, and is not waited for any more. */
  markDiscarded(deadLetterId: string, at: number): Promise<void>;

  /** Cheap proof that the database answers. */
  ping(): Promise<void>;
}
