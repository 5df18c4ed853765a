import type { SearchHit } from '../ports/search.ts';

/** Newest matches among which the most relevant are looked for. */
export const RANKED = 500;

/** What a match in each place is worth; a document that is new is worth up to RECENCY more. */
const WEIGHTS = { subject: 8, from: 4, others: 2 } as const;
const RECENCY = 6;
/** Time after which being new is worth half. */
const HALF_LIFE_MS = 30 * 24 * 3600 * 1000;

/** Ids of the hits whose subject, sender, or other recipients and file names hold the words asked for. */
export interface Places {
  subject: ReadonlySet<string>;
  from: ReadonlySet<string>;
  others: ReadonlySet<string>;
}

/**
 * Most relevant first. Ages count from the newest hit and not from now, so that the same index gives the same order
 * at any time and on any database.
 */
export function rank(hits: readonly SearchHit[], places: Places): SearchHit[] {
  const newest = Math.max(...hits.map((hit) => hit.receivedAt));
  const score = ({ itemId, receivedAt }: SearchHit) =>
    (places.subject.has(itemId) ? WEIGHTS.subject : 0) +
    (places.from.has(itemId) ? WEIGHTS.from : 0) +
    (places.others.has(itemId) ? WEIGHTS.others : 0) +
    RECENCY * 2 ** ((receivedAt - newest) / HALF_LIFE_MS);
  return hits
    .map((hit) => ({ hit, score: score(hit) }))
    .sort((a, b) => b.score - a.score || newestFirst(a.hit, b.hit))
    .map(({ hit }) => hit);
}

/** Order of results by time; ids decide between equals. */
export function newestFirst(a: SearchHit, b: SearchHit): number {
  return b.receivedAt - a.receivedAt || (a.itemId < b.itemId ? 1 : a.itemId > b.itemId ? -1 : 0);
}
