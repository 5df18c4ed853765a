/** Lines of the journal: one JSON object each. What cannot be read is counted and left out, never guessed. */
import type { ArchivedFolder, AsideRow, ItemLine } from '../ports/archive.ts';

export interface HeaderLine {
  kind: 'header';
  v: 1;
  tenantId: string;
  mailboxId: string;
  shard: string;
  /** All changes after `from` up to `to`; for a part of a snapshot both are its modseq. */
  from: number;
  to: number;
  /** Milliseconds since the epoch. */
  at: number;
}

/** All folders. */
interface TreeLine {
  kind: 'tree';
  folders: ArchivedFolder[];
}

/** Rows of a table aside: all of them, or with `more` a part that is followed by others. */
export interface AsideLine {
  kind: 'aside';
  table: string;
  rows: AsideRow[];
  /** Number of the part. */
  part: number;
}

export type JournalLine = HeaderLine | TreeLine | AsideLine | ItemLine;

export function formatLines(lines: readonly JournalLine[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

const KINDS: ReadonlySet<unknown> = new Set([
  'header',
  'tree',
  'aside',
  'message',
  'person',
  'object',
  'gone',
]);

export function parseLines(text: string): { lines: JournalLine[]; damaged: number } {
  const lines: JournalLine[] = [];
  let damaged = 0;
  for (const part of text.split('\n')) {
    if (part === '') continue;
    const line = parseLine(part);
    if (line === null) damaged++;
    else lines.push(line);
  }
  return { lines, damaged };
}

function parseLine(text: string): JournalLine | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return isLine(value) ? value : null;
}

function isLine(value: unknown): value is JournalLine {
  if (typeof value !== 'object' || value === null || !('kind' in value) || !KINDS.has(value.kind))
    return false;
  const line = value as Record<string, unknown>;
  const texts = (...names: string[]) => names.every((name) => typeof line[name] === 'string');
  const numbers = (...names: string[]) => names.every((name) => Number.isSafeInteger(line[name]));
  switch (line['kind']) {
    case 'header':
      return texts('tenantId', 'mailboxId', 'shard') && numbers('from', 'to', 'at');
    case 'tree':
      return Array.isArray(line['folders']);
    case 'aside':
      return texts('table') && Array.isArray(line['rows']) && numbers('part');
    case 'message':
      return (
        ['low', 'normal', 'high'].includes(String(line['importance'])) &&
        texts('itemId', 'folderId', 'rawKey', 'dedupeKey', 'threadId', 'conversationIndex') &&
        numbers('modseq', 'receivedAt', 'lastVerb') &&
        Array.isArray(line['categories'])
      );
    case 'person':
      return texts('itemId', 'folderId', 'address', 'name') && numbers('modseq', 'receivedAt', 'uses');
    case 'object':
      return (
        ['event', 'contact', 'task', 'note', 'sms'].includes(String(line['what'])) &&
        texts('itemId', 'folderId', 'uid', 'title', 'document') &&
        numbers('modseq', 'receivedAt') &&
        ['startsAt', 'endsAt', 'remindAt'].every((name) => line[name] === null || numbers(name)) &&
        Array.isArray(line['categories'])
      );
    default:
      return texts('itemId', 'folderId') && numbers('modseq', 'removedAt');
  }
}

/** 32 hex digits that stand for a value. */
export async function digestOf(value: unknown): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(value)));
  return Array.from(new Uint8Array(hash, 0, 16), (b) => b.toString(16).padStart(2, '0')).join('');
}
