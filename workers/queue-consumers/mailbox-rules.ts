import type { MailboxRef } from '../../core/mail/types.ts';
import { type ActiveRules, activeRules } from '../../core/rules/active-rules.ts';
import type { Services } from '../../platform/services.ts';
import { onceInBatch } from './batch-memory.ts';

/** The rules of a mailbox as the batch has found them. */
export function mailboxRules(services: Services, ref: MailboxRef): Promise<ActiveRules | null> {
  const key = `rules ${JSON.stringify([ref.shard, ref.tenantId, ref.mailboxId])}`;
  return onceInBatch(services, key, () => activeRules(services, ref));
}
