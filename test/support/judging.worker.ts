/** What judges arriving mail, over a DNS in memory. */
import { createMemoryDns, type Zone } from '../../platform/dns/memory.ts';
import { createMailAuth } from '../../platform/mail-auth/index.ts';
import { createSpamFilter } from '../../platform/spam/index.ts';

export function judging(zone: Zone = {}) {
  const dns = createMemoryDns(zone);
  return { dns, mailAuth: createMailAuth(dns), spam: createSpamFilter() };
}
