import {
  bytesOf,
  child,
  el,
  textOf,
  type WbxmlElement,
  type WbxmlNode,
} from '../../../../codecs/wbxml/index.ts';
import type { CalendarEvent, Link } from '../../../../core/calendar/types.ts';
import { attachmentHref, attachmentIdOf } from '../../../../core/pim/attachments.ts';
import { digest, fingerprintOf } from '../../drafts/fingerprint.ts';
import { eventFileReference, parseEventFileReference } from '../../mail/ids.ts';
import { booleanOf } from './wire.ts';

const MAX_ATTACHMENTS = 100;
const MAX_NAME = 255;
/** The name that the device gave a file when it added it: only the answer to that says it (MS-ASAIRS 2.2.2.14). */
const CLIENT_ID = 'waypost:clientId';

type OwnLink = Link & { [CLIENT_ID]?: string };

/** A file that a request adds. */
export interface Upload {
  attachmentId: string;
  bytes: Uint8Array;
}

export interface TakenAttachments {
  links: CalendarEvent['links'];
  uploads: Upload[];
}

/** AirSyncBase:Attachments (16.x): the files that are kept with the event. */
export function attachmentsElement(
  event: CalendarEvent,
  itemId: string,
  withClientIds = false,
): WbxmlNode | null {
  const files = Object.values(event.links ?? {}).flatMap((link: OwnLink) => {
    const attachmentId = attachmentIdOf(link);
    return attachmentId === null ? [] : [{ link, attachmentId }];
  });
  if (files.length === 0) return null;
  return el(
    'AirSyncBase:Attachments',
    files.map(({ link, attachmentId }) =>
      el(
        'AirSyncBase:Attachment',
        el('AirSyncBase:DisplayName', link.title || 'attachment'),
        el('AirSyncBase:FileReference', eventFileReference(itemId, attachmentId)),
        withClientIds && link[CLIENT_ID] !== undefined ? el('AirSyncBase:ClientId', link[CLIENT_ID]) : null,
        el('AirSyncBase:Method', 1),
        el('AirSyncBase:EstimatedDataSize', link.size ?? 0),
        link.cid === undefined ? null : el('AirSyncBase:ContentId', link.cid),
        link.cid === undefined ? null : el('AirSyncBase:IsInline', true),
      ),
    ),
  );
}

/** Files that a device adds and takes away (MS-ASAIRS 2.2.2.2, 2.2.2.18); null where one lacks what it must have. */
export async function takeAttachments(
  data: WbxmlElement,
  links: CalendarEvent['links'],
  itemId: string,
): Promise<TakenAttachments | null> {
  const next: Record<string, OwnLink> = { ...links };
  const uploads: Upload[] = [];
  for (const change of child(data, 'AirSyncBase:Attachments')?.children ?? []) {
    if (change.tag === 'AirSyncBase:Delete') {
      const id = namedLink(next, change, itemId);
      if (id === null) return null;
      delete next[id];
    } else if (change.tag === 'AirSyncBase:Add') {
      const added = await newFile(change, itemId);
      if (added === null) return null;
      uploads.push(added.upload);
      next[added.upload.attachmentId] = added.link;
    } else return null;
  }
  const files = Object.values(next).filter((link) => attachmentIdOf(link) !== null);
  if (files.length > MAX_ATTACHMENTS) return null;
  return { links: Object.keys(next).length === 0 ? undefined : next, uploads };
}

function namedLink(links: Record<string, OwnLink>, change: WbxmlElement, itemId: string): string | null {
  const reference = parseEventFileReference(textOf(change, 'AirSyncBase:FileReference') ?? '');
  if (reference === null || reference.itemId !== itemId) return null;
  const found = Object.entries(links).find(([, link]) => attachmentIdOf(link) === reference.attachmentId);
  return found?.[0] ?? null;
}

/** Named after what it holds and how the device calls it: a repeat of the request names the same (I16). */
async function newFile(
  change: WbxmlElement,
  itemId: string,
): Promise<{ link: OwnLink; upload: Upload } | null> {
  const bytes = bytesOf(child(change, 'AirSyncBase:Content'));
  const clientId = textOf(change, 'AirSyncBase:ClientId') ?? '';
  if (bytes === undefined || clientId.length > MAX_NAME) return null;
  const identity = await digest(['event-attachment', itemId, clientId]);
  const attachmentId = `f${(await fingerprintOf(identity, change)).slice(0, 24)}`;
  const cid = textOf(change, 'AirSyncBase:ContentId')?.slice(0, MAX_NAME) || undefined;
  const isInline = booleanOf(change, 'AirSyncBase:IsInline') === true;
  return {
    upload: { attachmentId, bytes },
    link: {
      '@type': 'Link',
      href: attachmentHref(attachmentId),
      rel: 'enclosure',
      contentType: mediaTypeOf(textOf(change, 'AirSyncBase:ContentType')),
      size: bytes.length,
      title: nameOf(textOf(change, 'AirSyncBase:DisplayName')),
      ...(cid === undefined && !isInline ? {} : { cid: cid ?? attachmentId }),
      ...(clientId === '' ? {} : { [CLIENT_ID]: clientId }),
    },
  };
}

/** Without path or control characters (ATTACKS A56). */
function nameOf(text: string | undefined): string {
  const name = (text ?? '')
    .replace(/[\u0000-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/^.*[/\\]/, '')
    .trim();
  return name.slice(0, MAX_NAME) || 'attachment';
}

function mediaTypeOf(text: string | undefined): string {
  const type = (text ?? '').trim().toLowerCase();
  return /^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/.test(type) ? type : 'application/octet-stream';
}
