import type { SpamFilter } from '../../core/ports/spam.ts';
import { rulesScore } from '../../core/spam/rules.ts';

export function createSpamFilter(): SpamFilter {
  return {
    async score(_ref, facts, settings) {
      return rulesScore(facts, settings);
    },
    async learn() {},
  };
}
