import { DnsFormatError } from './types.ts';

const MAX_LABEL = 63;
const MAX_NAME = 255;
/** A name has at most 127 labels; each may be reached by a pointer of its own. */
const MAX_JUMPS = 127;

/** Wire form of a name of ASCII labels (RFC 1035 3.1). Throws DnsFormatError when it has none. */
export function encodeName(name: string): Uint8Array {
  const labels = name.replace(/\.$/, '').split('.');
  const bytes: number[] = [];
  for (const label of labels) {
    if (label === '' || label.length > MAX_LABEL || !/^[\x21-\x7e]+$/.test(label))
      throw new DnsFormatError(`not a name that can be asked for: ${name.slice(0, 100)}`);
    bytes.push(label.length, ...Array.from(label, (c) => c.charCodeAt(0)));
  }
  bytes.push(0);
  if (bytes.length > MAX_NAME) throw new DnsFormatError('the name is too long');
  return Uint8Array.from(bytes);
}

/**
 * Reads a name, following pointers (RFC 1035 4.1.4), in lower case and without the dot at its end; a byte that is no
 * part of a host name is written as `\DDD` (RFC 4343 2.1), so that no label can pretend to be two.
 */
export function readName(data: Uint8Array, start: number): { name: string; end: number } {
  const labels: string[] = [];
  let at = start;
  let end: number | null = null;
  let length = 0;
  for (let jumps = 0; ; ) {
    const size = data[at];
    if (size === undefined) throw new DnsFormatError('a name goes beyond the message');
    if (size === 0) return { name: labels.join('.'), end: end ?? at + 1 };
    if (size >= 0xc0) {
      const low = data[at + 1];
      if (low === undefined || ++jumps > MAX_JUMPS) throw new DnsFormatError('a name has no end');
      end ??= at + 2;
      at = ((size & 0x3f) << 8) | low;
      continue;
    }
    if (size > MAX_LABEL || at + 1 + size > data.length) throw new DnsFormatError('a label is too long');
    length += size + 1;
    if (length >= MAX_NAME) throw new DnsFormatError('the name is too long');
    labels.push(Array.from(data.subarray(at + 1, at + 1 + size), character).join(''));
    at += 1 + size;
  }
}

function character(byte: number): string {
  const c = String.fromCharCode(byte).toLowerCase();
  return /[a-z0-9_*/-]/.test(c) ? c : `\\${String(byte).padStart(3, '0')}`;
}
