import type { MailboxRef } from '../../core/mail/types.ts';
import { type ActiveRules, activeRules } from '../../core/rules/active-rules.ts';
import type { Services } from '../../platform/services.ts';

const read = new WeakMap<Services, Map<string, Promise<ActiveRules | null>>>();

/**
 * The rules of a mailbox, read once for each object of services. Consumers make one of their own for each batch
 * (`forBatch`), so that a hundred messages cost one read, and the next batch sees what was changed.
 */
export function mailboxRules(services: Services, ref: MailboxRef): Promise<ActiveRules | null> {
  const known = read.get(services) ?? new Map<string, Promise<ActiveRules | null>>();
  read.set(services, known);
  const key = JSON.stringify([ref.shard, ref.tenantId, ref.mailboxId]);
  const rules = known.get(key) ?? activeRules(services, ref);
  known.set(key, rules);
  // A fault of this moment must not be remembered.
  rules.catch(() => known.delete(key));
  return rules;
}

/** Services whose memory is that of one batch. */
export function forBatch(services: Services): Services {
  return { ...services };
}
