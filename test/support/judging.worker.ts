/** What judges arriving mail, over a DNS in memory. */
import type { SpamTokens } from '../../core/ports/spam-tokens.ts';
import { createMemoryDns, type Zone } from '../../platform/dns/memory.ts';
import { createMailAuth } from '../../platform/mail-auth/index.ts';
import { createSpamFilter } from '../../platform/spam/index.ts';

export function judging(stores: { spamTokens: SpamTokens }, now: () => number, zone: Zone = {}) {
  const dns = createMemoryDns(zone);
  return {
    dns,
    mailAuth: createMailAuth(dns, { now }),
    spam: createSpamFilter({ ...stores, now }),
    config: { platformAuthservId: 'mx.waypost.local', platformReceivedBy: null },
  };
}
