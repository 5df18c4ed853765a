/** One key for the account and one for the address prefix (IPv4 /24, IPv6 /48) the request came from. */
export function throttleKeys(login: string, ip: string | null): string[] {
  return [`account:${login.toLowerCase().slice(0, 320)}`, ...netKeys(ip)];
}

/** The key of the address prefix alone. */
export function netKeys(ip: string | null): string[] {
  if (ip === null) return [];
  return [
    ip.includes(':')
      ? `net:${ip.split(':').slice(0, 3).join(':')}`
      : `net:${ip.split('.').slice(0, 3).join('.')}`,
  ];
}
