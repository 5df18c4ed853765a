/** Where in the bucket things of a user lie. */
import { mailboxPrefix } from '../archive/keys.ts';
import type { MailboxRef } from '../mail/types.ts';
import { attachmentsPrefix } from '../pim/attachments.ts';
import { markerPrefix } from '../quarantine/marker.ts';
import type { Step, Work } from './services.ts';

const PAGE = 1000;

/** Prefixes under which everything is of one mailbox. */
function prefixesOf(ref: Pick<MailboxRef, 'tenantId' | 'mailboxId'>): string[] {
  const { tenantId, mailboxId } = ref;
  return [
    `drafts/${tenantId}/${mailboxId}/`,
    `outgoing/${tenantId}/${mailboxId}/`,
    `links/${tenantId}/${mailboxId}/`,
    markerPrefix(tenantId, mailboxId),
    `photos/${tenantId}/${mailboxId}/`,
    `${attachmentsPrefix(tenantId)}${mailboxId}/`,
    mailboxPrefix(ref),
  ];
}

/** Prefixes under which objects of a tenant's mailboxes lie side by side: their envelopes say whose each is. */
function sharedPrefixes(tenantId: string): string[] {
  return [`blobs/${tenantId}/`, `duplicates/blobs/${tenantId}/`];
}

/** What the report calls a prefix. */
function placeOf(prefix: string): string {
  return `bucket.${prefix.startsWith('actions/') ? 'journal' : prefix.slice(0, prefix.indexOf('/'))}`;
}

/** Everything under the prefixes of the mailbox. The cursor is the number of the prefix. */
export const clearPrefixes: Step = async ({ services, subject, cursor }) => {
  const removed: Record<string, number> = {};
  for (const [number, prefix] of prefixesOf(subject.ref).entries()) {
    if (number < Number(cursor || 0)) continue;
    const page = await services.objects.list(prefix, '', PAGE);
    if (page.objects.length > 0) await services.objects.delete(page.objects.map(({ key }) => key));
    removed[placeOf(prefix)] = page.objects.length;
    if (page.more) return { cursor: String(number), removed };
  }
  return { cursor: null, removed };
};

/** Objects of the mailbox among all of the tenant. The cursor is the number of the prefix and the last key. */
export const clearShared: Step = async ({ services, subject, cursor }) => {
  const { tenantId, mailboxId } = subject.ref;
  const [, digits = '0', after = ''] = /^(\d+) (.*)$/s.exec(cursor) ?? [];
  const prefix = sharedPrefixes(tenantId)[Number(digits)];
  if (prefix === undefined) return { cursor: null, removed: {} };
  const page = await services.blobs.list(prefix, null, PAGE, after);
  const theirs = page.objects.filter(
    ({ envelope }) => envelope?.mailboxId === mailboxId && envelope.group !== true,
  );
  if (theirs.length > 0) await services.blobs.delete(...theirs.map(({ key }) => key));
  const last = page.objects.at(-1)?.key;
  const more = page.cursor !== null && last !== undefined;
  return {
    cursor: more ? `${digits} ${last}` : `${Number(digits) + 1} `,
    removed: { [placeOf(prefix)]: theirs.length },
  };
};

/** Raws that rows name, also those that have no envelope. The cursor is the last item. */
export const clearNamed: Step = async ({ services, subject, cursor }) => {
  const rows = await services.mail.mailbox(subject.ref).rawKeys(cursor, PAGE);
  const keys = rows.map(({ rawKey }) => rawKey);
  if (keys.length > 0) await services.blobs.delete(...keys);
  const last = rows.at(-1)?.itemId;
  return {
    cursor: rows.length < PAGE || last === undefined ? null : last,
    removed: { 'bucket.blobs': keys.length },
  };
};

/** Number of objects that are left under the prefixes of the mailbox, at least. */
export async function objectsLeft({ services, subject }: Work): Promise<Record<string, number>> {
  const left: Record<string, number> = {};
  for (const prefix of prefixesOf(subject.ref)) {
    const { objects } = await services.objects.list(prefix, '', 1);
    if (objects.length > 0) left[placeOf(prefix)] = objects.length;
  }
  return left;
}
