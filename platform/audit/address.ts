/** Where a request came from, as audit events say it; null where the platform does not tell. */
export function clientAddress(headers: Headers, mode: 'full' | 'prefix'): string | null {
  const given = headers.get('cf-connecting-ip');
  if (given === null) return null;
  const address = given.trim().toLowerCase().slice(0, 64);
  if (!/^[0-9a-f:.]+$/.test(address)) return null;
  return mode === 'full' ? address : networkOf(address);
}

/** The network of an address: IPv4 /24, IPv6 /48, as `192.0.2.0/24` and `2001:db8:1::/48`. */
export function networkOf(address: string): string {
  const v4 = /^(?:::ffff:)?(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/i.exec(address)?.[1];
  if (v4 !== undefined) return `${v4}.0/24`;
  const [head = '', tail] = address.split('::', 2);
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros =
    tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  const groups = [...left, ...zeros, ...right].slice(0, 3);
  return `${groups.map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/48`;
}
