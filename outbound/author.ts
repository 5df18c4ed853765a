import { formatMailbox } from '../codecs/mime/edit/index.ts';
import type { MessageIndex } from '../codecs/mime/types.ts';
import { isClosed } from '../core/identity/types.ts';
import { canonicalAddress, routeCandidates } from '../core/mail/recipients.ts';
import type { Sender } from '../core/ports/outbound.ts';
import type { OutboundServices } from './services.ts';

type Directory = Pick<OutboundServices, 'directory'>;

/** In whose name a message goes out, and the fields that say so. */
export interface Author {
  /** Return path, canonical. */
  mailFrom: string;
  /** Canonical domain of the author. */
  domain: string;
  /** Names of fields that must go, and lines that come in their place. */
  drop: string[];
  add: string[];
}

/** What a field says is only certain when it says it in one way: no comments, no groups, one `@` (A22). */
const CERTAIN =
  /^[^@()<>,:;"\\]*(?:<[^@()<>,:;"\\\s]+@[^@()<>,:;"\\\s]+>|[^@()<>,:;"\\\s]+@[^@()<>,:;"\\\s]+)\s*$/;

/**
 * The author of what a user hands in, if it is one that the user may write as: one address of their own, or of a user
 * who lets them send as, or on behalf of, themselves (I24). An address that only looks like one of these is another
 * one. null: it is not theirs. Rejects when the directory does not answer.
 */
export async function authorOf(
  services: Directory,
  sender: Sender,
  index: MessageIndex,
): Promise<Author | null> {
  const { user } = sender;
  const [author, another] = index.from.filter(({ address }) => address !== '');
  // Two authors need a sender to be told apart, and most readers show the first one alone.
  if (another !== undefined) return null;
  const written = index.headers.find(({ name }) => name === 'from')?.value ?? '';
  const self = formatMailbox({ name: user.displayName, address: user.address });
  if (author === undefined) {
    if (isGroup(written)) return null;
    const drop = [...(written === '' ? [] : ['from']), ...(await strangeSender(services, sender, index))];
    return { mailFrom: user.address, domain: domainOf(user.address), drop, add: [`From: ${self}`] };
  }
  if (isGroup(written) || !(await resentIsOwn(services, sender, index))) return null;
  const address = canonicalAddress(author.address);
  if (address === null) return null;
  const right = await rightTo(services, sender, address);
  if (right === null) return null;
  const certain = CERTAIN.test(written);
  const again = certain ? [] : [`From: ${formatMailbox(author)}`];
  const drop = certain ? [] : ['from'];
  if (right === 'behalf') {
    return {
      mailFrom: user.address,
      domain: domainOf(address),
      drop: [...drop, 'sender'],
      add: [...again, `Sender: ${self}`],
    };
  }
  const strange = await strangeSender(services, sender, index);
  return { mailFrom: address, domain: domainOf(address), drop: [...drop, ...strange], add: again };
}

export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

/** RFC 6854 allows groups here; who would answer for one is not said. */
function isGroup(value: string): boolean {
  return /[:;]/.test(value.replace(/"(?:[^"\\]|\\.)*"/g, '').replace(/\((?:[^()\\]|\\.)*\)/g, ''));
}

async function strangeSender(services: Directory, sender: Sender, { sender: named }: MessageIndex) {
  for (const { address } of named) {
    const canonical = canonicalAddress(address);
    if (canonical === null || (await rightTo(services, sender, canonical)) !== 'own') return ['sender'];
  }
  return [];
}

/** Whoever says to have sent a message once more says it of themselves. */
async function resentIsOwn(services: Directory, sender: Sender, index: MessageIndex): Promise<boolean> {
  for (const { name, value } of index.headers) {
    if (name !== 'resent-from' && name !== 'resent-sender') continue;
    const canonical = canonicalAddress(/<([^<>]*)>\s*$/.exec(value)?.[1] ?? value.trim());
    if (canonical === null || (await rightTo(services, sender, canonical)) !== 'own') return false;
  }
  return true;
}

/** own: one of the user's addresses that is switched on, also with a `+tag`. */
async function rightTo(
  { directory }: Directory,
  { user }: Sender,
  canonical: string,
): Promise<'own' | 'as' | 'behalf' | null> {
  const { domain, addresses } = routeCandidates(canonical);
  const { matches } = await directory.lookupAddresses(domain, addresses);
  // The nearest match decides: `a+b` may be the address of somebody else than `a`.
  const match = addresses
    .map((one) => matches.find((m) => m.address === one))
    .find((found) => found !== undefined);
  if (match === undefined || !match.enabled) return null;
  const owner = match.user;
  if (owner.tenantId !== user.tenantId) return null;
  if (owner.userId === user.userId) return 'own';
  if (isClosed(owner)) return null;
  return directory.sendGrant(user.tenantId, owner.userId, user.userId);
}
