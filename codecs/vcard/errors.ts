/** not-a-vcard: no BEGIN:VCARD and END:VCARD around it. too-large, too-many-properties: beyond LIMITS. */
type VCardFault = 'not-a-vcard' | 'too-large' | 'too-many-properties';

/** A vCard that is not read. */
export class VCardError extends Error {
  readonly fault: VCardFault;
  constructor(fault: VCardFault) {
    super(`vCard: ${fault}`);
    this.name = 'VCardError';
    this.fault = fault;
  }
}

/** What one vCard may cost (ATTACKS A13). */
export const LIMITS = {
  /** Bytes of one card, its photo included. */
  cardBytes: 4 * 1024 * 1024,
  /** Lines as they stand, folded ones and empty ones included. */
  lines: 100_000,
  /** Bytes of one unfolded line that is no picture, sound or key. */
  lineBytes: 128 * 1024,
  properties: 2000,
  /** Parameters of one property. */
  params: 64,
  /** Characters of a name, and of a parameter's value. */
  name: 128,
  param: 4096,
} as const;
