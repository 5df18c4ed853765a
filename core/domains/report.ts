import { faultOfKeyRecord, keyRecord, keyRecordName } from '../dkim/record.ts';
import type { DkimKey } from '../ports/dkim.ts';
import type { Dns } from '../ports/dns.ts';
import { recordsOf } from './ask.ts';
import { checkAutodiscover } from './autodiscover.ts';
import { checkDmarc } from './dmarc.ts';
import type { DomainSettings } from './settings.ts';
import { checkSpf } from './spf.ts';
import { checkMtaSts, checkTlsReports } from './transport.ts';
import { type CheckSubject, concluded, type DnsCheck, NO_ANSWER } from './types.ts';

export interface DomainFacts {
  domain: string;
  keys: readonly DkimKey[];
  settings: DomainSettings;
  /** Hosts that receive the installation's mail. */
  mxHosts: readonly string[];
  /** What the SPF record must hold when the domain does not say otherwise. */
  spfMechanisms: readonly string[];
  /** Host under which mail programs find the installation; null: it has none of its own. */
  publicHost: string | null;
}

/** Every record that a domain needs, and what the DNS has of it, in the order in which to publish them. */
export async function domainReport(dns: Dns, facts: DomainFacts): Promise<DnsCheck[]> {
  const { domain, settings, spfMechanisms } = facts;
  const checks = await Promise.all([
    checkMx(dns, facts),
    checkSpf(dns, domain, settings.spf ?? spfMechanisms),
    checkKeys(dns, facts),
    checkDmarc(dns, domain),
    checkMtaSts(dns, facts),
    checkTlsReports(dns, domain, settings.tlsReports),
    checkAutodiscover(dns, facts),
  ]);
  return checks.flat();
}

/** Whether everything that is required is as it should be. */
export function isComplete(checks: readonly DnsCheck[]): boolean {
  return checks.every(({ required, state }) => !required || state === 'ok');
}

async function checkMx(dns: Dns, { domain, mxHosts }: DomainFacts): Promise<DnsCheck> {
  const base: CheckSubject = {
    what: 'mx',
    name: domain,
    type: 'MX',
    required: true,
    expected: mxHosts.map((host, i) => `${10 * (i + 1)} ${host}`).join('\n'),
  };
  const found = await recordsOf(dns, domain, 'MX');
  if (found === null) return concluded(base, 'unknown', [], NO_ANSWER);
  if (found.length === 0) return concluded(base, 'missing', found, 'no mail arrives');
  const hosts = found.map((one) => one.slice(one.indexOf(' ') + 1));
  const strangers = hosts.filter((host) => !mxHosts.includes(host));
  const absent = mxHosts.filter((host) => !hosts.includes(host));
  if (strangers.length > 0)
    return concluded(base, 'wrong', found, `mail goes elsewhere too: ${strangers.join(', ') || '(none)'}`);
  if (absent.length > 0) return concluded(base, 'wrong', found, `it lacks ${absent.join(', ')}`);
  return concluded(base, 'ok', found, 'mail arrives');
}

async function checkKeys(dns: Dns, { domain, keys }: DomainFacts): Promise<DnsCheck[]> {
  const checks = (await Promise.all(keys.map((key) => checkKey(dns, key)))).filter((one) => one !== null);
  if (keys.some((key) => key.state !== 'retired')) return checks;
  const name = `*._domainkey.${domain}`;
  const none: CheckSubject = { what: 'dkim', name, type: 'TXT', required: true, expected: '' };
  return [concluded(none, 'missing', [], 'there is no key: "waypost domain dkim" makes one'), ...checks];
}

async function checkKey(dns: Dns, key: DkimKey): Promise<DnsCheck | null> {
  const retired = key.state === 'retired';
  const base: CheckSubject = {
    what: 'dkim',
    name: keyRecordName(key),
    type: 'TXT',
    required: !retired,
    expected: retired ? '' : keyRecord(key),
  };
  const found = await recordsOf(dns, base.name, 'TXT');
  if (found === null) return retired ? null : concluded(base, 'unknown', [], NO_ANSWER);
  const [record, ...others] = found;
  if (retired)
    return record === undefined
      ? null
      : concluded(base, 'extra', found, 'every signature of this key has expired: the record may go');
  const role = roleOf(key);
  if (record === undefined) return concluded(base, 'missing', found, role);
  if (others.length > 0) return concluded(base, 'wrong', found, 'there must be one record');
  const fault = faultOfKeyRecord(record, key);
  return fault === null
    ? concluded(base, 'ok', found, role)
    : concluded(base, 'wrong', found, `${fault}; ${role}`);
}

function roleOf({ state, notAfter }: DkimKey): string {
  if (state === 'pending') return 'the key signs as soon as its record is seen';
  if (notAfter === null) return 'the key signs';
  return `replaced; its signatures hold until ${new Date(notAfter).toISOString().slice(0, 16)}Z`;
}
