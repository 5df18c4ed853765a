import { canonicalAddress, canonicalDomain } from '../mail/recipients.ts';

/** RFC 8461 3.2. `mx` null: the hosts of the installation. */
export interface MtaStsSettings {
  mode: 'none' | 'testing' | 'enforce';
  maxAgeSeconds: number;
  /** Host names; `*.` at the beginning stands for one label. */
  mx: string[] | null;
}

/** What an administrator says of a domain beside its addresses. */
export interface DomainSettings {
  /** null: no policy is served. */
  mtaSts: MtaStsSettings | null;
  /** Mechanisms that the SPF record must hold; null: those of the installation. */
  spf: string[] | null;
  /** Address for reports on failed TLS (RFC 8460). */
  tlsReports: string | null;
}

export const NO_DOMAIN_SETTINGS: DomainSettings = { mtaSts: null, spf: null, tlsReports: null };

/** RFC 8461 3.2: at most a year; shorter than a day protects nobody (2). */
export const MTA_STS_MAX_AGE = { least: 86_400, most: 31_557_600, usual: 604_800 } as const;
export const MAX_LIST = 20;

/** Name of the tenant setting that holds them: as long as a name of the DNS at most, and two. */
export function domainSettingName(domain: string): string {
  return `d:${domain}`;
}

/** What was stored, as far as it can be read; the rest has its default. */
export function readDomainSettings(value: unknown): DomainSettings {
  if (!isObject(value)) return NO_DOMAIN_SETTINGS;
  const { mtaSts, spf, tlsReports } = value;
  return {
    mtaSts: readMtaSts(mtaSts),
    spf: readList(spf, isSpfMechanism),
    tlsReports: typeof tlsReports === 'string' ? canonicalAddress(tlsReports) : null,
  };
}

/** A mechanism that lets somebody send: `include:` and its like, never `all`. */
export function isSpfMechanism(text: string): boolean {
  return /^(?:(?:include|a|mx|exists):[a-z0-9_.-]+|a|mx|ip4:[0-9./]+|ip6:[0-9a-f:./]+)$/i.test(text);
}

/** A host name, or `*.` and a host name (RFC 8461 4.1). */
export function isMxPattern(text: string): boolean {
  return canonicalDomain(text.startsWith('*.') ? text.slice(2) : text) !== null;
}

function readMtaSts(value: unknown): MtaStsSettings | null {
  if (!isObject(value)) return null;
  const { mode, maxAgeSeconds, mx } = value;
  if (mode !== 'none' && mode !== 'testing' && mode !== 'enforce') return null;
  const { least, most, usual } = MTA_STS_MAX_AGE;
  const age = Number.isInteger(maxAgeSeconds)
    ? Math.min(most, Math.max(least, Number(maxAgeSeconds)))
    : usual;
  return { mode, maxAgeSeconds: age, mx: readList(mx, isMxPattern) };
}

function readList(value: unknown, fits: (text: string) => boolean): string[] | null {
  if (!Array.isArray(value)) return null;
  const texts = value.filter((one): one is string => typeof one === 'string' && fits(one)).slice(0, MAX_LIST);
  return texts.length === 0 ? null : texts;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
