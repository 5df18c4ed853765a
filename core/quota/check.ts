import type { Tenant, User } from '../identity/types.ts';
import type { MailboxRef } from '../mail/types.ts';
import type { DirectoryStore } from '../ports/directory.ts';
import type { MailStore } from '../ports/mail.ts';
import { levelOf, limitsOf, readTenantQuota, readUsage, readUserQuota, type UserQuota } from './settings.ts';

export interface QuotaServices {
  directory: Pick<DirectoryStore, 'quotaValues'>;
  mail: Pick<MailStore, 'mailbox'>;
}

/** What limits one user, and the room that is left for the tenant (null: no limit). */
export interface Limits {
  user: UserQuota;
  tenantRoom: number | null;
}

/** One read of the directory. */
export async function limitsFor(
  { directory }: Pick<QuotaServices, 'directory'>,
  user: Pick<User, 'tenantId' | 'userId' | 'quotaBytes'>,
): Promise<Limits> {
  const values = await directory.quotaValues(user.tenantId, user.userId);
  const tenant = readTenantQuota(values.tenant);
  const used = readUsage(values.usage)?.sizeBytes ?? 0;
  return {
    user: limitsOf(tenant, readUserQuota(values.user), user.quotaBytes),
    tenantRoom: tenant.totalBytes === null ? null : tenant.totalBytes - used,
  };
}

export type Arrival = 'ok' | 'over-quota' | 'too-large';

/** Whether a mailbox of this size takes a message. The tenant's total is what its last recount gave. */
export function judgeArrival({ user, tenantRoom }: Limits, sizeBytes: number, size: number): Arrival {
  if (user.maxMessageBytes !== null && size > user.maxMessageBytes) return 'too-large';
  if (tenantRoom !== null && size > tenantRoom) return 'over-quota';
  return user.stopReceiving !== null && sizeBytes + size > user.stopReceiving ? 'over-quota' : 'ok';
}

/** Whether the size of the mailbox must be known to judge. */
export function needsSize({ user }: Limits): boolean {
  return user.stopReceiving !== null;
}

/**
 * Whether a message may come into a mailbox. Several at once may together go over the mark: each is judged by what
 * was there before. Rejects when a store does not answer.
 */
export async function mayArrive(
  services: QuotaServices,
  ref: MailboxRef,
  user: Pick<User, 'tenantId' | 'userId' | 'quotaBytes'>,
  size: number,
): Promise<Arrival> {
  const limits = await limitsFor(services, user);
  const sizeBytes = needsSize(limits) ? (await services.mail.mailbox(ref).usage()).sizeBytes : 0;
  return judgeArrival(limits, sizeBytes, size);
}

/** Whether a user may send a message of this size: a mailbox over its mark sends nothing, but is not emptied of it. */
export async function mayLeave(
  services: QuotaServices,
  { ref, user }: { ref: MailboxRef; tenant: Tenant; user: User },
  size: number,
): Promise<Arrival> {
  const limits = await limitsFor(services, user);
  const { stopSending, stopReceiving, maxMessageBytes } = limits.user;
  if (maxMessageBytes !== null && size > maxMessageBytes) return 'too-large';
  if (stopSending === null && stopReceiving === null) return 'ok';
  const { sizeBytes } = await services.mail.mailbox(ref).usage();
  const level = levelOf({ warn: null, stopSending, stopReceiving }, sizeBytes);
  return level === 'none' ? 'ok' : 'over-quota';
}
