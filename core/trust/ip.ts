/** IP addresses and ranges of them as bytes: 4 for IPv4, 16 for IPv6. */

/** null for what is no address. An IPv4 address mapped into IPv6 (`::ffff:192.0.2.1`) is an IPv4 address. */
export function parseIp(text: string): Uint8Array | null {
  const plain = text.trim().replace(/^\[(?:ipv6:)?(.*)\]$/i, '$1');
  if (!plain.includes(':')) return parseV4(plain);
  const bytes = parseV6(plain);
  if (bytes === null) return null;
  const mapped = bytes.slice(0, 10).every((b) => b === 0) && bytes[10] === 255 && bytes[11] === 255;
  return mapped ? bytes.slice(12) : bytes;
}

export interface IpRange {
  bytes: Uint8Array;
  prefix: number;
}

/** An address, or an address and the length of its prefix (RFC 4632 3.1, RFC 4291 2.3); null for neither. */
export function parseIpRange(text: string): IpRange | null {
  const [address = '', length, ...more] = text.split('/');
  const bytes = parseIp(address);
  if (bytes === null || more.length > 0) return null;
  if (length === undefined) return { bytes, prefix: bytes.length * 8 };
  if (!/^\d{1,3}$/.test(length) || Number(length) > bytes.length * 8) return null;
  return { bytes, prefix: Number(length) };
}

export function inRange(address: Uint8Array, { bytes, prefix }: IpRange): boolean {
  if (address.length !== bytes.length) return false;
  for (let bit = 0; bit < prefix; bit += 8) {
    const mask = prefix - bit >= 8 ? 255 : (255 << (8 - (prefix - bit))) & 255;
    const at = bit >> 3;
    if (((address[at] ?? 0) & mask) !== ((bytes[at] ?? 0) & mask)) return false;
  }
  return true;
}

/** Dotted decimal, or IPv6 in its short form (RFC 5952). */
export function formatIp(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0));
  let [start, length] = [-1, 1];
  for (let from = 0; from < 8; from++) {
    let to = from;
    while (to < 8 && groups[to] === 0) to++;
    if (to - from > length) [start, length] = [from, to - from];
  }
  const hex = groups.map((g) => g.toString(16));
  if (start < 0) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}

function parseV4(text: string): Uint8Array | null {
  const parts = text.split('.');
  // No leading zeros: some read them as octal numbers.
  if (parts.length !== 4 || parts.some((p) => !/^(?:0|[1-9]\d{0,2})$/.test(p) || Number(p) > 255))
    return null;
  return Uint8Array.from(parts, Number);
}

function parseV6(text: string): Uint8Array | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [head, tail] = halves.map((half) => (half === '' ? [] : groupsOf(half)));
  if (head === null || tail === null || head === undefined) return null;
  const missing = 16 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 2) return null;
  return Uint8Array.from([...head, ...new Array<number>(Math.max(0, missing)).fill(0), ...(tail ?? [])]);
}

function groupsOf(text: string): number[] | null {
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [n, group] of groups.entries()) {
    if (n === groups.length - 1 && group.includes('.')) {
      const v4 = parseV4(group);
      if (v4 === null) return null;
      bytes.push(...v4);
    } else {
      if (!/^[0-9a-f]{1,4}$/i.test(group)) return null;
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 255);
    }
  }
  return bytes.length <= 16 ? bytes : null;
}
