import { InvalidInputError } from '../errors.ts';
import { canonicalDomain } from '../mail/recipients.ts';

/** The tenant setting `spam`. */
export interface SpamSettings {
  /** Whether messages get a score and moves to and from Junk teach. */
  enabled: boolean;
  /** Score from which on a message goes to Junk, over 0 and at most 1. */
  threshold: number;
  /** Top-level domains that tell against a sender, without the dot. */
  suspectTlds: string[];
  /** Domains whose ARC seal vouches for what they forward. */
  sealers: string[];
}

export const SPAM_SETTING = 'spam';
const MAX_NAMES = 100;

/** Forwarders and lists whose word on what they received is widely taken, and the platform itself. */
const SEALERS = ['cloudflare-email.net', 'google.com', 'microsoft.com', 'messagingengine.com'];

export const DEFAULT_SPAM_SETTINGS: Readonly<SpamSettings> = Object.freeze({
  enabled: true,
  threshold: 0.9,
  suspectTlds: [],
  sealers: SEALERS,
});

/** The setting as it was stored; what is damaged or absent has its default. */
export function readSpamSettings(value: unknown): SpamSettings {
  const given = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const { enabled, threshold, suspectTlds, sealers } = given;
  return {
    enabled: typeof enabled === 'boolean' ? enabled : DEFAULT_SPAM_SETTINGS.enabled,
    threshold: isThreshold(threshold) ? threshold : DEFAULT_SPAM_SETTINGS.threshold,
    suspectTlds: names(suspectTlds) ?? DEFAULT_SPAM_SETTINGS.suspectTlds,
    sealers: names(sealers) ?? DEFAULT_SPAM_SETTINGS.sealers,
  };
}

/** The settings with what is given changed. InvalidInputError says what is wrong. */
export function changeSpamSettings(before: SpamSettings, change: Partial<SpamSettings>): SpamSettings {
  const { threshold = before.threshold, enabled = before.enabled } = change;
  if (!isThreshold(threshold)) throw new InvalidInputError('threshold must be over 0 and at most 1');
  return {
    enabled,
    threshold,
    suspectTlds: checkedNames('suspectTlds', change.suspectTlds) ?? before.suspectTlds,
    sealers: checkedNames('sealers', change.sealers) ?? before.sealers,
  };
}

function isThreshold(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value <= 1;
}

function checkedNames(what: string, given: string[] | undefined): string[] | null {
  if (given === undefined) return null;
  if (given.length > MAX_NAMES) throw new InvalidInputError(`${what} holds at most ${MAX_NAMES} names`);
  const read = names(given) ?? [];
  if (read.length !== new Set(given.map((n) => n.toLowerCase())).size) {
    throw new InvalidInputError(`${what} holds something that is no domain name`);
  }
  return read;
}

function names(value: unknown): string[] | null {
  if (!Array.isArray(value)) return null;
  const all = value.flatMap((one) => (typeof one === 'string' ? (nameOf(one) ?? []) : []));
  return [...new Set(all)].slice(0, MAX_NAMES);
}

/** A top-level domain alone is a name here. */
function nameOf(text: string): string | null {
  const plain = text.trim().replace(/^\./, '').toLowerCase();
  return /^[a-z0-9-]{1,63}$/.test(plain) ? plain : canonicalDomain(plain);
}
