import type { Domain, Tenant, User } from '../identity/types.ts';
import type { Group, PersonCursor } from '../people/types.ts';
import type { DeviceRecord } from '../policy/types.ts';
import type { DeadLetter, DeadLetterFilter } from './directory.ts';

export interface AddressFilter {
  /** Addresses in this domain alone. */
  domain?: string | undefined;
  /** How the address begins, in its canonical form. */
  prefix?: string | undefined;
}

export interface UserFilter extends AddressFilter {
  status?: User['status'] | undefined;
}

interface ListedGroup extends Group {
  /** The first of them by address. */
  members: string[];
  memberCount: number;
}

interface ListedDevice {
  /** Of its user. */
  address: string;
  device: DeviceRecord;
}

/**
 * Lists in pages: at most `limit` rows after a place in an order that does not change. What one page costs depends on
 * neither the length of the list nor on where in it the page is. Part of the directory.
 */
export interface AdminLists {
  /** By id. */
  tenantsAfter(after: string, limit: number): Promise<Tenant[]>;
  /** By name; `catchAll` is the address of the user. */
  domainsAfter(
    tenantId: string,
    after: string,
    limit: number,
  ): Promise<(Domain & { catchAll: string | null })[]>;
  /** By address. */
  usersAfter(tenantId: string, filter: UserFilter, after: string, limit: number): Promise<User[]>;
  /** Whose folded display name (sortKeyOf) begins with this, in order of it. */
  usersNamed(
    tenantId: string,
    name: string,
    after: PersonCursor | null,
    limit: number,
  ): Promise<{ user: User; sortKey: string }[]>;
  /** By address, with the first `members` of each. */
  groupsAfter(
    tenantId: string,
    filter: AddressFilter,
    after: string,
    limit: number,
    members: number,
  ): Promise<ListedGroup[]>;
  /** By ids of user and device. */
  devicesAfter(
    tenantId: string,
    after: { userId: string; deviceId: string } | null,
    limit: number,
  ): Promise<ListedDevice[]>;
  /** The newest first, without their bodies. */
  deadLettersAfter(filter: DeadLetterFilter): Promise<Omit<DeadLetter, 'body'>[]>;
  /** Addresses of users and groups by their id; of those that are there. */
  addressesOf(tenantId: string, ids: readonly string[]): Promise<Map<string, string>>;
}
