/** What the platform's results say of a message, as far as they are about what its reader sees. */
import type { DkimCheck, DmarcCheck, SpfCheck } from '../ports/mail-auth.ts';
import type { AuthResultEntry, AuthResults } from './auth-results.ts';
import type { AuthResult } from './types.ts';

/** null: the platform left it out. */
export interface PlatformFindings {
  spf: SpfCheck | null;
  dkim: DkimCheck | null;
  dmarc: DmarcCheck | null;
  arc: AuthResult | null;
}

const RESULTS: Readonly<Record<string, AuthResult>> = {
  none: 'none',
  pass: 'pass',
  fail: 'fail',
  // RFC 7001 2.6.2 and older.
  hardfail: 'fail',
  softfail: 'softfail',
  neutral: 'neutral',
  policy: 'policy',
  temperror: 'temperror',
  permerror: 'permerror',
  // RFC 7489 11.2: there was a better result that the local policy set aside.
  bestguesspass: 'none',
};

/** Of several signatures the best result counts. */
const DKIM_ORDER: readonly AuthResult[] = ['pass', 'temperror', 'fail', 'policy', 'permerror', 'neutral'];

/** @param mailFrom envelope sender; @param fromDomain domain of the From field that the reader sees */
export function platformFindings(
  results: AuthResults | null,
  mailFrom: string,
  fromDomain: string,
): PlatformFindings {
  if (results === null) return { spf: null, dkim: null, dmarc: null, arc: null };
  const of = (method: string) => results.entries.filter((entry) => entry.method === method);
  return {
    spf: spfOf(of('spf'), mailFrom),
    dkim: dkimOf(of('dkim')),
    dmarc: dmarcOf(of('dmarc')[0], fromDomain),
    arc: resultOf(of('arc')[0]),
  };
}

/** The result about the envelope sender; for a bounce, that about the client's name (RFC 7208 2.4). */
function spfOf(entries: readonly AuthResultEntry[], mailFrom: string): SpfCheck | null {
  const about = mailFrom === '' ? 'smtp.helo' : 'smtp.mailfrom';
  const entry = entries.find((e) => e.props.has(about)) ?? entries.find((e) => !hasIdentity(e));
  const result = resultOf(entry);
  if (entry === undefined || result === null) return null;
  const identity = entry.props.get(about) ?? mailFrom;
  return { result, domain: domainOf(identity) };
}

function hasIdentity({ props }: AuthResultEntry): boolean {
  return props.has('smtp.helo') || props.has('smtp.mailfrom');
}

function dkimOf(entries: readonly AuthResultEntry[]): DkimCheck | null {
  const results = entries.map(resultOf);
  const result = DKIM_ORDER.find((one) => results.includes(one)) ?? results.find((one) => one !== null);
  if (result === undefined || result === null) return null;
  const domainsWith = (wanted: AuthResult) =>
    entries.flatMap((entry) => {
      const domain = domainOf(entry.props.get('header.d') ?? entry.props.get('header.i') ?? '');
      return resultOf(entry) === wanted && domain !== '' ? [domain] : [];
    });
  return { result, domains: domainsWith('pass'), unknown: domainsWith('temperror') };
}

/** A result about another domain than the one that is shown as the author's says nothing of this message. */
function dmarcOf(entry: AuthResultEntry | undefined, fromDomain: string): DmarcCheck | null {
  const result = resultOf(entry);
  if (entry === undefined || result === null) return null;
  const about = entry.props.get('header.from');
  if (about === undefined || domainOf(about) !== fromDomain) return null;
  const policy = entry.props.get('policy.dmarc')?.toLowerCase();
  if (policy === 'none' || policy === 'quarantine' || policy === 'reject') return { result, policy };
  // What a failure leads to depends on the policy.
  return result === 'fail' ? null : { result, policy: null };
}

function resultOf(entry: AuthResultEntry | undefined): AuthResult | null {
  const result = entry?.result ?? '';
  return Object.hasOwn(RESULTS, result) ? (RESULTS[result] ?? null) : null;
}

function domainOf(identity: string): string {
  return identity
    .slice(identity.lastIndexOf('@') + 1)
    .toLowerCase()
    .replace(/\.$/, '');
}
