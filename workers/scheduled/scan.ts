import { dayPrefix } from '../../core/mail/place-key.ts';
import type { BlobStore, StoredRaw } from '../../core/ports/blobs.ts';
import { newId } from '../../platform/ids.ts';

/** Characters of an id, in order (platform/ids.ts). */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
/** The first ten characters of an id are its time. */
const TIME_CHARS = 10;
/** Ids that share seven characters were made within 32.8 seconds: such a slot is listed page by page. */
const SLOT_CHARS = 7;
const PAGE = 1000;
const DAY_MS = 24 * 3600 * 1000;

/** Calls that a run may still make. */
export interface Budget {
  calls: number;
}

/**
 * Raw objects of a tenant received in [from, to], in pages.
 *
 * A prefix with more than one page is split by the next character of the id, whose first ten are the time, down to
 * half a minute. Each scan begins at a random part: it needs no cursor kept from run to run, and what the budget
 * cuts off in one run is reached by another.
 */
export async function* scan(
  blobs: BlobStore,
  tenantId: string,
  range: { from: number; to: number },
  random: () => number,
  budget: Budget,
): AsyncGenerator<StoredRaw[]> {
  for (const part of rotate(days(range), random)) {
    const low = newId(part.from).slice(0, TIME_CHARS);
    const high = newId(part.to).slice(0, TIME_CHARS);
    yield* scanPrefix(dayPrefix(tenantId, part.from), commonStart(low, high), low, high);
  }

  async function* scanPrefix(
    day: string,
    start: string,
    low: string,
    high: string,
  ): AsyncGenerator<StoredRaw[]> {
    let cursor: string | null = null;
    do {
      if (!takeCall(budget)) return;
      const page = await blobs.list(day + start, cursor, PAGE);
      cursor = page.cursor;
      if (cursor !== null && start.length < SLOT_CHARS) {
        const parts = [...ALPHABET].map((c) => start + c).filter((part) => isBetween(part, low, high));
        for (const part of rotate(parts, random)) yield* scanPrefix(day, part, low, high);
        return;
      }
      const inRange = page.objects.filter((o) => isBetween(o.key.slice(day.length), low, high));
      if (inRange.length > 0) yield inRange;
    } while (cursor !== null);
  }
}

/** The range cut at midnights (UTC). */
function days({ from, to }: { from: number; to: number }): { from: number; to: number }[] {
  const parts: { from: number; to: number }[] = [];
  for (let start = Math.floor(from / DAY_MS) * DAY_MS; start <= to; start += DAY_MS) {
    parts.push({ from: Math.max(from, start), to: Math.min(to, start + DAY_MS - 1) });
  }
  return parts;
}

function commonStart(a: string, b: string): string {
  let n = 0;
  while (n < a.length && a[n] === b[n]) n++;
  return a.slice(0, Math.min(n, SLOT_CHARS));
}

function isBetween(id: string, low: string, high: string): boolean {
  const n = Math.min(id.length, TIME_CHARS);
  const start = id.slice(0, n);
  return start >= low.slice(0, n) && start <= high.slice(0, n);
}

function rotate<T>(items: T[], random: () => number): T[] {
  const at = Math.floor(random() * items.length);
  return [...items.slice(at), ...items.slice(0, at)];
}

export function takeCall(budget: Budget): boolean {
  if (budget.calls <= 0) return false;
  budget.calls--;
  return true;
}
