import { canonicalAddress } from '../mail/recipients.ts';
import type { Group } from '../people/types.ts';
import { parseAuthResults } from '../trust/auth-results.ts';
import { platformFindings } from '../trust/platform-results.ts';
import type { GroupMember } from './expand.ts';

/** Who writes to a group: somebody who was signed in here, or somebody outside of whom the address is known or not. */
export type GroupSender =
  | { kind: 'mailbox'; tenantId: string; mailboxId: string }
  /** null: nothing says that it is really theirs. */
  | { kind: 'outside'; address: string | null };

/** Whether the group takes mail from this sender. Members are those that its mail goes to, also by other groups. */
export function maySendTo(group: Group, sender: GroupSender, members: readonly GroupMember[]): boolean {
  switch (group.senders) {
    case 'anyone':
      return true;
    case 'inside':
      return sender.kind === 'mailbox' && sender.tenantId === group.tenantId;
    case 'members':
      return members.some((member) => isSame(member, sender));
  }
}

function isSame(member: GroupMember, sender: GroupSender): boolean {
  if (sender.kind === 'outside') return member.kind === 'remote' && member.address === sender.address;
  return (
    member.kind === 'mailbox' &&
    member.user.tenantId === sender.tenantId &&
    member.user.userId === sender.mailboxId
  );
}

/**
 * The sender of mail from outside. The return path is theirs only when SPF says so (RFC 7208 8.3): whoever writes the
 * name of a member into it is none (A22).
 *
 * @param authResults what the platform found, or ''
 */
export function outsideSender(mailFrom: string, authResults: string): GroupSender {
  const address = canonicalAddress(mailFrom);
  const { spf } = platformFindings(parseAuthResults(authResults), mailFrom, '');
  const domain = address?.slice(address.lastIndexOf('@') + 1);
  const isTheirs = address !== null && spf?.result === 'pass' && spf.domain === domain;
  return { kind: 'outside', address: isTheirs ? address : null };
}
