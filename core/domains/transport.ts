import { readTags } from '../dkim/record.ts';
import type { Dns } from '../ports/dns.ts';
import { recordsOf } from './ask.ts';
import { mtaStsAllows, mtaStsId, mtaStsPolicy } from './mta-sts.ts';
import type { DomainSettings } from './settings.ts';
import { type CheckState, type CheckSubject, concluded, type DnsCheck, NO_ANSWER } from './types.ts';

interface TransportFacts {
  domain: string;
  settings: DomainSettings;
  mxHosts: readonly string[];
}

/** Checks the record of the MTA-STS policy and the host that serves it (RFC 8461 3). */
export async function checkMtaSts(
  dns: Dns,
  { domain, settings, mxHosts }: TransportFacts,
): Promise<DnsCheck[]> {
  const name = `_mta-sts.${domain}`;
  const texts = await recordsOf(dns, name, 'TXT');
  const found = texts?.filter((text) => /^v=STSv1\s*(?:;|$)/.test(text)) ?? [];
  const { mtaSts } = settings;
  if (mtaSts === null) {
    const off: CheckSubject = { what: 'mta-sts', name, type: 'TXT', required: false, expected: '' };
    if (texts === null) return [concluded(off, 'unknown', [], NO_ANSWER)];
    return found.length > 0
      ? [concluded(off, 'extra', found, 'it announces a policy that is not served here')]
      : [concluded(off, 'missing', [], 'MTA-STS is switched off: "waypost domain set --mta-sts testing"')];
  }
  const id = await mtaStsId(mtaStsPolicy(mtaSts, mxHosts));
  const on: CheckSubject = {
    what: 'mta-sts',
    name,
    type: 'TXT',
    required: true,
    expected: `v=STSv1; id=${id}`,
  };
  const fault = texts === null ? null : faultOfAnnouncement(found, id);
  const refused = mtaSts.mode === 'none' ? [] : await refusedHosts(dns, domain, mtaSts.mx ?? mxHosts);
  const announced: [CheckState, string] =
    texts === null
      ? ['unknown', NO_ANSWER]
      : found.length === 0
        ? ['missing', 'senders do not look for the policy']
        : fault !== null
          ? ['wrong', fault]
          : refused.length > 0
            ? ['wrong', `the policy forbids hosts of the MX record: ${refused.join(', ')}`]
            : ['ok', `mode ${mtaSts.mode}`];
  return [concluded(on, announced[0], found, announced[1]), await checkPolicyHost(dns, domain)];
}

function faultOfAnnouncement(found: readonly string[], id: string): string | null {
  if (found.length > 1) return 'with several records none counts (RFC 8461 3.1)';
  if (readTags(found[0] ?? '')?.get('id') === id) return null;
  return 'its id is that of another policy: senders keep the one they have';
}

async function refusedHosts(dns: Dns, domain: string, patterns: readonly string[]): Promise<string[]> {
  const records = (await recordsOf(dns, domain, 'MX')) ?? [];
  return records
    .map((one) => one.slice(one.indexOf(' ') + 1))
    .filter((host) => !mtaStsAllows(patterns, host));
}

async function checkPolicyHost(dns: Dns, domain: string): Promise<DnsCheck> {
  const name = `mta-sts.${domain}`;
  const expected = 'the address of this installation (a custom domain or a route of its Worker)';
  const subject: CheckSubject = { what: 'mta-sts-host', name, type: 'A', required: true, expected };
  const [v4, v6] = await Promise.all([recordsOf(dns, name, 'A'), recordsOf(dns, name, 'AAAA')]);
  const found = [...(v4 ?? []), ...(v6 ?? [])];
  if (found.length > 0) return concluded(subject, 'ok', found, 'the policy is served under this name');
  return v4 === null || v6 === null
    ? concluded(subject, 'unknown', found, NO_ANSWER)
    : concluded(subject, 'missing', found, 'senders do not find the policy');
}

/** Checks the record that asks for reports on failed TLS (RFC 8460 3). */
export async function checkTlsReports(dns: Dns, domain: string, address: string | null): Promise<DnsCheck> {
  const subject: CheckSubject = {
    what: 'tls-rpt',
    name: `_smtp._tls.${domain}`,
    type: 'TXT',
    required: address !== null,
    expected: address === null ? '' : `v=TLSRPTv1; rua=mailto:${address}`,
  };
  const texts = await recordsOf(dns, subject.name, 'TXT');
  if (texts === null) return concluded(subject, 'unknown', [], NO_ANSWER);
  const found = texts.filter((text) => /^v=TLSRPTv1\s*(?:;|$)/.test(text));
  const [record, ...others] = found;
  if (record === undefined) {
    const off = 'nobody reports failed TLS: "waypost domain set --tls-reports ADDRESS"';
    const on = 'senders do not know where to report failed TLS';
    return concluded(subject, 'missing', [], address === null ? off : on);
  }
  const fault = others.length > 0 ? 'with several records none counts' : faultOfReports(record, address);
  return fault === null
    ? concluded(subject, 'ok', found, 'failed TLS is reported')
    : concluded(subject, 'wrong', found, fault);
}

function faultOfReports(record: string, address: string | null): string | null {
  const named = readTags(record)?.get('rua') ?? '';
  const targets = named.split(',').map((one) => one.trim().toLowerCase());
  if (!targets.some((one) => /^(mailto:|https:\/\/)./.test(one)))
    return 'it names no mailto: or https: address';
  return address === null || targets.includes(`mailto:${address}`) ? null : `it does not name ${address}`;
}
