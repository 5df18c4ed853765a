import { parseAddresses } from './header/addresses.ts';
import { cleanText } from './header/clean.ts';
import { parseDate } from './header/date.ts';
import { decodeEncodedWords } from './header/encoded-words.ts';
import type { HeaderField } from './header/header-block.ts';
import { parseMessageId, parseMessageIds } from './header/message-ids.ts';
import type { MimeLimits } from './limits.ts';
import type { Address, Degraded, MessageIndex } from './types.ts';

/** The part of the index that comes from the fields of the message itself. */
export type MessageSummary = Pick<
  MessageIndex,
  | 'subject'
  | 'messageId'
  | 'inReplyTo'
  | 'references'
  | 'date'
  | 'from'
  | 'sender'
  | 'replyTo'
  | 'to'
  | 'cc'
  | 'bcc'
  | 'importance'
  | 'contentClass'
  | 'listId'
  | 'autoSubmitted'
>;

/** RFC 5321 knows no limit for a subject; Exchange keeps 255 characters, but a client may show more. */
const MAX_SUBJECT = 2000;
const MAX_KEYWORD = 255;

function keyword(value: string | undefined): string | null {
  const word = value?.split(/[;(\s]/, 1)[0] ?? '';
  return cleanText(word, MAX_KEYWORD).toLowerCase() || null;
}

/** RFC 2156 5.3.4 and RFC 4021, and the field that others use instead. */
function importanceOf(get: (name: string) => string | undefined): MessageIndex['importance'] {
  const declared = keyword(get('importance')) ?? keyword(get('x-msmail-priority'));
  if (declared === 'high' || declared === 'low' || declared === 'normal') return declared;
  const priority = keyword(get('x-priority'))?.charAt(0);
  if (priority === '1' || priority === '2') return 'high';
  if (priority === '4' || priority === '5') return 'low';
  const urgency = keyword(get('priority'));
  return urgency === 'urgent' ? 'high' : urgency === 'non-urgent' ? 'low' : 'normal';
}

/** RFC 2919 3: the identifier stands in angle brackets after a phrase. */
function listIdOf(value: string | undefined): string | null {
  if (value === undefined) return null;
  const open = value.lastIndexOf('<');
  const close = value.indexOf('>', open);
  const id = open >= 0 ? value.slice(open + 1, close < 0 ? undefined : close) : value;
  return cleanText(id, MAX_KEYWORD).toLowerCase() || null;
}

/** Reads what a list of messages shows. Of fields that may come once the first counts; recipients are joined. */
export function summarise(
  fields: HeaderField[],
  limits: MimeLimits,
  degraded: Set<Degraded>,
): MessageSummary {
  const byName = new Map<string, string[]>();
  for (const field of fields) {
    const values = byName.get(field.name);
    if (values === undefined) byName.set(field.name, [field.value]);
    else values.push(field.value);
  }
  const get = (name: string): string | undefined => byName.get(name)?.[0];
  const addresses = (name: string, all: boolean): Address[] => {
    const values = byName.get(name) ?? [];
    const list: Address[] = [];
    for (const value of all ? values : values.slice(0, 1)) {
      if (list.length === limits.maxAddresses) break;
      const parsed = parseAddresses(value, limits.maxAddresses - list.length);
      if (parsed.truncated) degraded.add('addresses-limit');
      list.push(...parsed.addresses);
    }
    return list;
  };
  const ids = (name: string): string[] => {
    const parsed = parseMessageIds(get(name) ?? '', limits.maxReferences);
    if (parsed.truncated) degraded.add('references-limit');
    return parsed.ids;
  };
  if ((byName.get('from')?.length ?? 0) > 1) degraded.add('duplicate-from');
  const dateField = get('date');
  const date = dateField === undefined ? null : parseDate(dateField);
  if (dateField !== undefined && date === null) degraded.add('date-invalid');
  return {
    subject: cleanText(decodeEncodedWords(get('subject') ?? ''), MAX_SUBJECT),
    messageId: parseMessageId(get('message-id') ?? ''),
    inReplyTo: ids('in-reply-to'),
    references: ids('references'),
    date,
    from: addresses('from', false),
    sender: addresses('sender', false),
    replyTo: addresses('reply-to', true),
    to: addresses('to', true),
    cc: addresses('cc', true),
    bcc: addresses('bcc', true),
    importance: importanceOf(get),
    contentClass: keyword(get('content-class')),
    listId: listIdOf(get('list-id')),
    autoSubmitted: keyword(get('auto-submitted')),
  };
}
