import type { Query, TextField } from './query.ts';
import { byteSize, timeSpan } from './values.ts';

export interface ParseContext {
  /** Milliseconds since the epoch. */
  now: number;
  /** Ids of the folders that a name after `in:` means; none: it is searched for as words. */
  foldersNamed?(name: string): readonly string[];
}

export type Operator = ':' | '=' | '>' | '<' | '>=' | '<=' | '<>';

const TEXT: Record<string, readonly TextField[]> = {
  subject: ['subject'],
  title: ['subject'],
  from: ['from'],
  sender: ['from'],
  author: ['from'],
  to: ['to'],
  cc: ['cc'],
  bcc: ['bcc'],
  recipients: ['to', 'cc', 'bcc'],
  participants: ['from', 'to', 'cc', 'bcc'],
  people: ['from', 'to', 'cc', 'bcc'],
  body: ['body'],
  content: ['body'],
  filename: ['files'],
  attachment: ['files'],
  attachments: ['files'],
  attachmentnames: ['files'],
};

/** Fields that the words after this property name are searched in, or null. */
export function fieldsNamed(property: string): readonly TextField[] | null {
  return Object.hasOwn(TEXT, property) ? (TEXT[property] ?? null) : null;
}

const YES = ['yes', 'true', '1'];
const NO = ['no', 'false', '0'];

/** The condition that a property of another kind makes of its value; null when it is not understood. */
export function restriction(
  property: string,
  operator: Operator,
  value: string,
  context: ParseContext,
): Query | null {
  const word = value.toLowerCase();
  switch (property) {
    case 'received':
    case 'date':
    case 'sent':
      return dates(operator, value, context.now);
    case 'before':
      return dates('<', value, context.now);
    case 'after':
    case 'since':
      return dates('>=', value, context.now);
    case 'size':
    case 'messagesize':
      return sizes(operator, value);
    case 'larger':
      return sizes('>=', value);
    case 'smaller':
      return sizes('<=', value);
    case 'has':
      return /^(?:attachments?|files?)$/.test(word) ? { kind: 'attachment', is: true } : null;
    case 'hasattachment':
    case 'hasattachments':
      return is('attachment', word);
    case 'isread':
    case 'read':
      return is('read', word);
    case 'isflagged':
    case 'flagged':
      return is('flagged', word);
    case 'is':
      return state(word);
    case 'category':
    case 'categories':
    case 'keyword':
      return word === '' ? null : { kind: 'category', name: value };
    case 'kind':
      return /^(?:e?mails?|message)$/.test(word) ? { kind: 'all' } : null;
    case 'in':
    case 'folder': {
      const folderIds = context.foldersNamed?.(value) ?? [];
      return folderIds.length === 0 ? null : { kind: 'folders', folderIds };
    }
    default:
      return null;
  }
}

function is(kind: 'attachment' | 'read' | 'flagged', word: string): Query | null {
  if (YES.includes(word)) return { kind, is: true };
  return NO.includes(word) ? { kind, is: false } : null;
}

function state(word: string): Query | null {
  if (word === 'read' || word === 'unread') return { kind: 'read', is: word === 'read' };
  if (word === 'flagged' || word === 'unflagged') return { kind: 'flagged', is: word === 'flagged' };
  return null;
}

function dates(operator: Operator, value: string, now: number): Query | null {
  const range = /^(.*?)\.\.(.*)$/.exec(value);
  if (range !== null) {
    const [first, last] = [timeSpan(range[1] ?? '', now), timeSpan(range[2] ?? '', now)];
    if (first === null && last === null) return null;
    return { kind: 'received', from: first?.from ?? null, before: last?.before ?? null };
  }
  // `received:>2024-01-01` is written as often as `received>2024-01-01`.
  const inner = /^(>=|<=|<>|>|<|=)(.+)$/.exec(value);
  if (inner !== null && (operator === ':' || operator === '=')) {
    return dates(inner[1] as Operator, inner[2] ?? '', now);
  }
  const span = timeSpan(value, now);
  if (span === null) return null;
  switch (operator) {
    case '>':
      return { kind: 'received', from: span.before, before: null };
    case '>=':
      return { kind: 'received', from: span.from, before: null };
    case '<':
      return { kind: 'received', from: null, before: span.from };
    case '<=':
      return { kind: 'received', from: null, before: span.before };
    case '<>':
      return { kind: 'not', of: { kind: 'received', ...span } };
    default:
      return { kind: 'received', ...span };
  }
}

function sizes(operator: Operator, value: string): Query | null {
  const inner = /^(>=|<=|>|<|=)(.+)$/.exec(value);
  if (inner !== null && (operator === ':' || operator === '=')) {
    return sizes(inner[1] as Operator, inner[2] ?? '');
  }
  const range = /^(.*?)\.\.(.*)$/.exec(value);
  if (range !== null) {
    const [min, max] = [byteSize(range[1] ?? ''), byteSize(range[2] ?? '')];
    return min === null && max === null ? null : { kind: 'size', min, max };
  }
  const bytes = byteSize(value);
  if (bytes === null) return null;
  switch (operator) {
    case '>':
      return { kind: 'size', min: bytes + 1, max: null };
    case '>=':
      return { kind: 'size', min: bytes, max: null };
    case '<':
      return { kind: 'size', min: null, max: bytes - 1 };
    case '<=':
      return { kind: 'size', min: null, max: bytes };
    case '<>':
      return { kind: 'not', of: { kind: 'size', min: bytes, max: bytes } };
    default:
      return { kind: 'size', min: bytes, max: bytes };
  }
}
