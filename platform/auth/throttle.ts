import type { KeyMaterial } from '../sealed.ts';

/** Whom an attempt to sign in counts against. */
export interface ThrottleWho {
  /** The account: an id of the user, or the login that nobody has; null: none. */
  account: string | null;
  /** The prefix of the address that it came from; null: not known. */
  net: string | null;
  /** Keyed digest of what was shown; null: none is made, and no device is known again. */
  attempt: string | null;
}

/** An attempt that may be looked at, counted as failed until `succeeded` says otherwise. */
interface ThrottleTurn {
  /** 0: it may be looked at now. */
  waitSeconds: number;
  /** The same was verified lately: the failures of others do not stop it. */
  known: boolean;
  tickets: { account: string | null; net: string | null };
}

/** The same of one key, in its object. A ticket is what the count is taken back by. */
export interface KeyTurn {
  waitSeconds: number;
  known: boolean;
  ticket: string | null;
}

/** What a THROTTLE object does. */
export interface ThrottleRpc {
  begin(kind: 'account' | 'net', attempt: string | null): Promise<KeyTurn>;
  succeeded(ticket: string | null, attempt: string | null): Promise<void>;
  forget(): Promise<void>;
}

/** Counts failures over all isolates and edges (THROTTLE objects). */
export interface ThrottlePort {
  /** Counted before it is looked at: or whoever tries a thousand at once would have a thousand tries. */
  begin(who: ThrottleWho): Promise<ThrottleTurn>;
  /** Takes the count back, and knows the attempt from then on. */
  succeeded(who: ThrottleWho, turn: ThrottleTurn): Promise<void>;
  /** Nothing is known of the account any more. */
  forget(account: string): Promise<void>;
}

/** The prefix that an address counts under: IPv4 /24, IPv6 /48. */
export function netOf(ip: string | null): string | null {
  if (ip === null) return null;
  if (!ip.includes(':')) return ip.split('.').slice(0, 3).join('.');
  // `::` stands for as many zeros as are missing (RFC 4291 2.2).
  const [head = '', tail] = ip.toLowerCase().split('%', 1)[0]?.split('::') ?? [];
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) while (groups.length < 3) groups.push('0');
  return groups
    .slice(0, 3)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}

let derived: { secret: string; key: Promise<KeyMaterial> } | null = null;

/**
 * A digest by which the same login and password are known again: under a key that is derived from the installation's
 * secret, so that what an object keeps tells nothing of passwords. null without a secret.
 */
export async function attemptDigest(
  secret: string | null,
  login: string,
  password: string,
): Promise<string | null> {
  if (secret === null) return null;
  if (derived?.secret !== secret) derived = { secret, key: deriveKey(secret) };
  const text = new TextEncoder().encode(`${login.toLowerCase()}\0${password}`);
  const mac = new Uint8Array(await crypto.subtle.sign('HMAC', await derived.key, text));
  return Array.from(mac, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function deriveKey(secret: string): Promise<KeyMaterial> {
  const utf8 = new TextEncoder();
  const material = await crypto.subtle.importKey('raw', utf8.encode(secret), 'HKDF', false, ['deriveKey']);
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: utf8.encode('sign-in attempts') },
    material,
    { name: 'HMAC', hash: 'SHA-256', length: 256 },
    false,
    ['sign'],
  );
}
