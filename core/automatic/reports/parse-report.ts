/** What a report says of a message that was sent (RFC 3464, RFC 8098). */
import { decodeTextPart, MimeIndexer } from '../../../codecs/mime/index.ts';
import type { MessageIndex, PartIndex } from '../../../codecs/mime/types.ts';
import { canonicalAddress } from '../../mail/recipients.ts';
import type { DeliveryKind } from '../../ports/automatic.ts';

interface ReportedRecipient {
  /** Canonical addresses that name the recipient, the one that the sender wrote first. */
  addresses: string[];
  kind: Exclude<DeliveryKind, 'answered'>;
  /** Enhanced status code (RFC 3463), or ''. */
  status: string;
  text: string;
}

export interface Report {
  /** Message-IDs that the reported message may have, the surest first; without angle brackets. */
  messageIds: string[];
  /** ENVID of the submission (RFC 3464 2.2.1), or ''. */
  envelopeId: string;
  recipients: ReportedRecipient[];
}

/** As many as a message of this house has. */
const MAX_RECIPIENTS = 500;
const MAX_STATUS_BYTES = 256 * 1024;
const MAX_HEADER_BYTES = 64 * 1024;
const MAX_TEXT = 500;

const ACTIONS: Record<string, ReportedRecipient['kind']> = {
  failed: 'failed',
  delayed: 'delayed',
  delivered: 'delivered',
  relayed: 'relayed',
  expanded: 'expanded',
};

/** null for what is no report. Never throws. */
export function parseReport(index: MessageIndex, raw: Uint8Array): Report | null {
  const [root] = index.parts;
  const type = root?.mediaType === 'multipart/report' ? root.params['report-type']?.trim().toLowerCase() : '';
  const status = partOf(index, /^message\/(?:global-)?delivery-status$/);
  if (type === 'delivery-status' && status !== undefined) {
    return deliveryReport(index, raw, groupsOf(textOf(raw, status)));
  }
  const disposition = partOf(index, /^message\/(?:global-)?disposition-notification$/);
  if (type === 'disposition-notification' && disposition !== undefined) {
    return receiptReport(index, raw, groupsOf(textOf(raw, disposition)));
  }
  return null;
}

type Group = Map<string, string>;

function deliveryReport(index: MessageIndex, raw: Uint8Array, [about, ...groups]: Group[]): Report {
  const recipients: ReportedRecipient[] = [];
  for (const group of groups.slice(0, MAX_RECIPIENTS)) {
    const addresses = recipientAddresses(group);
    const kind = ACTIONS[(group.get('action') ?? '').trim().toLowerCase()];
    if (addresses.length === 0 || kind === undefined) continue;
    const status = /\d\.\d{1,3}\.\d{1,3}/.exec(group.get('status') ?? '')?.[0] ?? '';
    recipients.push({ addresses, kind, status, text: oneLine(typed(group.get('diagnostic-code') ?? '')) });
  }
  const envelopeId = (about?.get('original-envelope-id') ?? '').trim();
  return { messageIds: originalIds(index, raw), envelopeId, recipients };
}

/** RFC 8098 3.2: one recipient, who has read it or thrown it away. */
function receiptReport(index: MessageIndex, raw: Uint8Array, groups: Group[]): Report | null {
  const [group] = groups;
  if (group === undefined) return null;
  const addresses = recipientAddresses(group);
  const [mode = '', what = ''] = (group.get('disposition') ?? '').split(';');
  const kind =
    what
      .trim()
      .toLowerCase()
      .split(/[/,\s]/, 1)[0] === 'deleted'
      ? 'deleted'
      : 'read';
  const original = ids(group.get('original-message-id') ?? '');
  return {
    messageIds: [...new Set([...original, ...originalIds(index, raw)])],
    envelopeId: '',
    recipients: addresses.length === 0 ? [] : [{ addresses, kind, status: '', text: oneLine(mode) }],
  };
}

function recipientAddresses(group: Group): string[] {
  const found = [group.get('original-recipient'), group.get('final-recipient')].flatMap((value) => {
    const canonical = canonicalAddress(typed(value ?? '').replace(/^<|>$/g, ''));
    return canonical === null ? [] : [canonical];
  });
  return [...new Set(found)];
}

/** The Message-ID of the returned message, then those that the report itself answers. */
function originalIds(index: MessageIndex, raw: Uint8Array): string[] {
  const returned = partOf(index, /^(?:message\/(?:rfc822|global)(?:-headers)?|text\/rfc822-headers)$/);
  const inside = returned === undefined ? null : returnedId(raw, returned);
  return [...new Set([...(inside === null ? [] : [inside]), ...index.inReplyTo, ...index.references])].slice(
    0,
    20,
  );
}

function returnedId(raw: Uint8Array, part: PartIndex): string | null {
  const end = Math.min(part.bodyEnd, part.bodyStart + MAX_HEADER_BYTES);
  const bytes = /^(?:base64|quoted-printable)$/.test(part.encoding)
    ? new TextEncoder().encode(decodeTextPart(raw.subarray(part.bodyStart, end), part).text)
    : raw.subarray(part.bodyStart, end);
  const indexer = new MimeIndexer();
  indexer.write(bytes);
  return indexer.end().messageId;
}

function partOf({ parts }: MessageIndex, type: RegExp): PartIndex | undefined {
  return parts.find(({ mediaType }) => type.test(mediaType));
}

function textOf(raw: Uint8Array, part: PartIndex): string {
  const bytes = raw.subarray(part.bodyStart, Math.min(part.bodyEnd, part.bodyStart + MAX_STATUS_BYTES));
  return decodeTextPart(bytes, part, { maxBytes: MAX_STATUS_BYTES }).text;
}

/** Groups of fields with empty lines between (RFC 3464 2.1), unfolded; the first field of a name counts. */
function groupsOf(text: string): Group[] {
  const groups: Group[] = [];
  let current: Group = new Map();
  for (const line of text
    .replace(/\r\n?/g, '\n')
    .replace(/\n[ \t]+/g, ' ')
    .split('\n')) {
    if (line.trim() === '') {
      if (current.size > 0) groups.push(current);
      current = new Map();
      if (groups.length > MAX_RECIPIENTS) break;
      continue;
    }
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    if (!current.has(name)) current.set(name, line.slice(colon + 1).trim());
  }
  if (current.size > 0) groups.push(current);
  return groups;
}

/** What stands after the type (`rfc822; a@b`, `smtp; 550 …`); addresses of utf-8-addr-xtext decoded (RFC 6533 3). */
function typed(value: string): string {
  const at = value.indexOf(';');
  const rest = (at < 0 ? value : value.slice(at + 1)).trim();
  return rest.replace(/\\x\{([0-9a-f]{1,6})\}/gi, (whole, hex: string) => {
    const code = Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

function ids(value: string): string[] {
  const id = /<([^<>\s]{1,998})>/.exec(value)?.[1] ?? value.trim();
  return id === '' || id.length > 998 ? [] : [id];
}

function oneLine(text: string): string {
  return text
    .replace(/[\u0000-\u001f\u007f\s]+/g, ' ')
    .trim()
    .slice(0, MAX_TEXT);
}
