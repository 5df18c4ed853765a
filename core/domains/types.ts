import type { DnsType } from '../ports/dns.ts';

/**
 * ok: as it should be. missing: not there. wrong: there and different. extra: there although nobody needs it.
 * unknown: the DNS gave no answer.
 */
export type CheckState = 'ok' | 'missing' | 'wrong' | 'extra' | 'unknown';

/** One record that a domain needs, or has. */
export interface DnsCheck {
  what:
    | 'mx'
    | 'spf'
    | 'dkim'
    | 'dmarc'
    | 'mta-sts'
    | 'mta-sts-host'
    | 'tls-rpt'
    | 'autodiscover'
    | 'autodiscover-srv'
    | 'autoconfig';
  name: string;
  type: DnsType;
  state: CheckState;
  /** Without it mail is lost, refused or not trusted. */
  required: boolean;
  /** What to publish; lines of their own where there are several records. Empty: nothing. */
  expected: string;
  found: string[];
  why: string;
}

/** What a check is about, before anybody has looked. */
export type CheckSubject = Omit<DnsCheck, 'state' | 'found' | 'why'>;

export function concluded(subject: CheckSubject, state: CheckState, found: string[], why: string): DnsCheck {
  return { ...subject, state, found, why };
}

export const NO_ANSWER = 'the DNS did not answer';
