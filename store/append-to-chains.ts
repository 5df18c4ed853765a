import { type ChainHead, type ChainRow, chainOf, emptyHead, linkRows } from '../core/audit/chain.ts';
import { ConflictError } from '../core/errors.ts';
import type { AuditJob } from '../core/ports/queues.ts';
import { normaliseEvent } from './normalise-event.ts';

/** Rows that are to follow a head. */
export interface ChainLink {
  /** The head as it was read. */
  head: ChainHead;
  /** There is no row of the head yet. */
  isNew: boolean;
  rows: ChainRow[];
}

export interface ChainPort {
  /** Heads of these chains that there are, and which of these events they hold already, all of one moment. */
  read(
    chains: string[],
    eventIds: string[],
  ): Promise<{ heads: ChainHead[]; known: { chain: string; eventId: string }[] }>;
  /**
   * Sets each head to its last row, and adds the rows, where the head is still as it was read; where it is not,
   * nothing. Which were. May throw ConflictError when somebody was faster.
   */
  write(links: ChainLink[]): Promise<boolean[]>;
}

const MAX_ATTEMPTS = 20;
/** Milliseconds; most of what wants the same chain is over by then. */
const MAX_WAIT = 200;

/**
 * Appends events to their chains by compare and set: rows are linked to the head that was read, and count only when
 * it is still the head. What was lost to another writer is linked again behind what that one wrote, so that a chain never
 * forks; what is there already is left, so that a retry never doubles (I26).
 */
export async function appendToChains(port: ChainPort, events: readonly AuditJob[]): Promise<void> {
  let left = groupByChain(events);
  for (let attempt = 0; left.size > 0; attempt++) {
    if (attempt === MAX_ATTEMPTS) throw new Error(`audit: too many write to ${[...left.keys()].join(', ')}`);
    if (attempt > 0) await pause(Math.random() * Math.min(MAX_WAIT, 5 * 2 ** attempt));
    const links = await linksFor(port, left);
    const written = links.length === 0 ? [] : await port.write(links).catch(lostAll);
    left = new Map(
      links.flatMap(({ head }, i) => {
        const group = left.get(head.chain);
        return written[i] === true || group === undefined ? [] : [[head.chain, group] as const];
      }),
    );
  }
}

function lostAll(error: unknown): boolean[] {
  if (error instanceof ConflictError) return [];
  throw error;
}

/** One of each eventId: the first. In order of the chains, so that two writers wait for each other in one order. */
function groupByChain(events: readonly AuditJob[]): Map<string, AuditJob[]> {
  const groups = new Map<string, Map<string, AuditJob>>();
  for (const event of events.map(normaliseEvent)) {
    const chain = chainOf(event);
    const group = groups.get(chain) ?? new Map<string, AuditJob>();
    if (!group.has(event.eventId)) group.set(event.eventId, event);
    groups.set(chain, group);
  }
  return new Map(
    [...groups.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([chain, group]) => [chain, [...group.values()]]),
  );
}

async function linksFor(port: ChainPort, left: Map<string, AuditJob[]>): Promise<ChainLink[]> {
  const ids = [...left.values()].flatMap((group) => group.map(({ eventId }) => eventId));
  const { heads, known } = await port.read([...left.keys()], ids);
  const there = new Set(known.map(({ chain, eventId }) => `${chain}\n${eventId}`));
  const links: ChainLink[] = [];
  for (const [chain, group] of left) {
    const fresh = group.filter(({ eventId }) => !there.has(`${chain}\n${eventId}`));
    if (fresh.length === 0) continue;
    const found = heads.find((one) => one.chain === chain);
    const head = found ?? (await emptyHead(chain));
    links.push({ head, isNew: found === undefined, rows: await linkRows(head, fresh) });
  }
  return links;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
