import { child, children, textOf, type WbxmlElement } from '../../../codecs/wbxml/index.ts';
import { MAX_OOF_REPLY, type Oof, type OofAudience, type OofMessage } from '../../../core/people/oof.ts';
import { parseDateTime } from '../people/time.ts';
import { SETTINGS, type SettingsStatus } from './status.ts';

const APPLIES_TO: Record<string, OofAudience> = {
  'Settings:AppliesToInternal': 'internal',
  'Settings:AppliesToExternalKnown': 'externalKnown',
  'Settings:AppliesToExternalUnknown': 'externalUnknown',
};

/** What an Oof Set changes; what it does not name stays. */
interface OofChange {
  state?: Oof['state'];
  times?: { startTime: number; endTime: number };
  messages: Partial<Record<OofAudience, OofMessage>>;
}

type Parsed<T> = { ok: true; value: T } | { ok: false; status: SettingsStatus };

const refused = (status: SettingsStatus) => ({ ok: false, status }) as const;

/** Oof Set (MS-ASCMD 2.2.3.157), or the Status with which it is refused. */
export function parseOofSet(set: WbxmlElement): Parsed<OofChange> {
  const change: OofChange = { messages: {} };
  const state = textOf(set, 'Settings:OofState')?.trim();
  if (state !== undefined) {
    if (state !== '0' && state !== '1' && state !== '2') return refused(SETTINGS.invalid);
    change.state = Number(state) as Oof['state'];
  }
  const times = parseTimes(set);
  if (!times.ok) return times;
  // Without state 2 the times are accepted and not stored (MS-ASCMD 2.2.3.118).
  if (times.value !== null && change.state === 2) change.times = times.value;
  const messages = children(set, 'Settings:OofMessage');
  for (const element of messages) {
    const message = parseMessage(element);
    if (!message.ok) return message;
    for (const audience of message.value.audiences) {
      if (change.messages[audience] !== undefined) return refused(SETTINGS.conflicting);
      change.messages[audience] = message.value.message;
    }
  }
  return differs(change.messages.externalKnown, change.messages.externalUnknown)
    ? refused(SETTINGS.conflicting)
    : { ok: true, value: change };
}

/** The setting after a change. */
export function applyOofChange(oof: Oof, change: OofChange, now: number): Oof {
  const state = change.state ?? oof.state;
  const timed = state === 2;
  return {
    state,
    startTime: timed ? (change.times?.startTime ?? oof.startTime) : null,
    endTime: timed ? (change.times?.endTime ?? oof.endTime) : null,
    messages: { ...oof.messages, ...change.messages },
    changedAt: now,
  };
}

function parseTimes(set: WbxmlElement): Parsed<{ startTime: number; endTime: number } | null> {
  const [start, end] = [textOf(set, 'Settings:StartTime'), textOf(set, 'Settings:EndTime')];
  if (start === undefined && end === undefined) return { ok: true, value: null };
  // One without the other is a protocol error of the property (MS-ASCMD 2.2.3.58.2).
  if (start === undefined || end === undefined) return refused(SETTINGS.protocol);
  const [startTime, endTime] = [parseDateTime(start), parseDateTime(end)];
  if (startTime === null || endTime === null) return refused(SETTINGS.invalid);
  return endTime > startTime ? { ok: true, value: { startTime, endTime } } : refused(SETTINGS.conflicting);
}

function parseMessage(element: WbxmlElement): Parsed<{ audiences: OofAudience[]; message: OofMessage }> {
  const audiences = element.children.flatMap((c) => APPLIES_TO[c.tag] ?? []);
  if (audiences.length === 0) return refused(SETTINGS.protocol);
  const enabled = textOf(element, 'Settings:Enabled')?.trim() ?? '0';
  if (enabled !== '0' && enabled !== '1') return refused(SETTINGS.invalid);
  const type = textOf(element, 'Settings:BodyType');
  const format = type === undefined ? null : bodyFormat(type);
  if (format === undefined) return refused(SETTINGS.invalid);
  const content = child(element, 'Settings:ReplyMessage') && textOf(element, 'Settings:ReplyMessage');
  if (content === undefined || content === '') {
    return { ok: true, value: { audiences, message: { enabled: enabled === '1', reply: null } } };
  }
  // A text needs its type (MS-ASCMD 2.2.3.17).
  if (format === null) return refused(SETTINGS.protocol);
  if (content.length > MAX_OOF_REPLY) return refused(SETTINGS.invalid);
  return {
    ok: true,
    value: { audiences, message: { enabled: enabled === '1', reply: { format, content } } },
  };
}

/** `TEXT` or `HTML` in any letter case; undefined for another. */
export function bodyFormat(type: string): 'text' | 'html' | undefined {
  const name = type.trim().toLowerCase();
  return name === 'text' || name === 'html' ? name : undefined;
}

/**
 * Exchange has one reply for all outsiders, and devices are built for that (S16_TC12). A text that is switched off is
 * only kept: TbSync sends it along.
 */
function differs(known: OofMessage | undefined, unknown: OofMessage | undefined): boolean {
  if (known?.enabled !== true || unknown?.enabled !== true) return false;
  const [a, b] = [known?.reply, unknown?.reply];
  if (a === undefined || a === null || b === undefined || b === null) return false;
  return a.content !== b.content || a.format !== b.format;
}
