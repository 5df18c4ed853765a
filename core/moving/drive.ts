import { ENDED, type MovePhase, RelievedError, type TenantMove } from '../ports/moves.ts';
import { copy, prepare } from './copy.ts';
import { follow } from './follow.ts';
import { removeOld, takeBack } from './remove.ts';
import { LEASE_MS } from './settings.ts';
import { keep, open, removeAt, turnOver } from './switch.ts';
import { verify } from './verify.ts';
import { MoveFailedError, type MovePorts, type StepEnd, type Work } from './work.ts';

const STEPS: Readonly<Record<MovePhase, ((work: Work) => Promise<StepEnd>) | null>> = {
  preparing: prepare,
  copying: copy,
  following: follow,
  verifying: verify,
  switching: turnOver,
  opening: open,
  kept: keep,
  removing: removeOld,
  done: null,
  cancelling: takeBack,
  cancelled: null,
  failed: null,
};

/**
 * One stretch of work on the move of a tenant: from wherever it is, for about `budgetMs`. Any number of callers may try;
 * one of them works. What goes wrong is noted and rejects; the next stretch goes on from what was written down.
 * @returns the move as it is afterwards, or null when the tenant was never moved
 */
export async function driveMove(
  ports: MovePorts,
  tenantId: string,
  budgetMs: number,
): Promise<TenantMove | null> {
  const { store, shards, now } = ports;
  const known = await store.get(tenantId);
  if (known === null || isAtRest(known, now())) return known;
  const taken = await store.take(tenantId, now(), now() + LEASE_MS);
  if (taken === null) return known;
  const work: Work = {
    ...ports,
    move: taken,
    until: now() + budgetMs,
    async save(change) {
      if (!(await store.save(work.move, { error: null, ...change }, now(), now() + LEASE_MS))) {
        throw new RelievedError();
      }
      work.move = { ...work.move, error: null, ...change };
    },
  };
  let fault: unknown = null;
  try {
    await Promise.all([taken.from, taken.to].map((shard) => shards.raiseFence(shard, taken)));
    await stretch(work);
  } catch (error) {
    if (error instanceof RelievedError) return store.get(tenantId);
    fault = error;
  }
  const error = fault === null ? work.move.error : textOf(fault);
  await store.save(work.move, { error }, now(), 0);
  if (fault !== null) throw fault;
  return store.get(tenantId);
}

async function stretch(work: Work): Promise<void> {
  do {
    const step = STEPS[work.move.phase];
    if (step === null) return;
    try {
      if ((await step(work)) === 'rest') return;
    } catch (error) {
      if (!(error instanceof MoveFailedError) || work.move.phase === 'cancelling') throw error;
      const tally = { ...work.move.tally, failure: error.message };
      await work.save({ phase: 'cancelling', position: { after: null, within: null }, tally });
    }
  } while (work.now() < work.until);
}

/** Nothing is to be done now. */
function isAtRest(move: TenantMove, now: number): boolean {
  return (ENDED as readonly string[]).includes(move.phase) || (move.phase === 'kept' && now < removeAt(move));
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
