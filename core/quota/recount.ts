import type { Tenant } from '../identity/types.ts';
import type { MailboxRef } from '../mail/types.ts';
import type { DirectoryStore } from '../ports/directory.ts';
import type { MailStore } from '../ports/mail.ts';
import type { Counters } from '../ports/removed.ts';
import { readUsage, type TenantUsage, USAGE_SETTING } from './settings.ts';

/** Counts a mailbox anew and mends its counters (I15). */
export async function recountMailbox(
  { mail }: { mail: Pick<MailStore, 'mailbox'> },
  ref: MailboxRef,
): Promise<{ before: Counters; counted: Counters; mended: boolean }> {
  const { before, counted } = await mail.mailbox(ref).recount();
  const mended = before.sizeBytes !== counted.sizeBytes || before.itemCount !== counted.itemCount;
  return { before, counted, mended };
}

const AT_A_TIME = 4;

/**
 * One step of summing up the mailboxes of a tenant: at most `limit` of them. The sum of the last recount that came to
 * its end counts until the next one does.
 */
export async function recountTenant(
  services: {
    directory: Pick<DirectoryStore, 'getTenantSetting' | 'putTenantSetting' | 'listUsers'>;
    mail: Pick<MailStore, 'mailbox'>;
    now(): number;
  },
  tenant: Tenant,
  limit: number,
): Promise<TenantUsage> {
  const { tenantId } = tenant;
  const known = readUsage(await services.directory.getTenantSetting(tenantId, USAGE_SETTING));
  const sum = known?.next ?? { afterAddress: '', sizeBytes: 0, itemCount: 0, mailboxes: 0 };
  const users = await services.directory.listUsers(tenantId, sum.afterAddress, limit);
  for (let i = 0; i < users.length; i += AT_A_TIME) {
    const refs = users
      .slice(i, i + AT_A_TIME)
      .map(({ userId }) => ({ tenantId, mailboxId: userId, shard: tenant.mailShard }));
    const usages = await Promise.all(refs.map((ref) => services.mail.mailbox(ref).usage()));
    for (const { exists, sizeBytes, itemCount } of usages) {
      sum.sizeBytes += sizeBytes;
      sum.itemCount += itemCount;
      sum.mailboxes += exists ? 1 : 0;
    }
  }
  sum.afterAddress = users.at(-1)?.address ?? sum.afterAddress;
  const { afterAddress: _, ...totals } = sum;
  const usage: TenantUsage =
    users.length < limit
      ? { ...totals, countedAt: services.now(), next: null }
      : { ...(known ?? { sizeBytes: 0, itemCount: 0, mailboxes: 0, countedAt: 0 }), next: sum };
  await services.directory.putTenantSetting(tenantId, USAGE_SETTING, usage);
  return usage;
}
