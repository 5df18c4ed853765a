import type { Dns } from '../ports/dns.ts';
import { recordsOf } from './ask.ts';
import { type CheckSubject, concluded, type DnsCheck, NO_ANSWER } from './types.ts';

interface DiscoveryFacts {
  domain: string;
  /** Host under which mail programs find the installation; null: every name that leads to it is as good. */
  publicHost: string | null;
}

const HERE = 'the address of this installation (a custom domain or a route of its Worker)';

/** The records by which mail programs find the installation from an address alone. */
export async function checkAutodiscover(dns: Dns, facts: DiscoveryFacts): Promise<DnsCheck[]> {
  const { domain } = facts;
  return Promise.all([
    checkHost(dns, facts, 'autodiscover', `autodiscover.${domain}`, 'Outlook, Apple Mail and phones'),
    checkService(dns, facts),
    checkHost(dns, facts, 'autoconfig', `autoconfig.${domain}`, 'Thunderbird'),
  ]);
}

async function checkHost(
  dns: Dns,
  { publicHost }: DiscoveryFacts,
  what: 'autodiscover' | 'autoconfig',
  name: string,
  who: string,
): Promise<DnsCheck> {
  const expected = publicHost ?? HERE;
  const subject: CheckSubject = { what, name, type: 'CNAME', required: false, expected };
  const [alias, v4, v6] = await Promise.all([
    recordsOf(dns, name, 'CNAME'),
    recordsOf(dns, name, 'A'),
    recordsOf(dns, name, 'AAAA'),
  ]);
  const addresses = [...(v4 ?? []), ...(v6 ?? [])];
  const found = alias === null || alias.length === 0 ? addresses : alias;
  if (addresses.length === 0) {
    if (v4 === null || v6 === null) return concluded(subject, 'unknown', found, NO_ANSWER);
    if (found.length > 0) return concluded(subject, 'wrong', found, 'it leads to a name without an address');
    return concluded(subject, 'missing', found, `${who} ask for the server's address`);
  }
  // A name with addresses of its own can be one of the Worker; an alias says by itself where it leads.
  const elsewhere = publicHost !== null && alias?.some((one) => one !== publicHost) === true;
  return elsewhere
    ? concluded(subject, 'wrong', found, 'it leads to another server')
    : concluded(subject, 'ok', found, `${who} set themselves up`);
}

/** RFC 2782: for clients that find no host of that name, such as Outlook, Thunderbird and exchangelib. */
async function checkService(dns: Dns, { domain, publicHost }: DiscoveryFacts): Promise<DnsCheck> {
  const subject: CheckSubject = {
    what: 'autodiscover-srv',
    name: `_autodiscover._tcp.${domain}`,
    type: 'SRV',
    required: false,
    expected: publicHost === null ? `0 0 443 autodiscover.${domain}` : `0 0 443 ${publicHost}`,
  };
  const found = await recordsOf(dns, subject.name, 'SRV');
  if (found === null) return concluded(subject, 'unknown', [], NO_ANSWER);
  if (found.length === 0) {
    return concluded(subject, 'missing', [], 'only the name above leads programs here');
  }
  const targets = found.map((one) => one.split(' '));
  if (targets.some(([, , port]) => port !== '443')) {
    return concluded(subject, 'wrong', found, 'the service is under port 443');
  }
  const elsewhere = publicHost !== null && targets.some(([, , , host]) => host !== publicHost);
  return elsewhere
    ? concluded(subject, 'wrong', found, 'it leads to another server')
    : concluded(subject, 'ok', found, 'programs are told the server');
}
