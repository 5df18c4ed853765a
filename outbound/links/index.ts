/** Attachments that are too large for the way out become links that end (opt-in for each tenant). */
import { rewriteHeader } from '../../codecs/mime/edit/index.ts';
import type { PartIndex } from '../../codecs/mime/index.ts';
import { ConflictError } from '../../core/errors.ts';
import { derivedId } from '../../core/mail/sending/ids.ts';
import type { BlobStore } from '../../core/ports/blobs.ts';
import type { DirectoryStore } from '../../core/ports/directory.ts';
import type { AttachmentLink, LinkStore } from '../../core/ports/links.ts';
import type { OutboxEntry } from '../../core/ports/outbox.ts';
import { LINKS_SETTING } from '../carriers/setting.ts';
import { streamOf } from '../local/place.ts';
import { sizeOf, type WholeMessage } from '../prepare.ts';
import type { LinkedFile } from './notice.ts';
import { indexOf, removableParts, withLinks } from './rewrite.ts';

export interface LinkServices {
  directory: Pick<DirectoryStore, 'getTenantSetting'>;
  blobs: Pick<BlobStore, 'putRaw' | 'open'>;
  links: LinkStore;
  /** Where `/files/<token>` is found, without a slash at its end. */
  filesUrl: string;
  linkDays: number;
  /** Milliseconds since the epoch. */
  now(): number;
}

type Entry = Pick<OutboxEntry, 'ref' | 'submissionId' | 'mailFrom' | 'correlationId'>;

const DAY_MS = 86_400_000;
/** What signatures and trace fields add to a message. */
const HEADROOM = 8192;

/**
 * A message that fits into `maxBytes` with some of its attachments as links, the largest first; null when the tenant
 * does not want that, or it cannot be done. Asked again for the same entry it gives the same bytes, so that every
 * attempt sends the same message: what was made first is kept, and so is the message that the links lead into.
 *
 * @param message what leaves: without Bcc, not signed yet
 */
export async function linkLargeAttachments(
  services: LinkServices,
  entry: Entry,
  message: WholeMessage,
  maxBytes: number,
): Promise<WholeMessage | null> {
  const keys = keysOf(entry);
  const before = await readKept(services, keys.sent);
  if (before !== null) return before;
  if ((await services.directory.getTenantSetting(entry.ref.tenantId, LINKS_SETTING)) !== true) return null;
  const now = services.now();
  const endsAt = now + services.linkDays * DAY_MS;
  const made = await shrink(services, entry, message, { maxBytes: maxBytes - HEADROOM, now, endsAt });
  if (made === null) return null;
  // Each step may be repeated after a crash; nobody knows the tokens before the last one is done.
  await keep(services, entry, keys.whole, message, now);
  await services.links.addLinks(made.links);
  if (await keep(services, entry, keys.sent, made.message, now)) return made.message;
  return readKept(services, keys.sent);
}

/** Keys of what is kept for the links of an entry: the whole message, and the one that was sent. */
export function keysOf({ ref, submissionId }: Pick<OutboxEntry, 'ref' | 'submissionId'>) {
  const base = `links/${ref.tenantId}/${ref.mailboxId}/${submissionId}`;
  return { whole: `${base}.eml`, sent: `${base}.sent.eml` };
}

async function shrink(
  { filesUrl }: LinkServices,
  entry: Entry,
  message: WholeMessage,
  { maxBytes, now, endsAt }: { maxBytes: number; now: number; endsAt: number },
): Promise<{ message: WholeMessage; links: AttachmentLink[] } | null> {
  const index = indexOf(message);
  const candidates = removableParts(index);
  const removed: { part: PartIndex; file: LinkedFile; link: AttachmentLink }[] = [];
  let left = sizeOf(message);
  for (const part of candidates) {
    const token = newToken(entry.ref.tenantId);
    const file = { name: part.name ?? 'file', size: part.decodedSize, url: `${filesUrl}/files/${token}` };
    removed.push({ part, file, link: await linkOf(entry, part, token, removed.length, { now, endsAt }) });
    left -= part.bodyEnd - part.headerStart;
    if (left > maxBytes) continue;
    const smaller = withLinks(message, index, removed, endsAt);
    if (smaller === null) return null;
    if (sizeOf(smaller) <= maxBytes) return { message: smaller, links: removed.map(({ link }) => link) };
  }
  return null;
}

async function linkOf(
  { ref, submissionId }: Entry,
  part: PartIndex,
  token: string,
  number: number,
  { now, endsAt }: { now: number; endsAt: number },
): Promise<AttachmentLink> {
  const { tenantId, mailboxId } = ref;
  const { bodyStart, bodyEnd, encoding, mediaType, decodedSize } = part;
  return {
    ...{ tenantId, mailboxId, submissionId, bodyStart, bodyEnd, encoding, mediaType, endsAt },
    // A repeated attempt makes others: its tokens are others too.
    linkId: await derivedId(now, token, String(number)),
    tokenHash: await hashOfToken(token),
    rawKey: keysOf({ ref, submissionId }).whole,
    name: part.name ?? 'file',
    size: decodedSize,
    createdAt: now,
    revoked: false,
  };
}

/** The tenant, which every look-up needs, and 256 bits that nobody guesses. */
function newToken(tenantId: string): string {
  const random = crypto.getRandomValues(new Uint8Array(32));
  const text = btoa(String.fromCharCode(...random));
  return `${tenantId}.${text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
}

async function hashOfToken(token: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** False when there was one already, which stays. */
async function keep(
  { blobs }: LinkServices,
  { ref, mailFrom, correlationId }: Entry,
  key: string,
  message: WholeMessage,
  now: number,
): Promise<boolean> {
  try {
    await blobs.putRaw(key, streamOf(message), {
      ...{ ...ref, mailFrom, rcptTo: '', receivedAt: now, rawSize: sizeOf(message), correlationId },
      authResults: '',
    });
    return true;
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    return false;
  }
}

async function readKept({ blobs }: LinkServices, key: string): Promise<WholeMessage | null> {
  const object = await blobs.open(key);
  if (object === null) return null;
  return rewriteHeader(new Uint8Array(await new Response(object.stream).arrayBuffer()), new Set(), []);
}
