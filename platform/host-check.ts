import type { Dns } from '../core/ports/dns.ts';
import { type IpRange, inRange, parseIp, parseIpRange } from '../core/trust/ip.ts';

/** Which hosts may be connected to on somebody's word (a relay, a webhook, a feed). */
export interface HostPolicy {
  ports: readonly number[];
  /** The local machine and private networks too: local development and self-hosted installations. */
  allowPrivate: boolean;
}

/** `reason` is stable, the message is for the person who named the host. */
export class HostRefused extends Error {
  readonly reason: 'port' | 'name' | 'private' | 'unknown';
  constructor(reason: HostRefused['reason'], message: string) {
    super(message);
    this.name = 'HostRefused';
    this.reason = reason;
  }
}

/** A host as it is to be connected to: a name in lower case without a dot at its end, or an address. */
export type CheckedHost = { kind: 'name'; host: string } | { kind: 'address'; host: string };

/** The IANA registries of special-purpose addresses, whatever is not reachable from everywhere. */
const SPECIAL = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...[
    '192.0.0.0/24',
    '192.0.2.0/24',
    '192.31.196.0/24',
    '192.52.193.0/24',
    '192.88.99.0/24',
    '192.168.0.0/16',
  ],
  ...['192.175.48.0/24', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
  ...['2001::/23', '2001:db8::/32', '2620:4f:8000::/48', '3fff::/20', '5f00::/16'],
].map(range);
/** RFC 4291 2.4: of IPv6 only this is global unicast today. */
const GLOBAL_UNICAST = range('2000::/3');
/** Prefixes that hold an IPv4 address, and where: that one is what counts. */
const EMBEDDED = [
  // RFC 6052 2.1 (NAT64), RFC 3056 2 (6to4).
  { prefix: range('64:ff9b::/96'), at: 12 },
  { prefix: range('2002::/16'), at: 2 },
];

/** RFC 6761, RFC 6762, RFC 8375, RFC 7686, and names that private networks give themselves. */
const LOCAL_NAMES =
  /(^|\.)(localhost|local|localdomain|internal|intranet|private|corp|home|lan|test|invalid|example|onion|arpa)$/;
/** Workers of this platform, which could be ourselves. */
const LOOPS = /(^|\.)workers\.dev$/;
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** Whether an address (4 or 16 bytes) is one that everybody on the Internet can reach. */
function isPublicAddress(bytes: Uint8Array): boolean {
  for (const { prefix, at } of EMBEDDED) {
    if (inRange(bytes, prefix)) return isPublicAddress(bytes.slice(at, at + 4));
  }
  if (bytes.length === 16 && !inRange(bytes, GLOBAL_UNICAST)) return false;
  return !SPECIAL.some((one) => inRange(bytes, one));
}

/** Checks what can be checked without asking anybody: form, port, and addresses written out. Throws HostRefused. */
export function checkHostForm(host: string, port: number, policy: HostPolicy): CheckedHost {
  if (!policy.ports.includes(port)) {
    throw new HostRefused('port', `port ${port} is not allowed here (allowed: ${policy.ports.join(', ')})`);
  }
  const name = host.toLowerCase().replace(/\.$/, '');
  const bytes = parseIp(name);
  if (bytes !== null) {
    if (!policy.allowPrivate && !isPublicAddress(bytes)) throw privateHost(host);
    return { kind: 'address', host: name.replace(/^\[(.*)\]$/, '$1') };
  }
  const labels = name.split('.');
  const last = labels.at(-1) ?? '';
  // Others read `2130706433`, `0x7f.1` and `0177.0.0.1` as addresses (WHATWG URL 3.5): no name ends in a number.
  if (/^(\d+|0x[0-9a-f]*)$/.test(last)) {
    throw new HostRefused('name', `${shown(host)} is neither a name nor an address in its usual form`);
  }
  if (name.length > 253 || !labels.every((label) => LABEL.test(label))) {
    throw new HostRefused('name', `${shown(host)} is not the name of a host`);
  }
  if (!policy.allowPrivate) {
    if (labels.length < 2 || LOCAL_NAMES.test(name)) throw privateHost(host);
    if (LOOPS.test(name)) throw new HostRefused('name', `${shown(host)} may be this installation itself`);
  }
  return { kind: 'name', host: name };
}

/**
 * Also asks what the name stands for now: each of its addresses must be a public one. To be asked again before every
 * connection, since the answer may change (DNS rebinding). A connection by name asks once more by itself, so that this
 * narrows the window and does not close it; TLS with the name's certificate and the platform's own refusal of private
 * networks do the rest. Rejects with HostRefused, or with another error when the DNS does not answer now.
 */
export async function checkHost(
  dns: Dns,
  host: string,
  port: number,
  policy: HostPolicy,
): Promise<CheckedHost> {
  const checked = checkHostForm(host, port, policy);
  if (checked.kind === 'address' || policy.allowPrivate) return checked;
  const answers = await Promise.all([dns.query(checked.host, 'A'), dns.query(checked.host, 'AAAA')]);
  const addresses = answers.flatMap((answer) =>
    answer.kind === 'found' && answer.type !== 'MX' ? answer.records : [],
  );
  if (addresses.length === 0) throw new HostRefused('unknown', `${shown(host)} has no address`);
  for (const address of addresses) {
    const bytes = parseIp(address);
    if (bytes === null || !isPublicAddress(bytes)) throw privateHost(host);
  }
  return checked;
}

function privateHost(host: string): HostRefused {
  return new HostRefused('private', `${shown(host)} is this machine or in a private network`);
}

function shown(host: string): string {
  return JSON.stringify(host.slice(0, 100));
}

function range(text: string): IpRange {
  const parsed = parseIpRange(text);
  if (parsed === null) throw new Error(`not a range: ${text}`);
  return parsed;
}
