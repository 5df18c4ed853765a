import { RelievedError } from '../ports/moves.ts';
import { carryChanges } from './follow.ts';
import { DAY_MS, FEW_CHANGES, FREEZE_MS, HOLD_MS, MAX_FREEZE_MS } from './settings.ts';
import { mailboxesOf } from './verify.ts';
import { MoveFailedError, type StepEnd, type Work } from './work.ts';

/**
 * The turn itself. Writers wait from `frozen` on; the directory then says in one write where the tenant lives, and only
 * before that write may the old shard be opened again.
 */
export async function turnOver(work: Work): Promise<StepEnd> {
  const { store, shards, now } = work;
  const { move } = work;
  while ((await carryChanges(work)) > FEW_CHANGES) if (now() >= work.until) return 'again';

  const began = now();
  move.tally.freezes++;
  const longest = Math.min(MAX_FREEZE_MS, FREEZE_MS * move.tally.freezes);
  move.tally.frozenAt = began;
  await work.save({ tally: move.tally });
  let undecided = false;
  try {
    await demand(shards.turn(move.from, move, ['copying', 'frozen'], 'frozen', now()));
    await demand(shards.turn(move.to, move, ['arriving', 'held'], 'arriving', now()));
    while ((await carryChanges(work)) > 0) {
      if (now() - began > longest) return await thaw(work);
    }
    await lookOver(work);
    if (now() - began > longest) return await thaw(work);
    await demand(shards.turn(move.to, move, ['arriving'], 'held', now()));
    undecided = true;
    await demand(store.switch(move, now()));
  } catch (error) {
    // From the last write on nobody knows whether it was done: whoever goes on reads it in the directory.
    if (!undecided && !(error instanceof RelievedError)) await thaw(work);
    throw error;
  }
  work.move = { ...work.move, phase: 'opening', switchedAt: now() };
  return 'next';
}

/** Writers may go on where they were. */
async function thaw({ shards, move, now }: Work): Promise<'again'> {
  await shards.turn(move.to, move, ['arriving', 'held'], 'arriving', now());
  await demand(shards.turn(move.from, move, ['frozen', 'copying'], 'copying', now()));
  return 'again';
}

/** What nobody writes to now must be the same in both: rows, and sums of all that is in them. */
async function lookOver(work: Work): Promise<void> {
  const { shards, move } = work;
  const ids = await mailboxesOf(work);
  const [here, there] = await Promise.all(
    [move.from, move.to].map((shard) => shards.sums(shard, move.tenantId, ids)),
  );
  for (const table of shards.tables()) {
    const [ours, theirs] = [here?.[table], there?.[table]];
    if (ours === undefined || theirs === undefined || ours.sums !== theirs.sums) {
      throw new MoveFailedError(
        `${table} is not the same in ${move.to}: ${ours?.rows} rows, ${theirs?.rows} there`,
      );
    }
    const digest = move.tally.verified[table]?.digest ?? '';
    move.tally.verified[table] = { rows: ours.rows, digest };
  }
}

/** Who still reads in the old shard is sent on first, and only then is anything written in the new one. */
export async function open(work: Work): Promise<StepEnd> {
  const { shards, move, now, sleep } = work;
  await demand(shards.turn(move.from, move, ['frozen', 'moved'], 'moved', now()));
  await sleep(HOLD_MS);
  await demand(shards.turn(move.to, move, ['held', 'open'], 'open', now()));
  await shards.forgetChanges(move.from, move.tenantId, Number.MAX_SAFE_INTEGER);
  const frozenMs = now() - (move.tally.frozenAt ?? now());
  await work.save({ phase: 'kept', tally: { ...move.tally, frozenMs } });
  const rows = Object.values(move.tally.verified).reduce((sum, table) => sum + table.rows, 0);
  await work.tell(move, 'tenant.move-done', {
    from: move.from,
    to: move.to,
    rows,
    mailboxes: move.tally.mailboxes,
  });
  return 'next';
}

export async function keep(work: Work): Promise<StepEnd> {
  if (work.now() < removeAt(work.move)) return 'rest';
  await work.save({ phase: 'removing', position: { after: null, within: null } });
  return 'next';
}

/** From when on the rows of the old shard may go. */
export function removeAt({ switchedAt, keepDays }: Pick<Work['move'], 'switchedAt' | 'keepDays'>): number {
  return (switchedAt ?? 0) + keepDays * DAY_MS;
}

async function demand(turned: Promise<boolean>): Promise<void> {
  if (!(await turned)) throw new RelievedError();
}
