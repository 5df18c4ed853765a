/** Allow and block lists of a tenant or a mailbox (setting `senderLists`). */
import { InvalidInputError } from '../errors.ts';
import { canonicalAddress, canonicalDomain } from '../mail/recipients.ts';
import { formatIp, type IpRange, inRange, parseIp, parseIpRange } from './ip.ts';

export const SENDER_LISTS_SETTING = 'senderLists';
/** Entries of one list. */
export const MAX_LIST_ENTRIES = 1000;

/**
 * Entries in canonical form: an address (`ann@shop.example`), a domain with everything below it (`@shop.example`), an
 * IP address or a range of them (`192.0.2.0/24`).
 */
export interface SenderLists {
  allow: string[];
  block: string[];
}

/** The canonical form of an entry, or null when it is none. */
export function canonicalEntry(text: string): string | null {
  const entry = text.trim();
  const range = parseIpRange(entry);
  if (range !== null) {
    const address = formatIp(masked(range));
    return range.prefix === range.bytes.length * 8 ? address : `${address}/${range.prefix}`;
  }
  const at = entry.lastIndexOf('@');
  if (at > 0) return canonicalAddress(entry);
  // A number with dots or colons that is no address of the network must not become a domain.
  const name = entry.replace(/^@?(?:\*\.)?/, '');
  if (!/[a-z\u0080-\uffff]/i.test(name) || /[/:]/.test(name)) return null;
  const domain = canonicalDomain(name);
  return domain === null ? null : `@${domain}`;
}

/** The setting as it was stored; what is damaged counts as empty. */
export function readSenderLists(value: unknown): SenderLists {
  const given = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  return { allow: entriesOf(given['allow']), block: entriesOf(given['block']) };
}

function entriesOf(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  const entries = value.flatMap((one) => (typeof one === 'string' ? (canonicalEntry(one) ?? []) : []));
  return [...new Set(entries)].slice(0, MAX_LIST_ENTRIES);
}

/** The lists with entries added to one of them and so taken out of the other. InvalidInputError says what is wrong. */
export function addToList(
  lists: SenderLists,
  to: keyof SenderLists,
  entries: readonly string[],
): SenderLists {
  const added = canonicalEntries(entries);
  const other = to === 'allow' ? 'block' : 'allow';
  const list = [...new Set([...lists[to], ...added])];
  if (list.length > MAX_LIST_ENTRIES) {
    throw new InvalidInputError(`a list holds at most ${MAX_LIST_ENTRIES} entries`);
  }
  const rest = lists[other].filter((entry) => !added.includes(entry));
  return to === 'allow' ? { allow: list, block: rest } : { allow: rest, block: list };
}

/** The lists without these entries. */
export function removeFromLists({ allow, block }: SenderLists, entries: readonly string[]): SenderLists {
  const removed = canonicalEntries(entries);
  return {
    allow: allow.filter((entry) => !removed.includes(entry)),
    block: block.filter((entry) => !removed.includes(entry)),
  };
}

function canonicalEntries(entries: readonly string[]): string[] {
  return entries.map((text) => {
    const entry = canonicalEntry(text);
    if (entry === null) {
      throw new InvalidInputError(
        `"${text.slice(0, 100)}" is no address, domain, IP address or range of them`,
      );
    }
    return entry;
  });
}

/** What is asked of a list. */
export interface SenderFacts {
  /** Canonical addresses. */
  addresses: readonly string[];
  clientIp: string | null;
}

export interface SenderMatch {
  entry: string;
  /** The entry names where the message came from, not who it says wrote it. */
  byIp: boolean;
}

/** A list that is asked often. */
export class SenderMatcher {
  readonly #names: ReadonlySet<string>;
  readonly #ranges: readonly { entry: string; range: IpRange }[];

  constructor(entries: readonly string[]) {
    this.#names = new Set(entries.filter((entry) => entry.includes('@')));
    this.#ranges = entries.flatMap((entry) => {
      const range = entry.includes('@') ? null : parseIpRange(entry);
      return range === null ? [] : [{ entry, range }];
    });
  }

  /** The first entry that names the sender, or null. */
  match({ addresses, clientIp }: SenderFacts): SenderMatch | null {
    for (const address of addresses) {
      if (this.#names.has(address)) return { entry: address, byIp: false };
      const labels = address.slice(address.lastIndexOf('@') + 1).split('.');
      for (let n = 0; n < labels.length; n++) {
        const entry = `@${labels.slice(n).join('.')}`;
        if (this.#names.has(entry)) return { entry, byIp: false };
      }
    }
    const ip = clientIp === null || this.#ranges.length === 0 ? null : parseIp(clientIp);
    const hit = ip === null ? undefined : this.#ranges.find(({ range }) => inRange(ip, range));
    return hit === undefined ? null : { entry: hit.entry, byIp: true };
  }
}

function masked({ bytes, prefix }: IpRange): Uint8Array {
  return bytes.map((byte, i) => {
    const left = Math.min(8, Math.max(0, prefix - i * 8));
    return byte & (255 << (8 - left)) & 255;
  });
}
