/** From what was found out about a message to what becomes of it. */
import type { ArcCheck, DkimCheck, DmarcCheck, SpfCheck } from '../ports/mail-auth.ts';
import { parseAuthResults } from './auth-results.ts';
import type { SenderMatch } from './lists.ts';
import type { SpamSettings } from './spam-settings.ts';
import type { TrustVerdict } from './types.ts';

export interface Findings {
  /** `platform` when nothing had to be checked by ourselves. */
  source: 'platform' | 'checked';
  /** The one domain of the From field, '' when there is none or more than one. */
  fromDomain: string;
  /** The From field names people of several domains, or stands there more than once. */
  severalAuthors: boolean;
  spf: SpfCheck;
  dkim: DkimCheck;
  dmarc: DmarcCheck;
  arc: ArcCheck;
  /** 0 to 1, or null when nothing judged it. */
  spam: number | null;
}

/** What the lists say, the mailbox's before the tenant's. */
export interface ListFindings {
  blocked: { by: 'user' | 'tenant'; match: SenderMatch } | null;
  allowed: { by: 'user' | 'tenant'; match: SenderMatch } | null;
}

/** Mail that a signed-in user of this installation wrote: nothing is checked. */
export function submittedVerdict(fromDomain: string): TrustVerdict {
  return {
    source: 'submitted',
    spf: 'none',
    dkim: 'none',
    dmarc: 'none',
    arc: 'none',
    fromDomain,
    policy: null,
    spam: null,
    disposition: 'inbox',
    reasons: ['submitted by a signed-in user'],
  };
}

/**
 * A block list decides before everything else. An allow list keeps out of Junk only who is proven to be the sender
 * (or comes from a listed address of the network): otherwise a forged friend would pass. Then DMARC, then the score.
 */
export function decideVerdict(found: Findings, lists: ListFindings, spam: SpamSettings): TrustVerdict {
  const { fromDomain, spf, dkim, dmarc, arc } = found;
  const reasons: string[] = [];
  const disposition = dispositionOf(found, lists, spam, reasons);
  return {
    source: found.source,
    spf: spf.result,
    dkim: dkim.result,
    dmarc: found.severalAuthors ? 'permerror' : dmarc.result,
    arc: arc.result,
    fromDomain,
    policy: dmarc.policy,
    spam: found.spam,
    disposition,
    reasons,
  };
}

function dispositionOf(
  found: Findings,
  { blocked, allowed }: ListFindings,
  settings: SpamSettings,
  reasons: string[],
): 'inbox' | 'junk' {
  if (blocked !== null) {
    reasons.push(`blocked by ${blocked.by}: ${blocked.match.entry}`);
    return 'junk';
  }
  if (allowed !== null) {
    const proof = allowed.match.byIp ? 'its network address' : proofOf(found);
    if (proof !== null) {
      reasons.push(`allowed by ${allowed.by}: ${allowed.match.entry} (${proof})`);
      return 'inbox';
    }
    reasons.push(`allowed by ${allowed.by}: ${allowed.match.entry}, but nothing proves the sender`);
  }
  if (found.severalAuthors) {
    reasons.push('the From field names authors of several domains');
    return 'junk';
  }
  const { dmarc } = found;
  if (dmarc.result === 'fail') {
    const failure = `dmarc=fail p=${dmarc.policy ?? 'none'}`;
    const sealer =
      dmarc.policy === 'none' || dmarc.policy === null ? null : vouchingSealer(found, settings.sealers);
    reasons.push(sealer === null ? failure : `${failure}, but ${sealer} vouches for it (arc=pass)`);
    if (sealer === null && dmarc.policy !== 'none' && dmarc.policy !== null) return 'junk';
  } else if (dmarc.result === 'temperror') {
    reasons.push('dmarc=temperror: the DNS gave no answer');
  }
  if (found.spam !== null && settings.enabled && found.spam >= settings.threshold) {
    reasons.push(`spam score ${found.spam.toFixed(2)} of ${settings.threshold.toFixed(2)}`);
    return 'junk';
  }
  return 'inbox';
}

/** What proves that the domain of the From field sent the message, or null. */
function proofOf({ fromDomain, severalAuthors, spf, dkim, dmarc }: Findings): string | null {
  if (fromDomain === '' || severalAuthors) return null;
  if (dmarc.result === 'pass') return 'dmarc=pass';
  // With a policy, its own terms of alignment have been looked at.
  if (dmarc.result !== 'none') return null;
  if (dkim.domains.some((domain) => speaksFor(domain, fromDomain))) return 'dkim=pass';
  return spf.result === 'pass' && speaksFor(spf.domain, fromDomain) ? 'spf=pass' : null;
}

/** A domain speaks for itself and for what lies below it. */
function speaksFor(domain: string, fromDomain: string): boolean {
  const name = domain.toLowerCase();
  return name.includes('.') && (fromDomain === name || fromDomain.endsWith(`.${name}`));
}

/**
 * The sealer that saw the message pass DMARC, when it and everybody who sealed after it is trusted: each of them
 * could have written what stands before it (RFC 8617 7.2).
 */
function vouchingSealer({ arc, fromDomain }: Findings, sealers: readonly string[]): string | null {
  if (arc.result !== 'pass' || fromDomain === '') return null;
  for (const { sealer, results } of [...arc.sets].reverse()) {
    const name = sealer.toLowerCase();
    if (!sealers.some((trusted) => name === trusted || name.endsWith(`.${trusted}`))) return null;
    const dmarc = parseAuthResults(results)?.entries.find((entry) => entry.method === 'dmarc');
    if (dmarc?.result === 'pass' && dmarc.props.get('header.from')?.toLowerCase() === fromDomain) return name;
  }
  return null;
}
