import { type SQL, sql } from 'drizzle-orm';
import { BusyError, NotFoundError } from '../core/errors.ts';
import type { ShardState } from '../core/ports/moves.ts';
import type { Executor } from './dialect/types.ts';
import type { ShardMoveTables } from './schema/moves.ts';

/**
 * How long a reader goes by what a shard has said of a tenant. A tenant that has moved is not written to before everybody
 * must have asked again (HOLD_MS of core/moving/settings.ts is longer).
 */
const BELIEVED_MS = 2000;
/** How long a writer waits for a tenant whose rows are just being moved. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 250;
const RETRY_AFTER_S = 15;
/** From one shard to the next, and in between perhaps back. */
const MAX_HOPS = 6;
/** Tenants and shards whose state is remembered. */
const MAX_KNOWN = 10_000;

/** Begins what a shard says when the tenant is not written to here. */
const ELSEWHERE = 'waypost-elsewhere:';

export interface Placement {
  /** The shards by name. */
  executor(shard: string): Executor | undefined;
  moves: ShardMoveTables;
  now(): number;
  sleep(ms: number): Promise<void>;
}

interface Known {
  state: ShardState;
  peer: string;
  at: number;
}

/**
 * Where the rows of a tenant are, whatever the caller believes: jobs, objects and isolates go on naming the shard that they
 * knew. The shard itself is asked, in the same batch as each write, so that no knowledge can be too old for a write; and
 * by reads every two seconds, beside the read itself.
 */
export function createPlacement({ executor, moves, now, sleep }: Placement) {
  const { shardMoves: states } = moves;
  const known = new Map<string, Known>();

  const executorOf = (shard: string): Executor => {
    const found = executor(shard);
    if (found === undefined) throw new NotFoundError(`no mail shard ${shard}`);
    return found;
  };
  const keyOf = (shard: string, tenantId: string) => `${shard} ${tenantId}`;
  const note = (shard: string, tenantId: string, state: Known) => {
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(keyOf(shard, tenantId), state);
  };
  const fresh = (shard: string, tenantId: string): Known | undefined => {
    const found = known.get(keyOf(shard, tenantId));
    return found !== undefined && now() - found.at < BELIEVED_MS ? found : undefined;
  };

  async function ask(shard: string, tenantId: string): Promise<Known> {
    const at = now();
    const { build, all } = executorOf(shard);
    const [row] = await all(
      build
        .select({ state: states.state, peer: states.peer })
        .from(states)
        .where(sql`${states.tenantId} = ${tenantId}`),
    );
    const state: Known = { state: (row?.state ?? 'open') as ShardState, peer: row?.peer ?? '', at };
    note(shard, tenantId, state);
    return state;
  }

  /** Fails, and the batch that it begins with it, where the tenant is not written to now. */
  const onlyHere = (tenantId: string): SQL =>
    // The argument must come out of the row: SQLite evaluates what is constant also where there is none.
    sql`select json_extract('{}', ${ELSEWHERE} || ${states.state}) from ${states}
      where ${states.tenantId} = ${tenantId} and ${states.state} not in ('open', 'copying')`;

  async function read<T>(shard: string, tenantId: string, work: (there: Executor) => Promise<T>): Promise<T> {
    let at = shard;
    for (let hops = 0; hops < MAX_HOPS; hops++) {
      const there = executorOf(at);
      const believed = fresh(at, tenantId);
      if (believed !== undefined && !isAway(believed)) return work(there);
      const reading = believed === undefined ? work(there) : null;
      // It may fail, or never be looked at.
      reading?.catch(() => undefined);
      const state = believed ?? (await ask(at, tenantId));
      if (!isAway(state) && reading !== null) return reading;
      at = state.peer;
    }
    throw new BusyError('the tenant is being moved', RETRY_AFTER_S);
  }

  async function write(
    shard: string,
    tenantId: string,
    ...[statements, options]: Parameters<Executor['atomic']>
  ): ReturnType<Executor['atomic']> {
    const until = now() + PATIENCE_MS;
    let at = shard;
    for (let hops = 0; hops < MAX_HOPS; ) {
      const believed = fresh(at, tenantId);
      if (believed !== undefined && isAway(believed)) {
        at = believed.peer;
        hops++;
        continue;
      }
      const begun = now();
      try {
        const results = await executorOf(at).atomic([onlyHere(tenantId), ...statements], options);
        note(at, tenantId, { state: 'open', peer: '', at: begun });
        return results.slice(1);
      } catch (error) {
        if (!(error instanceof Error && error.message.includes(ELSEWHERE))) throw error;
      }
      const state = await ask(at, tenantId);
      if (isAway(state)) continue;
      if (now() >= until) break;
      await sleep(PAUSE_MS);
    }
    throw new BusyError('the tenant is being moved', RETRY_AFTER_S);
  }

  /** The database of a tenant by the shard that its caller knows; undefined when there is no such shard. */
  return (shard: string, tenantId?: string): Executor | undefined => {
    const named = executor(shard);
    return named === undefined || tenantId === undefined
      ? named
      : {
          dialect: named.dialect,
          build: named.build,
          compile: named.compile,
          all: (query) => read(shard, tenantId, (there) => there.all(query)),
          read: (...queries) => read(shard, tenantId, (there) => there.read(...queries)),
          atomic: (statements, options) => write(shard, tenantId, statements, options),
        };
  };
}

function isAway({ state }: Known): boolean {
  return state === 'moved' || state === 'arriving';
}
