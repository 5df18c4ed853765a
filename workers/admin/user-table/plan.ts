/** What a row of a table of users asks for, compared with what is there. Nothing is changed. */

import { MAX_MEMBERS } from '../../../core/groups/expand.ts';
import { domainOf, mayGrant } from '../../../core/identity/roles.ts';
import type { User } from '../../../core/identity/types.ts';
import type { Group } from '../../../core/people/types.ts';
import type { DirectoryStore } from '../../../core/ports/directory.ts';
import type { Caller } from '../caller.ts';
import { type Fault, readRow, type UserRow } from './read-row.ts';

export interface Plan {
  line: number;
  row: UserRow;
  /** null: there is none yet. */
  user: User | null;
  /** Columns in which the user is something else. */
  changes: string[];
  /** Aliases and groups that lack. */
  aliases: string[];
  groups: string[];
  faults: Fault[];
}

/** What the rows of one request share. */
export interface Table {
  directory: DirectoryStore;
  tenantId: string;
  caller: Caller;
  /** Addresses that rows before have taken. */
  taken: Map<string, number>;
  /** Groups that were looked at, with their members. */
  groups: Map<string, { group: Group; members: Set<string>; isChanged: boolean } | null>;
  /** Whether domains that were looked at are of the tenant. */
  domains: Map<string, boolean>;
}

export async function planRow(
  table: Table,
  { line, values }: { line: number; values: Readonly<Record<string, string>> },
): Promise<Plan> {
  const { directory, tenantId } = table;
  const { row, faults } = readRow(values);
  const plan: Plan = { line, row, user: null, changes: [], aliases: [], groups: [], faults };
  // Of what cannot be read nothing can be compared.
  if (faults.some(({ column }) => column === 'address')) return plan;
  const fault = (column: string, message: string) => void faults.push({ column, message });
  const { address } = row;

  if (!(await isOfTenant(table, address))) fault('address', 'its domain is not of this tenant');
  takeOnce(table, address, line, (message) => fault('address', message));
  const found = await directory.findLogin(address);
  const isHere = found !== null && found.user.address === address && found.user.tenantId === tenantId;
  if (isHere) plan.user = found.user;
  else if (found !== null || (await groupAt(table, address)) !== null) fault('address', 'it is taken');
  if (plan.user?.status === 'deleted') fault('address', 'the user is deleted: restore it first');

  const known = plan.user === null ? [] : await directory.listAliases(tenantId, plan.user.userId);
  for (const alias of row.aliases) {
    takeOnce(table, alias, line, (message) => fault('aliases', message));
    if (known.some((one) => one.address === alias)) continue;
    plan.aliases.push(alias);
    if (!(await isOfTenant(table, alias))) fault('aliases', `the domain of ${alias} is not of this tenant`);
    else if ((await directory.findLogin(alias)) !== null || (await groupAt(table, alias)) !== null)
      fault('aliases', `${alias} is taken`);
  }
  for (const name of row.groups) {
    const entry = await groupAt(table, name);
    if (entry === null) fault('groups', `there is no group ${name}`);
    else if (!entry.members.has(address)) {
      plan.groups.push(name);
      if (entry.members.size >= MAX_MEMBERS) fault('groups', `${name} has ${MAX_MEMBERS} members`);
    }
  }
  const givesRole = await lacksRole(table, plan);
  if (givesRole && !mayGiveRole(table, row)) fault('role', 'nobody gives away more than they have');
  plan.changes = changesOf(plan, givesRole);
  return plan;
}

function changesOf({ user, row, aliases, groups }: Plan, givesRole: boolean): string[] {
  const changes: string[] = [];
  if (user !== null && row.name !== undefined && row.name !== user.displayName) changes.push('name');
  if (user !== null && row.quota !== undefined && row.quota !== user.quotaBytes) changes.push('quota');
  if (aliases.length > 0) changes.push('aliases');
  if (groups.length > 0) changes.push('groups');
  if (user !== null && row.status !== undefined && row.status !== user.status) changes.push('status');
  if (givesRole) changes.push('role');
  return changes;
}

async function lacksRole({ directory, tenantId }: Table, { row, user }: Plan): Promise<boolean> {
  if (row.role === undefined) return false;
  const held = user === null ? [] : await directory.rolesOf(tenantId, user.userId);
  return !held.some(({ role, area }) => role === row.role && area.kind === 'tenant');
}

/** A token that is kept to users makes no administrators. */
function mayGiveRole({ caller, tenantId }: Table, { role }: UserRow): boolean {
  const isAllowed = caller.topics === null || caller.topics.has('administrators');
  return (
    role !== undefined && isAllowed && mayGrant(caller.grants, { role, area: { kind: 'tenant', tenantId } })
  );
}

function takeOnce({ taken }: Table, address: string, line: number, fault: (message: string) => void): void {
  const before = taken.get(address);
  if (before !== undefined) fault(`${address} stands in line ${before} as well`);
  else taken.set(address, line);
}

async function isOfTenant({ directory, tenantId, domains }: Table, address: string): Promise<boolean> {
  const name = domainOf(address);
  const isOurs = domains.get(name) ?? (await directory.getDomain(name))?.tenantId === tenantId;
  domains.set(name, isOurs);
  return isOurs;
}

async function groupAt({ directory, tenantId, groups }: Table, address: string) {
  const known = groups.get(address);
  if (known !== undefined) return known;
  const group = await directory.findGroup(tenantId, address);
  const members = group === null ? [] : await directory.groupMembers(tenantId, group.groupId, MAX_MEMBERS);
  const entry = group === null ? null : { group, members: new Set(members), isChanged: false };
  groups.set(address, entry);
  return entry;
}
