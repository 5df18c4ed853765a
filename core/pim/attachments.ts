import type { MailboxRef } from '../mail/types.ts';
import type { ObjectStore } from '../ports/objects.ts';

const PREFIX = 'waypost:attachment/';
const ID = /^[0-9A-Za-z_-]{1,64}$/;
const KEY = /^objects\/([^/]+)\/([^/]+)\/([^/]+)\/([^/]+)$/;

/** Where the objects of a tenant that are kept beside documents begin. */
export function attachmentsPrefix(tenantId: string): string {
  return `objects/${tenantId}/`;
}

/** A file of an item. */
export interface AttachmentPlace extends Pick<MailboxRef, 'tenantId' | 'mailboxId'> {
  itemId: string;
  attachmentId: string;
}

function attachmentKey({ tenantId, mailboxId, itemId, attachmentId }: AttachmentPlace): string {
  return `${attachmentsPrefix(tenantId)}${mailboxId}/${itemId}/${attachmentId}`;
}

/** What the key of an object says; null for what is no such object. */
export function parseAttachmentKey(key: string): AttachmentPlace | null {
  const [, tenantId, mailboxId, itemId, attachmentId] = KEY.exec(key) ?? [];
  if (tenantId === undefined || mailboxId === undefined || itemId === undefined || attachmentId === undefined)
    return null;
  return { tenantId, mailboxId, itemId, attachmentId };
}

/** `href` of a link to a file that is kept with the document. */
export function attachmentHref(attachmentId: string): string {
  return `${PREFIX}${attachmentId}`;
}

/** The file that a link names; null for a link to elsewhere. */
export function attachmentIdOf({ href }: { href: string }): string | null {
  const id = typeof href === 'string' && href.startsWith(PREFIX) ? href.slice(PREFIX.length) : '';
  return ID.test(id) ? id : null;
}

/**
 * Keeps a file of an item, create-once: an id names the same bytes for ever, so that a repeat changes nothing. Nothing
 * names it until the document with its link is written; what stays without one is swept.
 */
export async function putAttachment(
  objects: Pick<ObjectStore, 'createBytes'>,
  place: AttachmentPlace,
  bytes: Uint8Array,
): Promise<void> {
  await objects.createBytes(attachmentKey(place), bytes);
}

/** Bytes [start, end) of a file as they come out of the bucket; null when it is not there. */
export function openAttachment(
  objects: Pick<ObjectStore, 'openBytes'>,
  place: AttachmentPlace,
  range: { start: number; end: number },
): Promise<ReadableStream<Uint8Array> | null> {
  return objects.openBytes(attachmentKey(place), range.start, range.end);
}

/** Most files of one item whose sizes are looked up; a device keeps a tenth of it. */
const MAX_FILES = 1000;

/** Bytes of the files of an item that are there, by their ids. */
export async function attachmentSizes(
  objects: Pick<ObjectStore, 'list'>,
  place: Omit<AttachmentPlace, 'attachmentId'>,
): Promise<Map<string, number>> {
  const prefix = attachmentKey({ ...place, attachmentId: '' });
  const { objects: found } = await objects.list(prefix, '', MAX_FILES);
  return new Map(found.map(({ key, size }) => [key.slice(prefix.length), size]));
}

/** The document with links that say how large their files are; the very same where they do. */
export function withSizes<T>(value: T, sizes: ReadonlyMap<string, number>): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => withSizes(one, sizes)) as T;
  const { href } = value as { href?: unknown };
  const size = typeof href === 'string' ? sizes.get(attachmentIdOf({ href }) ?? '') : undefined;
  const members = Object.entries(value).map(([name, one]) => [name, withSizes(one, sizes)]);
  return { ...Object.fromEntries(members), ...(size === undefined ? {} : { size }) } as T;
}

/** Ids of all files that a document names, in whatever part of it: overrides have links of their own. */
export function attachmentsNamed(document: unknown): Set<string> {
  const found = new Set<string>();
  for (const [, id] of JSON.stringify(document ?? null).matchAll(
    /"waypost:attachment\/([0-9A-Za-z_-]{1,64})"/g,
  )) {
    if (id !== undefined) found.add(id);
  }
  return found;
}

/** Bytes of all files that a document names, each counted once, as its links say. */
export function attachmentBytes(document: unknown): number {
  const sizes = new Map<string, number>();
  const open: object[] = typeof document === 'object' && document !== null ? [document] : [];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    const { href, size } = value as { href?: unknown; size?: unknown };
    const id = typeof href === 'string' ? attachmentIdOf({ href }) : null;
    if (id !== null && typeof size === 'number' && Number.isSafeInteger(size) && size > 0) {
      sizes.set(id, Math.max(size, sizes.get(id) ?? 0));
    }
    for (const one of Object.values(value)) if (typeof one === 'object' && one !== null) open.push(one);
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}
