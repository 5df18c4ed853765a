/** MAPI message classes of what arrives as MIME (MS-ASEMAIL 2.2.2.49, MS-OXCMAIL 2.2.3.2). */
import type { MessageIndex, PartIndex } from '../../codecs/mime/types.ts';

const NOTE = 'IPM.Note';
const MEETING = 'IPM.Schedule.Meeting';

/** Content-Class of Unified Messaging (MS-OXOUM 2.2.5.1). */
const VOICE: Record<string, string> = {
  voice: 'IPM.Note.Microsoft.Voicemail',
  'voice-uc': 'IPM.Note.Microsoft.Voicemail.UM',
  'voice-ca': 'IPM.Note.Microsoft.Voicemail.UM.CA',
  missedcall: 'IPM.Note.Microsoft.Missed.Voice',
};

/** A part whose text decides the class, and what it is. */
export interface DecidingPart {
  kind: 'delivery' | 'disposition' | 'calendar';
  part: PartIndex;
}

/** The part that must be read before the class is known, or null when the index says enough. */
export function decidingPart(index: MessageIndex): DecidingPart | null {
  const report = reportType(index);
  if (report !== null) {
    const part = index.parts.find((p) => p.mediaType === `message/${report}`);
    if (part === undefined) return null;
    return { kind: report === 'disposition-notification' ? 'disposition' : 'delivery', part };
  }
  const calendar = calendarPart(index);
  return calendar === null ? null : { kind: 'calendar', part: calendar };
}

/**
 * The class of a message. `text` is that of the deciding part, or its beginning; '' when there is none or it could
 * not be read.
 */
export function messageClassOf(index: MessageIndex, text: string): string {
  const root = index.parts[0];
  if (root === undefined) return NOTE;
  const report = reportType(index);
  if (report === 'disposition-notification') return dispositionClass(text);
  if (report !== null) return deliveryClass(text);
  const voice = VOICE[index.contentClass ?? ''];
  if (voice !== undefined) return voice;
  const calendar = calendarPart(index);
  if (calendar !== null) return meetingClass(calendar, text);
  return smimeClass(index, root);
}

function reportType(index: MessageIndex): 'delivery-status' | 'disposition-notification' | null {
  const root = index.parts[0];
  if (root?.mediaType !== 'multipart/report') return null;
  const type = root.params['report-type']?.trim().toLowerCase();
  if (type === 'delivery-status' || type === 'disposition-notification') return type;
  return null;
}

/** RFC 3464 2.3.3: the worst of what happened to the recipients. */
function deliveryClass(text: string): string {
  const actions = new Set(
    Array.from(text.matchAll(/^action[ \t]*:[ \t]*([a-z]+)/gim), (m) => m[1]?.toLowerCase()),
  );
  if (actions.has('failed') || actions.size === 0) return `REPORT.${NOTE}.NDR`;
  return actions.has('delayed') ? `REPORT.${NOTE}.Delayed` : `REPORT.${NOTE}.DR`;
}

/** RFC 8098 3.2.6: shown to its reader, or thrown away unread. */
function dispositionClass(text: string): string {
  const type = /^disposition[ \t]*:[^;\n]*;[ \t]*([a-z]+)/im.exec(text)?.[1]?.toLowerCase();
  return type === 'deleted' ? `REPORT.${NOTE}.IPNNRN` : `REPORT.${NOTE}.IPNRN`;
}

/** An iTIP message: an alternative of the body, or a part with a method that is no file (RFC 6047 2.4). */
function calendarPart(index: MessageIndex): PartIndex | null {
  const alternative = index.bodyCalendar === null ? undefined : index.parts[index.bodyCalendar];
  if (alternative !== undefined) return alternative;
  return (
    index.parts.find(
      (p) =>
        p.mediaType === 'text/calendar' && p.disposition !== 'attachment' && p.params['method'] !== undefined,
    ) ?? null
  );
}

function meetingClass(part: PartIndex, text: string): string {
  const inside = /^method[ \t]*:[ \t]*([a-z]+)/im.exec(text)?.[1];
  const method = (part.params['method'] ?? inside ?? '').trim().toUpperCase();
  switch (method) {
    case 'REQUEST':
    case 'ADD':
      return `${MEETING}.Request`;
    case 'CANCEL':
      return `${MEETING}.Canceled`;
    case 'COUNTER':
      return `${MEETING}.Resp.${answer(text, 'Tent')}`;
    case 'REPLY':
      return `${MEETING}.Resp.${answer(text, 'Pos')}`;
    case 'PUBLISH':
      // Word to the organizer that a meeting was passed on (core/scheduling/forward).
      return /^x-waypost-forwardee[;:]/im.test(text) ? `${MEETING}.Notification.Forward` : NOTE;
    default:
      return NOTE;
  }
}

export function isMeetingClass(messageClass: string): boolean {
  return messageClass.startsWith(`${MEETING}.`);
}

function answer(text: string, otherwise: 'Pos' | 'Tent'): 'Pos' | 'Neg' | 'Tent' {
  // Unfolded first: a parameter may stand on two lines (RFC 5545 3.1).
  const state = /;partstat="?([a-z-]+)/i.exec(text.replace(/\r?\n[ \t]/g, ''))?.[1]?.toUpperCase();
  if (state === 'DECLINED') return 'Neg';
  if (state === 'ACCEPTED') return 'Pos';
  return state === 'TENTATIVE' ? 'Tent' : otherwise;
}

/** RFC 8551 3.2, 3.5. Lists and gateways wrap such a message in a multipart/mixed. */
function smimeClass(index: MessageIndex, root: PartIndex): string {
  const outer = index.parts.filter(
    (p) => p === root || (p.parent === 0 && root.mediaType === 'multipart/mixed'),
  );
  if (outer.some((p) => /^application\/(?:x-)?pkcs7-mime$/.test(p.mediaType))) return `${NOTE}.SMIME`;
  const signed = outer.some(
    (p) =>
      p.mediaType === 'multipart/signed' &&
      /^application\/(?:x-)?pkcs7-signature$/i.test(p.params['protocol']?.trim() ?? ''),
  );
  return signed ? `${NOTE}.SMIME.MultipartSigned` : NOTE;
}
