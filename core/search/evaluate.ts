import { type DocumentState, foldCategory, type Query, type StateQuery } from './query.ts';

/** A message as conditions see it; `hasAttachment` is null when it is not known. */
export type Judged = Omit<DocumentState, 'itemId' | 'kind' | 'modseq'> & { hasAttachment: boolean | null };

/**
 * Whether the query is true for a message, null when that depends on what is not known. `text` judges the leaves
 * that ask for words.
 */
export function evaluate(
  query: Query,
  message: Judged,
  text: (leaf: Query & { kind: 'text' }) => boolean | null,
): boolean | null {
  switch (query.kind) {
    case 'and':
    case 'or': {
      const decides = query.kind === 'or';
      const results = query.of.map((part) => evaluate(part, message, text));
      if (results.includes(decides)) return decides;
      return results.includes(null) ? null : !decides;
    }
    case 'not': {
      const result = evaluate(query.of, message, text);
      return result === null ? null : !result;
    }
    case 'text':
      return text(query);
    default:
      return evaluateState(query, message);
  }
}

function evaluateState(query: StateQuery, message: Judged): boolean | null {
  switch (query.kind) {
    case 'received':
      return within(message.receivedAt, query.from, query.before === null ? null : query.before - 1);
    case 'size':
      return within(message.size, query.min, query.max);
    case 'attachment':
      return message.hasAttachment === null ? null : message.hasAttachment === query.is;
    case 'read':
      return message.isRead === query.is;
    case 'flagged':
      return message.isFlagged === query.is;
    case 'folders':
      return query.folderIds.includes(message.folderId);
    case 'thread':
      return message.threadId === query.threadId;
    case 'category':
      return message.categories.some((name) => foldCategory(name) === foldCategory(query.name));
    case 'all':
      return true;
  }
}

function within(value: number, min: number | null, max: number | null): boolean {
  return (min === null || value >= min) && (max === null || value <= max);
}
