/**
 * Where a message comes from, how sure that is, and whether it belongs into Junk. What the platform found out counts
 * first; only what it leaves out is checked here.
 */
import type { MessageIndex } from '../../../codecs/mime/index.ts';
import { canonicalAddress, canonicalDomain } from '../../../core/mail/recipients.ts';
import type { NewMessage } from '../../../core/mail/types.ts';
import type { ArcCheck, DkimCheck, MailAuth, SpfCheck } from '../../../core/ports/mail-auth.ts';
import type { SpamFacts } from '../../../core/ports/spam.ts';
import { platformFindings } from '../../../core/trust/platform-results.ts';
import { type PlatformTrace, platformTrace } from '../../../core/trust/platform-trace.ts';
import type { TrustVerdict } from '../../../core/trust/types.ts';
import {
  decideVerdict,
  type Findings,
  type ListFindings,
  submittedVerdict,
} from '../../../core/trust/verdict.ts';
import type { Services } from '../../../platform/services.ts';
import { type TrustSettings, trustSettings } from '../../../platform/trust-settings.ts';
import type { Arrival } from './index.ts';

/** The message with its verdict, in Junk when that is where it belongs. */
export async function judge(services: Services, arrival: Arrival): Promise<NewMessage> {
  const { message, envelope } = arrival;
  const author = authorOf(arrival.index);
  if (envelope.submitted === true) return { ...message, verdict: submittedVerdict(author.domain) };
  const { platformAuthservId: authservId, platformReceivedBy: receivedBy } = services.config;
  const trace = platformTrace(arrival.index.headers, { authservId, receivedBy });
  // email() has seen the same field on top of all others.
  if (envelope.authResults === '') trace.results = null;
  const settings = await trustSettings(services, arrival.ref);
  const lists = askLists(settings, arrival, trace);
  const verdict = await verdictOf(services, { arrival, author, trace, settings, lists });
  const junk = verdict.disposition === 'junk';
  services.log[junk ? 'info' : 'debug']('mail.judged', {
    correlationId: arrival.correlationId,
    ...logFields(verdict),
  });
  return junk ? { ...message, verdict, folderRole: 'junk' } : { ...message, verdict };
}

interface Author {
  /** The one domain of the From field, or ''. */
  domain: string;
  several: boolean;
}

interface Case {
  arrival: Arrival;
  author: Author;
  trace: PlatformTrace;
  settings: TrustSettings;
  lists: ListFindings;
}

function authorOf(index: MessageIndex): Author {
  const domains = new Set(index.from.map((from) => domainOf(from.address)).filter((domain) => domain !== ''));
  const several = domains.size > 1 || index.degraded.includes('duplicate-from');
  const [domain = ''] = domains;
  return { domain: several ? '' : domain, several };
}

function domainOf(address: string): string {
  return canonicalDomain(address.slice(address.lastIndexOf('@') + 1).trim()) ?? '';
}

/** The user's word counts before the tenant's; nobody can allow what the other blocks. */
function askLists(
  { tenant, user }: TrustSettings,
  { index, envelope }: Arrival,
  { clientIp }: PlatformTrace,
): ListFindings {
  const authors = index.from.map((from) => canonicalAddress(from.address) ?? `?@${domainOf(from.address)}`);
  const returnPath = canonicalAddress(envelope.mailFrom);
  // A list names who wrote the message; who sent it on can be blocked too, but vouches for nobody.
  const everybody = returnPath === null ? authors : [...authors, returnPath];
  const first = (list: 'allow' | 'block', addresses: string[]) => {
    for (const [by, lists] of [['user', user] as const, ['tenant', tenant] as const]) {
      const match = lists[list].match({ addresses, clientIp });
      if (match !== null) return { by, match };
    }
    return null;
  };
  return { blocked: first('block', everybody), allowed: first('allow', authors) };
}

async function verdictOf(services: Services, one: Case): Promise<TrustVerdict> {
  const { arrival, author, trace, settings, lists } = one;
  const known = platformFindings(trace.results, arrival.envelope.mailFrom, author.domain);
  const found: Findings = {
    source: 'platform',
    fromDomain: author.domain,
    severalAuthors: author.several,
    spf: known.spf ?? { result: 'none', domain: '' },
    dkim: known.dkim ?? { result: 'none', domains: [], unknown: [] },
    dmarc: known.dmarc ?? { result: 'none', policy: null },
    arc: { result: known.arc ?? 'none', sets: [] },
    spam: null,
  };
  // Nothing that could be found out would change what becomes of it.
  if (lists.blocked === null) await complete(services.mailAuth, found, known, one);
  const { message, ref } = arrival;
  if (settings.spam.enabled && lists.blocked === null) {
    found.spam = await scoreOf(services, one, spamFacts(message, found), ref);
  }
  return decideVerdict(found, lists, settings.spam);
}

/** Checks what the platform left out. */
async function complete(
  mailAuth: MailAuth,
  found: Findings,
  known: ReturnType<typeof platformFindings>,
  { arrival, trace, author }: Case,
): Promise<void> {
  const { envelope, open, index } = arrival;
  const mail = { open, mailFrom: envelope.mailFrom, clientIp: trace.clientIp, helo: trace.helo };
  const checks: [Promise<SpfCheck>, Promise<{ dkim: DkimCheck; arc: ArcCheck }>] = [
    known.spf !== null ? Promise.resolve(found.spf) : mailAuth.spf(mail),
    known.dkim !== null ? Promise.resolve({ dkim: found.dkim, arc: found.arc }) : mailAuth.signatures(mail),
  ];
  const [spf, signatures] = await Promise.all(checks);
  found.spf = spf;
  found.dkim = signatures.dkim;
  found.arc = known.arc === null || known.arc === signatures.arc.result ? signatures.arc : found.arc;
  if (known.dmarc === null && !author.several) {
    found.dmarc = await mailAuth.dmarc(author.domain, found.spf, found.dkim);
  }
  const enforced = found.dmarc.policy === 'quarantine' || found.dmarc.policy === 'reject';
  // The chain matters when DMARC would have the message quarantined, and was not looked at yet.
  if (found.dmarc.result === 'fail' && enforced && known.dkim !== null && hasArc(index)) {
    found.arc = (await mailAuth.signatures(mail)).arc;
  }
  if (known.spf === null || known.dkim === null || (known.dmarc === null && !author.several)) {
    found.source = 'checked';
  }
}

function hasArc({ headers }: MessageIndex): boolean {
  return headers.some(({ name }) => name === 'arc-seal');
}

/** A filter that fails leaves the message without a score: that must not keep it from its reader. */
async function scoreOf(
  services: Services,
  { arrival, settings }: Case,
  facts: SpamFacts,
  ref: Arrival['ref'],
): Promise<number | null> {
  try {
    return await services.spam.score(ref, facts, settings.spam);
  } catch (error) {
    services.log.warn('spam.failed', {
      correlationId: arrival.correlationId,
      error: error instanceof Error ? error.message : String(error),
    });
    return null;
  }
}

function spamFacts(message: NewMessage, found: Findings): SpamFacts {
  const { spf, dkim, dmarc, fromDomain } = found;
  return {
    ...message,
    attachments: message.parts.flatMap((part) =>
      part.isAttachment && part.name !== null ? [part.name] : [],
    ),
    verdict: { spf: spf.result, dkim: dkim.result, dmarc: dmarc.result, fromDomain },
  };
}

function logFields({ reasons, spf, dkim, dmarc, arc, disposition, spam, source }: TrustVerdict) {
  return { source, spf, dkim, dmarc, arc, spam, disposition, reasons: reasons.length };
}
