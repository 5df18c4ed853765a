/**
 * Anchors: what a chain was at the end of a day, as an object that is created once. Whoever can change the database can
 * make its hashes anew, but not these, when the bucket is told to keep them (docs/audit.md).
 */
import type { AuditStore } from '../ports/audit.ts';
import type { ObjectStore } from '../ports/objects.ts';
import type { ChainHead } from './chain.ts';

export const ANCHOR_PREFIX = 'audit/anchors/';
export const DAY_MS = 24 * 3600_000;

export interface Anchor {
  v: 1;
  chain: string;
  /** The last row, and its hash. */
  seq: number;
  hash: string;
  /** When it was written; milliseconds since the epoch. */
  at: number;
}

export interface AnchorPorts {
  audit: Pick<AuditStore, 'heads' | 'markAnchored'>;
  objects: Pick<ObjectStore, 'create' | 'read'>;
  now(): number;
}

export function anchorPrefix(chain: string): string {
  return `${ANCHOR_PREFIX}${chain}/`;
}

/** One for each day (UTC). */
export function anchorKey(chain: string, at: number): string {
  return `${anchorPrefix(chain)}${new Date(at).toISOString().slice(0, 10)}.json`;
}

/** Of which chain and when an anchor is, by its key; null for another object. */
export function parseAnchorKey(key: string): { chain: string; day: number } | null {
  const [, chain, date] = /^audit\/anchors\/([^/]{1,255})\/(\d{4}-\d\d-\d\d)\.json$/.exec(key) ?? [];
  const day = date === undefined ? Number.NaN : Date.parse(`${date}T00:00:00Z`);
  return chain === undefined || Number.isNaN(day) ? null : { chain, day };
}

/** null: it is no anchor of this chain. */
export function parseAnchor(text: string, chain: string): Anchor | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { v, seq, hash, at, chain: of } = value as Partial<Record<keyof Anchor, unknown>>;
  const sound = v === 1 && of === chain && Number.isSafeInteger(seq) && Number.isSafeInteger(at);
  if (!sound || typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash)) return null;
  return { v: 1, chain, seq: seq as number, hash, at: at as number };
}

/** Whether this day has no anchor of the chain yet, and the chain has grown since the last one. */
function isDue({ seq, anchoredSeq, anchoredAt }: ChainHead, now: number): boolean {
  return seq > anchoredSeq && Math.floor(anchoredAt / DAY_MS) < Math.floor(now / DAY_MS);
}

const PAGE = 500;

/** Anchors chains that are due, at most `limit`; how many. The next run goes on with the others. */
export async function anchorChains({ audit, objects, now }: AnchorPorts, limit: number): Promise<number> {
  let written = 0;
  for (let after = ''; ; ) {
    const heads = await audit.heads(after, PAGE);
    for (const head of heads) {
      if (!isDue(head, now())) continue;
      if (written === limit) return written;
      const { chain, seq, hash } = head;
      const at = now();
      const key = anchorKey(chain, at);
      const anchor: Anchor = { v: 1, chain, seq, hash, at };
      if (await objects.create(key, JSON.stringify(anchor))) {
        written++;
        await audit.markAnchored(chain, seq, at);
        continue;
      }
      // Another run was faster, or this one could not note it: what it says counts.
      const there = parseAnchor((await objects.read(key))?.text ?? '', chain);
      if (there !== null) await audit.markAnchored(chain, there.seq, there.at);
    }
    const last = heads.at(-1);
    if (heads.length < PAGE || last === undefined) return written;
    after = last.chain;
  }
}
