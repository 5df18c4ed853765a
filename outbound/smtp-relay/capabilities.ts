import type { Reply } from './reply.ts';

/** What a host says it can do (RFC 5321 4.1.1.1). */
export interface Capabilities {
  pipelining: boolean;
  /** Largest message in bytes; null when there is no word of it, or no bound (RFC 1870 4). */
  size: number | null;
  sizeParameter: boolean;
  eightBitMime: boolean;
  smtpUtf8: boolean;
  dsn: boolean;
  startTls: boolean;
  /** Names of SASL mechanisms in upper case. */
  auth: Set<string>;
}

/** Of the answer to EHLO. Its first line is the name of the host. */
export function parseCapabilities({ lines }: Reply): Capabilities {
  const keywords = new Map<string, string[]>();
  for (const line of lines.slice(1)) {
    // `AUTH=` is how servers before RFC 4954 spelt it, and many still do beside it.
    const [name = '', ...params] = line
      .trim()
      .toUpperCase()
      .replace(/^AUTH=/, 'AUTH ')
      .split(/\s+/);
    keywords.set(name, [...(keywords.get(name) ?? []), ...params]);
  }
  const size = Number(keywords.get('SIZE')?.[0] ?? '0');
  return {
    pipelining: keywords.has('PIPELINING'),
    size: Number.isSafeInteger(size) && size > 0 ? size : null,
    sizeParameter: keywords.has('SIZE'),
    eightBitMime: keywords.has('8BITMIME'),
    smtpUtf8: keywords.has('SMTPUTF8'),
    dsn: keywords.has('DSN'),
    startTls: keywords.has('STARTTLS'),
    auth: new Set(keywords.get('AUTH') ?? []),
  };
}

/** Of a host that only knows HELO. */
export const NO_CAPABILITIES: Capabilities = {
  pipelining: false,
  size: null,
  sizeParameter: false,
  eightBitMime: false,
  smtpUtf8: false,
  dsn: false,
  startTls: false,
  auth: new Set(),
};
