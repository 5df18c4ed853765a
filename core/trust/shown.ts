/**
 * What a reader's program gets to see of the fields about trust: the word of this installation, and none that a sender
 * wrote in its name (ATTACKS A25, RFC 8601 5). The raw keeps all of it.
 */
import type { FieldFate, HeaderFilterOptions } from '../../codecs/mime/index.ts';
import { authservIdOf } from './auth-results.ts';
import type { TrustVerdict } from './types.ts';

/**
 * Fields by which Exchange and Outlook know what a server found out or decided. Whoever writes one must not have it
 * believed here.
 */
const OF_SERVERS = /^x-(?:ms-|microsoft-antispam|forefront-|exchange-|eop|waypost-)/;
const ARC = /^arc-(?:seal|message-signature|authentication-results)$/;

/** The names under which results are believed (RFC 8601 2.5). */
export interface TrustedNames {
  /** Of this installation. */
  authservId: string;
  platformAuthservId: string;
}

/** What is left out of the header of a message that is shown, and what is put on top of it. */
export function shownHeader(verdict: TrustVerdict | null, names: TrustedNames): HeaderFilterOptions {
  const own = [names.authservId.toLowerCase(), names.platformAuthservId.toLowerCase()];
  // A chain is shown where it was checked and holds.
  const arcHolds = verdict?.arc === 'pass';
  return {
    fate: (name): FieldFate => {
      if (name === 'authentication-results') return 'look';
      return OF_SERVERS.test(name) || (ARC.test(name) && !arcHolds) ? 'drop' : 'keep';
    },
    // Whoever cannot be told to be another speaks in our name.
    drops: (_name, value) => {
      const id = authservIdOf(value);
      return id === null || own.includes(id);
    },
    top: new TextEncoder().encode(authResultsField(verdict, names.authservId)),
  };
}

/** The field Authentication-Results of a verdict with its line end (RFC 8601 2.2), or '' where nothing was checked. */
export function authResultsField(verdict: TrustVerdict | null, authservId: string): string {
  if (verdict === null || verdict.source === 'submitted') return '';
  const { spf, dkim, dmarc, arc, fromDomain, policy } = verdict;
  const about = /^[a-z0-9.-]{1,253}$/.test(fromDomain) ? ` header.from=${fromDomain}` : '';
  const asked = policy === null ? '' : ` policy.dmarc=${policy}`;
  return (
    `Authentication-Results: ${authservId};\r\n` +
    `\tspf=${spf}; dkim=${dkim}; arc=${arc};\r\n` +
    `\tdmarc=${dmarc}${about}${asked}\r\n`
  );
}
