import type { Dns } from '../ports/dns.ts';
import { recordsOf } from './ask.ts';
import { type CheckState, type CheckSubject, concluded, type DnsCheck, NO_ANSWER } from './types.ts';

/** RFC 7208 4.6.4. */
const MAX_LOOKUPS = 10;

const MECHANISM = /^([+\-?~])?(all|include|a|mx|ptr|ip4|ip6|exists)(:[^\s/]+(?:\/[\d/]+)?|\/[\d/]+)?$/i;
const MODIFIER = /^([a-z][a-z0-9._-]*)=(\S*)$/i;

interface Walk {
  dns: Dns;
  lookups: number;
  /** What lets a server send, wherever it was found. */
  passes: Set<string>;
  fault: string | null;
  unknown: boolean;
}

/** Checks the SPF record (RFC 7208): one, with what the way out needs, within its limits, and with an end. */
export async function checkSpf(dns: Dns, domain: string, needed: readonly string[]): Promise<DnsCheck> {
  const expected = ['v=spf1', ...needed, '-all'].join(' ');
  const subject: CheckSubject = { what: 'spf', name: domain, type: 'TXT', required: true, expected };
  const check = (state: CheckState, found: string[], why: string) => concluded(subject, state, found, why);
  const found = await spfRecords(dns, domain);
  if (found === null) return check('unknown', [], NO_ANSWER);
  const [record, ...others] = found;
  if (record === undefined) return check('missing', found, 'receivers cannot tell whose servers may send');
  if (others.length > 0) return check('wrong', found, 'with several SPF records none counts (RFC 7208 4.5)');
  const walk: Walk = { dns, lookups: 0, passes: new Set(), fault: null, unknown: false };
  const all = await follow(walk, record);
  if (walk.fault !== null) return check('wrong', found, walk.fault);
  if (walk.unknown) return check('unknown', found, 'the DNS did not answer for a record that it includes');
  const missing = needed.filter((one) => !walk.passes.has(normal(one)));
  if (missing.length > 0) return check('wrong', found, `it lacks ${missing.join(' ')}`);
  if (all !== '-' && all !== '~')
    return check('wrong', found, 'it does not end in -all or ~all: anybody may send as the domain');
  return check('ok', found, `${walk.lookups} of ${MAX_LOOKUPS} lookups`);
}

async function spfRecords(dns: Dns, name: string): Promise<string[] | null> {
  const records = await recordsOf(dns, name, 'TXT');
  return records?.filter((text) => /^v=spf1(?: |$)/i.test(text)) ?? null;
}

/** Reads a record and those that it leads to. Resolves with the qualifier of its `all`, or null without one. */
async function follow(walk: Walk, record: string): Promise<string | null> {
  let redirect: string | null = null;
  for (const term of record.split(/ +/).slice(1)) {
    if (term === '' || walk.fault !== null) continue;
    const modifier = MODIFIER.exec(term);
    if (modifier !== null) {
      if (modifier[1]?.toLowerCase() === 'redirect') redirect = modifier[2] ?? '';
      continue;
    }
    const [, qualifier = '+', name = '', argument = ''] = MECHANISM.exec(term) ?? [];
    const mechanism = name.toLowerCase();
    if (mechanism === '') walk.fault = `it has a term that nobody knows: ${term.slice(0, 60)}`;
    // Nothing behind it is looked at (RFC 7208 5.1).
    if (mechanism === 'all') return qualifier;
    if (qualifier === '+') walk.passes.add(normal(term));
    if (mechanism === 'include') await enter(walk, argument.slice(1), `include${argument}`);
    else if (['a', 'mx', 'ptr', 'exists'].includes(mechanism)) count(walk);
  }
  return redirect === null ? null : enter(walk, redirect, `redirect=${redirect}`);
}

async function enter(walk: Walk, target: string, term: string): Promise<string | null> {
  if (!count(walk)) return null;
  // A name that depends on the sender cannot be followed.
  if (target.includes('%')) return null;
  const records = await spfRecords(walk.dns, target);
  if (records === null) walk.unknown = true;
  else if (records.length !== 1) walk.fault = `${term} leads to ${records.length} SPF records`;
  const [record] = records ?? [];
  return record === undefined || records?.length !== 1 ? null : follow(walk, record);
}

function count(walk: Walk): boolean {
  if (++walk.lookups > MAX_LOOKUPS) walk.fault = `it takes more than ${MAX_LOOKUPS} lookups (RFC 7208 4.6.4)`;
  return walk.fault === null;
}

function normal(term: string): string {
  return term.toLowerCase().replace(/^\+/, '');
}
