import type { AuthResult } from '../trust/types.ts';

/** A message whose origin is to be checked. */
interface MailToCheck {
  /** The raw from its beginning; each call reads it anew. Rejects when it cannot be read now. */
  open(): Promise<ReadableStream<Uint8Array>>;
  /** Envelope sender; empty for a bounce. */
  mailFrom: string;
  /** Address of the client that gave the message to the platform; without it SPF is `none`. */
  clientIp: string | null;
  helo: string | null;
}

export interface SpfCheck {
  result: AuthResult;
  /** Domain that was checked: of the envelope sender, or the client's name for a bounce. */
  domain: string;
}

export interface DkimCheck {
  result: AuthResult;
  /** Domains of the signatures that pass, in lower case. */
  domains: string[];
  /** Domains of the signatures whose key could not be had now. */
  unknown: string[];
}

export interface ArcCheck {
  result: AuthResult;
  /** The sets of a chain that passes, the oldest first: who sealed, and what it had found (RFC 8617 4.1.1). */
  sets: { sealer: string; results: string }[];
}

export interface DmarcCheck {
  result: AuthResult;
  /** What the domain asks for, or null when it publishes nothing. */
  policy: 'none' | 'quarantine' | 'reject' | null;
}

/**
 * Checks of a message's origin, bounded in time, look-ups and bytes. They reject only when the raw cannot be read:
 * what the DNS does not answer is `temperror`, what is over a limit `permerror` (DKIM: `policy`).
 */
export interface MailAuth {
  /** RFC 7208. */
  spf(mail: Pick<MailToCheck, 'mailFrom' | 'clientIp' | 'helo'>): Promise<SpfCheck>;
  /** RFC 6376 and RFC 8617, in one pass over the message. */
  signatures(mail: Pick<MailToCheck, 'open'>): Promise<{ dkim: DkimCheck; arc: ArcCheck }>;
  /** RFC 9989. `fromDomain`: the one domain of the From field. */
  dmarc(fromDomain: string, spf: SpfCheck, dkim: DkimCheck): Promise<DmarcCheck>;
}
