import type { Tenant, User } from '../identity/types.ts';
import { routeCandidates, routeOf } from '../mail/recipients.ts';
import type { MailboxRef } from '../mail/types.ts';
import type { Group } from '../people/types.ts';
import type { DirectoryStore } from '../ports/directory.ts';

/** Copies that one message to a group may become; and groups within groups that are looked into. */
const MAX_EXPANDED = 2000;
const MAX_GROUPS = 200;
const MAX_DEPTH = 10;
/** Members of one group (the admin API takes as many). */
export const MAX_MEMBERS = 1000;

/** One to whom mail for a group goes: a mailbox of this installation, or an address of another host. */
export type GroupMember =
  | { kind: 'mailbox'; address: string; tenant: Tenant; user: User }
  | { kind: 'remote'; address: string };

export interface Expansion {
  /** Each mailbox and each address of another host once. */
  members: GroupMember[];
  /** It would be too many, or the groups lie too deep in each other: nothing may be sent then. */
  tooLarge: boolean;
}

type Directory = Pick<DirectoryStore, 'lookupAddresses' | 'groupMembers'>;

/**
 * Who gets mail for a group, through the groups that are members of it (RFC 5321 3.9.2). A group that contains itself
 * is looked into once (A23). Members that do not exist or take no mail are left out; so are groups of other tenants
 * that do not take mail from everybody. Rejects when the directory does not answer.
 */
export async function expandGroup(directory: Directory, group: Group): Promise<Expansion> {
  const found = new Map<string, GroupMember>();
  /** By group, whether members outside get mail by the way on which it was reached. */
  const seen = new Map<string, boolean>();
  let level = [{ group, remote: true }];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH || seen.size + level.length > 2 * MAX_GROUPS)
      return { members: [], tooLarge: true };
    const next: typeof level = [];
    for (const { group: one, remote } of level) {
      const allowed = remote && one.externalMembers;
      const before = seen.get(one.groupId);
      // A second way to it can only bring what the first one withheld.
      if (before !== undefined && (before || !allowed)) continue;
      seen.set(one.groupId, allowed);
      const addresses = await directory.groupMembers(one.tenantId, one.groupId, MAX_MEMBERS);
      for (const member of await resolve(directory, addresses)) {
        if (member.kind === 'group') {
          const ours = member.group.tenantId === one.tenantId || member.group.senders === 'anyone';
          if (ours) next.push({ group: member.group, remote: allowed });
        } else if (member.kind === 'mailbox' || allowed) found.set(keyOf(member), member);
      }
      if (found.size > MAX_EXPANDED) return { members: [], tooLarge: true };
    }
    level = next;
  }
  return { members: [...found.values()], tooLarge: false };
}

/** One read of the directory for each domain. */
async function resolve(
  directory: Directory,
  addresses: readonly string[],
): Promise<(GroupMember | { kind: 'group'; group: Group })[]> {
  const byDomain = new Map<string, string[]>();
  for (const address of addresses) {
    const { domain } = routeCandidates(address);
    byDomain.set(domain, [...(byDomain.get(domain) ?? []), address]);
  }
  const members: (GroupMember | { kind: 'group'; group: Group })[] = [];
  for (const [domain, list] of byDomain) {
    const lookup = await directory.lookupAddresses(
      domain,
      list.flatMap((address) => routeCandidates(address).addresses),
    );
    for (const address of list) {
      const route = lookup.domain === null ? null : routeOf(address, lookup);
      if (route === null) members.push({ kind: 'remote', address });
      else if (route.kind === 'group') members.push({ kind: 'group', group: route.group });
      else if (route.kind === 'mailbox') {
        members.push({ kind: 'mailbox', address, tenant: route.tenant, user: route.user });
      }
    }
  }
  return members;
}

function keyOf(member: GroupMember): string {
  return member.kind === 'remote' ? `@${member.address}` : `${member.user.tenantId}\0${member.user.userId}`;
}

export function refOfMember({ tenant, user }: Extract<GroupMember, { kind: 'mailbox' }>): MailboxRef {
  return { tenantId: tenant.tenantId, mailboxId: user.userId, shard: tenant.mailShard };
}
