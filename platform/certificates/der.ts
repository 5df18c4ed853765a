/** One element of DER (X.690): its tag byte and where its content lies. */
export interface Element {
  tag: number;
  start: number;
  end: number;
}

export interface Extension {
  critical: boolean;
  /** DER inside the OCTET STRING. */
  value: Uint8Array;
}

const SEQUENCE = 0x30;
const BOOLEAN = 0x01;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OID = 0x06;
/** [3] of TBSCertificate (RFC 5280 4.1). */
const EXTENSIONS = 0xa3;
/** More elements than this in one sequence are no certificate. */
const MAX_ELEMENTS = 200;

/** Extensions of a certificate by dotted object id; null for what is not one. */
export function extensionsOf(der: Uint8Array): Map<string, Extension> | null {
  const certificate = only(der, { start: 0, end: der.length }, SEQUENCE);
  const tbs = certificate && childrenOf(der, certificate)?.[0];
  if (!tbs || tbs.tag !== SEQUENCE) return null;
  const wrapper = childrenOf(der, tbs)?.find((e) => e.tag === EXTENSIONS);
  const found = new Map<string, Extension>();
  if (wrapper === undefined) return found;
  const list = only(der, wrapper, SEQUENCE);
  for (const extension of (list && childrenOf(der, list)) ?? []) {
    const [oid, ...rest] = childrenOf(der, extension) ?? [];
    const value = rest.at(-1);
    if (oid?.tag !== OID || value?.tag !== OCTET_STRING) return null;
    const flag = rest.length > 1 ? rest[0] : undefined;
    found.set(objectId(der.subarray(oid.start, oid.end)), {
      critical: flag?.tag === BOOLEAN && der[flag.start] !== 0,
      value: der.subarray(value.start, value.end),
    });
  }
  return found;
}

/** Bits of a KeyUsage (RFC 5280 4.2.1.3), bit 0 lowest; 0 when it is damaged. */
export function keyUsageBits(value: Uint8Array): number {
  const bits = only(value, { start: 0, end: value.length }, BIT_STRING);
  if (!bits) return 0;
  let found = 0;
  for (let i = 0; i < Math.min(2, bits.end - bits.start - 1); i++) {
    const byte = value[bits.start + 1 + i] ?? 0;
    for (let bit = 0; bit < 8; bit++) if ((byte & (0x80 >> bit)) !== 0) found |= 1 << (i * 8 + bit);
  }
  return found;
}

/** pathLenConstraint of BasicConstraints (RFC 5280 4.2.1.9); Infinity when there is none. */
export function pathLength(value: Uint8Array): number {
  const sequence = only(value, { start: 0, end: value.length }, SEQUENCE);
  const length = sequence && childrenOf(value, sequence)?.find((e) => e.tag === INTEGER);
  if (!length) return Number.POSITIVE_INFINITY;
  return [...value.subarray(length.start, length.end)].reduce((n, byte) => n * 256 + byte, 0);
}

/** The element at the beginning of a range, when it has this tag. */
export function only(der: Uint8Array, within: Pick<Element, 'start' | 'end'>, tag: number): Element | null {
  const first = next(der, within.start, within.end);
  return first?.tag === tag ? first : null;
}

/** Elements inside of another; null when it is damaged. */
export function childrenOf(der: Uint8Array, parent: Element): Element[] | null {
  const found: Element[] = [];
  let at = parent.start;
  while (at < parent.end) {
    const element = next(der, at, parent.end);
    if (element === null || found.length >= MAX_ELEMENTS) return null;
    found.push(element);
    at = element.end;
  }
  return found;
}

/** The element at a place; null when it does not lie within the bytes given. Tags of one byte, lengths of up to four. */
function next(der: Uint8Array, at: number, end: number): Element | null {
  const [tag, first] = [der[at], der[at + 1]];
  if (at + 2 > end || tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return null;
  let start = at + 2;
  let length = first;
  if (first >= 0x80) {
    const bytes = first & 0x7f;
    if (bytes === 0 || bytes > 4 || start + bytes > end) return null;
    length = 0;
    for (let i = 0; i < bytes; i++) length = length * 256 + (der[start + i] ?? 0);
    start += bytes;
  }
  return start + length <= end ? { tag, start, end: start + length } : null;
}

/** Dotted form (X.690 8.19). */
export function objectId(bytes: Uint8Array): string {
  const parts: number[] = [];
  let value = 0;
  for (const byte of bytes) {
    value = value * 128 + (byte & 0x7f);
    if ((byte & 0x80) !== 0) continue;
    if (parts.length === 0)
      parts.push(Math.min(2, Math.floor(value / 40)), value - 40 * Math.min(2, Math.floor(value / 40)));
    else parts.push(value);
    value = 0;
  }
  return parts.join('.');
}
