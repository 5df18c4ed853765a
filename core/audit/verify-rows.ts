/** Whether the rows of a chain are those that were appended, and if not, which were tampered with and how (I26). */
import { type ChainRow, hashRow } from './chain.ts';

type FindingKind =
  | 'changed'
  | 'missing'
  | 'inserted'
  | 'reordered'
  | 'truncated'
  | 'anchor'
  | 'removed'
  | 'unanchored';

export interface AuditFinding {
  kind: FindingKind;
  chain: string;
  /** Numbers of the rows, both included. */
  from: number;
  to: number;
  what: string;
}

/** Where the check of a chain stands between two pages. */
export interface RowState {
  /** Number that the next row must have. */
  next: number;
  /** Hashes of which the next row may hold one; empty behind a gap, where nobody knows it. */
  before: string[];
  /** Numbers that rows had when they were appended, less those they have now. */
  shift: number;
}

/** Rows in a row that may have been put in, or be in another order, and are still told apart from changed ones. */
const WINDOW = 8;
/** Removed rows whose gap was closed by new numbers, and that are still counted. */
const MAX_CLOSED = 200;

/**
 * Goes through `count` of the rows, which begin behind the last one of the state; those after them are looked at to
 * tell what happened. Changes the state.
 */
export async function verifyRows(
  chain: string,
  state: RowState,
  rows: readonly ChainRow[],
  count: number,
): Promise<AuditFinding[]> {
  const found: AuditFinding[] = [];
  const say = (kind: FindingKind, from: number, to: number, what: string) => {
    const last = found.at(-1);
    if (last?.kind === kind && last.what === what && last.to === from - 1) last.to = to;
    else found.push({ kind, chain, from, to, what });
  };
  for (let i = 0; i < count; i++) {
    const row = rows[i];
    if (row === undefined) break;
    if (row.seq > state.next) {
      say('missing', state.next, row.seq - 1, 'rows are missing');
      state.before = [];
    }
    const { seq } = row;
    state.next = seq + 1;
    if (state.before.length === 0 || (await follows(row, state.before, seq + state.shift))) {
      state.before = [row.hash];
      continue;
    }
    const nearby = rows.slice(Math.max(0, i - WINDOW), i + WINDOW);
    const hashes = [...state.before, ...nearby.map(({ hash }) => hash)];
    // In its place, while the one before it is elsewhere: which is said of that one.
    if (await follows(row, hashes, seq + state.shift)) {
      state.before = [row.hash];
      continue;
    }
    const place = await placeOf(row, hashes, nearby, state.shift);
    if (place !== null) {
      say('reordered', seq, seq, `row ${place} stands here`);
      state.before = [...state.before, row.hash];
      continue;
    }
    const added = await insertedHere(state, rows, i);
    if (added > 0) {
      say('inserted', seq, seq + added - 1, 'rows were put in');
      state.shift -= added;
      state.next = seq + added;
      i += added - 1;
      continue;
    }
    const lost = await lostBefore(row, rows[i + 1], state.shift);
    if (lost > 0) {
      say('missing', seq, seq, `${lost} rows before this one are missing, and the gap was closed`);
      state.shift += lost;
      state.before = [row.hash];
      continue;
    }
    say('changed', seq, seq, 'rows are not as they were appended');
    // Either the row or its hash was changed: the next one holds what the hash was.
    const was = await Promise.all(state.before.map((hash) => hashRow(hash, row, seq + state.shift)));
    state.before = [row.hash, ...was];
  }
  return found;
}

async function follows(row: ChainRow, hashes: readonly string[], seq: number): Promise<boolean> {
  for (const hash of hashes) if ((await hashRow(hash, row, seq)) === row.hash) return true;
  return false;
}

/** How many rows, this one first, stand before the one that belongs here. */
async function insertedHere(state: RowState, rows: readonly ChainRow[], i: number): Promise<number> {
  for (let n = 1; n <= WINDOW; n++) {
    const row = rows[i + n];
    if (row === undefined) return 0;
    if (await follows(row, state.before, row.seq + state.shift - n)) return n;
  }
  return 0;
}

/** The number under which the row was appended, when it is one nearby. */
async function placeOf(
  row: ChainRow,
  hashes: readonly string[],
  nearby: readonly ChainRow[],
  shift: number,
): Promise<number | null> {
  for (const { seq } of nearby) {
    if (seq !== row.seq && (await follows(row, hashes, seq + shift))) return seq;
  }
  return null;
}

async function lostBefore(row: ChainRow, next: ChainRow | undefined, shift: number): Promise<number> {
  if (next === undefined) return 0;
  for (let n = 1; n <= MAX_CLOSED; n++) {
    if (await follows(next, [row.hash], next.seq + shift + n)) return n;
  }
  return 0;
}
