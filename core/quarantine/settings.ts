/** What a tenant wants to have kept out of mailboxes altogether. Nothing, unless it says so. */
export interface QuarantineSettings {
  /** Mail that fails DMARC where the domain asks for it: only those that ask to reject, or to quarantine as well. */
  dmarc: 'off' | 'reject' | 'enforced';
  /** Spam score from which on, at most 1; null: none. */
  spam: number | null;
  /** Endings of names of attachments, without the dot. */
  attachments: string[];
  /** Mail that cannot be read as a message at all. */
  unreadable: boolean;
  /** How long it is kept. */
  days: number;
}

export const QUARANTINE_SETTING = 'quarantine';
export const MAX_QUARANTINE_DAYS = 365;
export const MAX_ENDINGS = 200;

const NO_QUARANTINE: Readonly<QuarantineSettings> = Object.freeze({
  ...{ dmarc: 'off', spam: null, attachments: [], unreadable: false, days: 30 },
});

/** The setting as it was stored; what is damaged or absent has its default. */
export function readQuarantine(value: unknown): QuarantineSettings {
  const given = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const { dmarc, spam, attachments, unreadable, days } = given;
  return {
    dmarc: dmarc === 'reject' || dmarc === 'enforced' ? dmarc : 'off',
    spam: typeof spam === 'number' && spam > 0 && spam <= 1 ? spam : null,
    attachments: Array.isArray(attachments) ? attachments.filter((one) => typeof one === 'string') : [],
    unreadable: unreadable === true,
    days: typeof days === 'number' && days >= 1 && days <= MAX_QUARANTINE_DAYS ? days : NO_QUARANTINE.days,
  };
}
