/**
 * What was learned decides once there is enough of it, in the mailbox itself or else in its tenant; until then the
 * rules do (docs/design/0013-spam.md).
 */
import type { MailboxRef } from '../../core/mail/types.ts';
import type { SpamFilter } from '../../core/ports/spam.ts';
import type { SpamTokens } from '../../core/ports/spam-tokens.ts';
import { combinedScore, isTrained } from '../../core/spam/combine.ts';
import { tokensOf } from '../../core/spam/features.ts';
import { rulesScore } from '../../core/spam/rules.ts';

/** How long it is taken for granted that a mailbox has not learned enough: then nothing is asked for a message. */
const UNTRAINED_MS = 60_000;
const MAX_UNTRAINED = 10_000;

/** When mailboxes were last seen untrained, by the store that said so. */
const untrained = new WeakMap<SpamTokens, Map<string, number>>();

export function createSpamFilter({ spamTokens, now }: { spamTokens: SpamTokens; now(): number }): SpamFilter {
  const seen = untrained.get(spamTokens) ?? new Map<string, number>();
  untrained.set(spamTokens, seen);
  return {
    async score(ref, facts, settings) {
      const at = seen.get(keyOf(ref));
      const age = at === undefined ? Number.POSITIVE_INFINITY : now() - at;
      // A clock that went back makes it old, not eternal (I30).
      if (age >= 0 && age < UNTRAINED_MS) return rulesScore(facts, settings);
      const { mailbox, tenant } = await spamTokens.counts(ref, tokensOf(facts));
      const learned = [mailbox, tenant].find(isTrained);
      if (learned !== undefined) return combinedScore(learned);
      if (seen.size >= MAX_UNTRAINED) seen.clear();
      seen.set(keyOf(ref), now());
      return rulesScore(facts, settings);
    },
    async learn(ref, itemId, facts, label) {
      await spamTokens.learn(ref, { itemId, label, tokens: tokensOf(facts), at: now() });
      seen.clear();
    },
  };
}

function keyOf({ tenantId, mailboxId }: MailboxRef): string {
  return `${tenantId}\0${mailboxId}`;
}
