/** Result of one check (RFC 8601 2.7). `policy` only of DKIM: a signature that is not accepted for what it leaves out. */
export type AuthResult =
  | 'none'
  | 'pass'
  | 'fail'
  | 'softfail'
  | 'neutral'
  | 'policy'
  | 'temperror'
  | 'permerror';

/** What is known of a message's origin, and what follows from it. Kept with the message. */
export interface TrustVerdict {
  /** `submitted`: written by a user of this installation who was signed in; nothing is checked. */
  source: 'platform' | 'checked' | 'submitted';
  spf: AuthResult;
  dkim: AuthResult;
  dmarc: AuthResult;
  arc: AuthResult;
  /** Domain of the From address, as DMARC sees it; '' when there is none. */
  fromDomain: string;
  /** Policy that the domain publishes, or null (RFC 7489 6.3). */
  policy: 'none' | 'quarantine' | 'reject' | null;
  /** 0 (wanted) to 1 (spam), or null when nothing judged it. */
  spam: number | null;
  disposition: 'inbox' | 'junk';
  /** In the order in which they counted, e.g. `dmarc=fail p=quarantine`, `blocked by user: @shop.example`. */
  reasons: string[];
}
