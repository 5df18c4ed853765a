import { el, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import type { Message, MessagePart } from '../../../core/mail/types.ts';
import type { AddedFiles } from '../../../core/sync/state.ts';
import { fileReference } from './ids.ts';
import type { Tnef } from './tnef.ts';
import type { VoiceFacts } from './voice.ts';

/** What is known of attachments from elsewhere in the message. */
export interface AttachmentFacts {
  voice: VoiceFacts | null;
  tnef: Tnef | null;
  /** ClientId of those that the request at hand added, by part (MS-ASAIRS 2.2.2.14). */
  files?: AddedFiles | undefined;
}

/** What kind of attachment it is (MS-ASAIRS 2.2.2.31). */
const METHOD = { normal: 1, message: 5, ole: 6 } as const;

/** AirSyncBase:Attachments (MS-ASAIRS 2.2.2.8). */
export function attachmentProperties(message: Message, facts: AttachmentFacts): WbxmlNode[] {
  if (message.attachments.length === 0) return [];
  return [
    el('AirSyncBase:Attachments', ...message.attachments.map((part) => attachment(message, part, facts))),
  ];
}

// MS-ASAIRS 2.2.2.7
function attachment(message: Message, part: MessagePart, facts: AttachmentFacts): WbxmlNode {
  const { voice, tnef } = facts;
  const clientId = facts.files?.[part.partNo];
  // A winmail.dat that holds an object shown in the text is that object to the device (MS-ASAIRS 2.2.2.31).
  const isOle = tnef?.partNo === part.partNo && tnef.attachMethods.includes(METHOD.ole);
  const order = voice?.orderOf(part) ?? null;
  return el(
    'AirSyncBase:Attachment',
    el('AirSyncBase:DisplayName', displayName(part)),
    el('AirSyncBase:FileReference', fileReference(message.itemId, part.partNo)),
    clientId === undefined ? null : el('AirSyncBase:ClientId', clientId),
    el('AirSyncBase:Method', isOle ? METHOD.ole : isMessage(part) ? METHOD.message : METHOD.normal),
    el('AirSyncBase:EstimatedDataSize', part.decodedSize),
    part.contentId === null ? null : el('AirSyncBase:ContentId', part.contentId),
    part.contentLocation === null ? null : el('AirSyncBase:ContentLocation', part.contentLocation),
    part.isInline || isOle ? el('AirSyncBase:IsInline', true) : null,
    // MS-ASEMAIL 2.2.2.82: the duration of the most recent one only
    order === 1 && voice?.seconds !== null && voice !== null
      ? el('Email2:UmAttDuration', voice.seconds)
      : null,
    order === null ? null : el('Email2:UmAttOrder', order),
  );
}

function isMessage(part: MessagePart): boolean {
  return part.mediaType === 'message/rfc822';
}

const EXTENSIONS: Record<string, string> = {
  'message/rfc822': 'eml',
  'text/calendar': 'ics',
  'text/plain': 'txt',
  'text/html': 'html',
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'application/pdf': 'pdf',
};

/** The part's name without path or control characters (ATTACKS A56), or one made from its type. */
function displayName(part: MessagePart): string {
  const name = (part.name ?? '')
    .replace(/[\u0000-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/^.*[/\\]/, '')
    .trim()
    .slice(0, 255);
  if (name === '') return `attachment-${part.partNo}.${EXTENSIONS[part.mediaType] ?? 'bin'}`;
  // An embedded message is known by this extension (MS-ASAIRS 2.2.2.31).
  return isMessage(part) && !/\.eml$/i.test(name) ? `${name}.eml` : name;
}
