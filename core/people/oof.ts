/** Who gets an automatic reply: people of the tenant, outsiders among the user's contacts, all other outsiders. */
export type OofAudience = 'internal' | 'externalKnown' | 'externalUnknown';

export const OOF_AUDIENCES = [
  'internal',
  'externalKnown',
  'externalUnknown',
] as const satisfies OofAudience[];

export interface OofMessage {
  enabled: boolean;
  /** null when there is no text, and then nothing is sent. */
  reply: { format: 'text' | 'html'; content: string } | null;
}

/** The setting `oof` of a mailbox: automatic replies while the user is out of office. */
export interface Oof {
  /** 0 off, 1 on, 2 on between the times (MS-ASCMD 2.2.3.118). */
  state: 0 | 1 | 2;
  /** Milliseconds since the epoch; both or neither, and only of state 2. */
  startTime: number | null;
  endTime: number | null;
  messages: Record<OofAudience, OofMessage>;
  /** When the setting was last changed: correspondents who had a reply before it may get another. */
  changedAt: number;
}

export const OOF_SETTING = 'oof';

/** Longest reply in UTF-16 units. */
export const MAX_OOF_REPLY = 65_536;

/** The setting as `getSetting` gives it; what is not a setting, or damaged, counts as switched off. */
export function readOof(value: unknown): Oof {
  const given = isRecord(value) ? value : {};
  const messages = isRecord(given['messages']) ? given['messages'] : {};
  const [startTime, endTime] = [time(given['startTime']), time(given['endTime'])];
  const both = startTime !== null && endTime !== null;
  const state = given['state'];
  return {
    state: state === 1 || state === 2 ? state : 0,
    startTime: both ? startTime : null,
    endTime: both ? endTime : null,
    messages: {
      internal: readMessage(messages['internal']),
      externalKnown: readMessage(messages['externalKnown']),
      externalUnknown: readMessage(messages['externalUnknown']),
    },
    changedAt: time(given['changedAt']) ?? 0,
  };
}

/** Whether replies are sent at this moment. State 2 without times has no bounds. */
export function oofActive(oof: Oof, now: number): boolean {
  if (oof.state !== 2) return oof.state === 1;
  return (oof.startTime === null || now >= oof.startTime) && (oof.endTime === null || now < oof.endTime);
}

/** The reply that this audience gets at this moment, or null. */
export function oofReply(oof: Oof, audience: OofAudience, now: number): OofMessage['reply'] {
  const message = oof.messages[audience];
  return oofActive(oof, now) && message.enabled ? message.reply : null;
}

function readMessage(value: unknown): OofMessage {
  if (!isRecord(value)) return { enabled: false, reply: null };
  const { reply } = value;
  const content = isRecord(reply) ? reply['content'] : null;
  const format = isRecord(reply) && reply['format'] === 'html' ? 'html' : 'text';
  return {
    enabled: value['enabled'] === true,
    reply: typeof content === 'string' ? { format, content } : null,
  };
}

function time(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
