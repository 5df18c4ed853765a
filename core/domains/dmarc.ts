import { readTags } from '../dkim/record.ts';
import type { Dns } from '../ports/dns.ts';
import { recordsOf } from './ask.ts';
import { type CheckSubject, concluded, type DnsCheck, NO_ANSWER } from './types.ts';

/** Names that a look for the policy goes through, from the domain upwards. */
const MAX_NAMES = 8;

/** Checks the DMARC policy (RFC 7489 6.3) of a domain, which may be that of a domain above it. */
export async function checkDmarc(dns: Dns, domain: string): Promise<DnsCheck> {
  const base: CheckSubject = {
    ...{ what: 'dmarc', name: `_dmarc.${domain}`, type: 'TXT', required: true },
    expected: `v=DMARC1; p=quarantine; rua=mailto:postmaster@${domain}`,
  };
  const labels = domain.split('.');
  for (let from = 0; from < Math.min(MAX_NAMES, Math.max(1, labels.length - 1)); from++) {
    const name = labels.slice(from).join('.');
    const records = await recordsOf(dns, `_dmarc.${name}`, 'TXT');
    if (records === null) return concluded(base, 'unknown', [], NO_ANSWER);
    const found = records.filter((text) => /^v\s*=\s*DMARC1\s*(?:;|$)/.test(text));
    const [record, ...others] = found;
    if (record === undefined) continue;
    if (others.length > 0) return concluded(base, 'wrong', found, 'with several DMARC records none counts');
    const fault = faultOf(record);
    if (fault !== null) return concluded(base, 'wrong', found, fault);
    return concluded(base, 'ok', found, meaning(record, name, domain));
  }
  const why = 'receivers are not told what to do with mail that only pretends to be from the domain';
  return concluded(base, 'missing', [], why);
}

function faultOf(record: string): string | null {
  const tags = readTags(record);
  if (tags === null) return 'it is no list of tags';
  for (const name of ['p', 'sp']) {
    const value = tags.get(name)?.toLowerCase();
    if (value === undefined ? name === 'p' : !['none', 'quarantine', 'reject'].includes(value))
      return `its ${name}= is not none, quarantine or reject`;
  }
  return null;
}

function meaning(record: string, name: string, domain: string): string {
  const tags = readTags(record);
  const inherited = name === domain ? '' : `inherited from ${name}; `;
  const policy = (name === domain ? undefined : tags?.get('sp')) ?? tags?.get('p') ?? 'none';
  return policy.toLowerCase() === 'none'
    ? `${inherited}p=none only asks for reports; go on to p=quarantine when they are clean`
    : `${inherited}forgeries: ${policy}`;
}
