import type { StepEnd, Work } from './work.ts';

/** The rows of the shard that the tenant has left, in small pieces. */
export async function removeOld(work: Work): Promise<StepEnd> {
  const gone = await removeAll(work, work.move.from);
  const { tally } = work.move;
  if (!gone) {
    await work.save({ tally });
    return 'again';
  }
  await work.save({ phase: 'done', endedAt: work.now(), tally });
  await work.tell(work.move, 'tenant.move-removed', {
    shard: work.move.from,
    rows: work.move.tally.rowsRemoved,
  });
  return 'next';
}

/** The tenant stays where it is: whoever waits goes on there, and what was copied is removed. */
export async function takeBack(work: Work): Promise<StepEnd> {
  const { shards, move, now } = work;
  await shards.turn(move.to, move, ['held', 'arriving'], 'arriving', now());
  await shards.turn(move.from, move, ['copying', 'frozen', 'open'], 'open', now());
  await shards.forgetChanges(move.from, move.tenantId, Number.MAX_SAFE_INTEGER);
  const there = await shards.state(move.to, move.tenantId);
  if (there?.state === 'arriving' && there.moveId === move.moveId) {
    if (!(await removeAll(work, move.to))) return 'again';
    await shards.turn(move.to, move, ['arriving'], 'moved', now());
  }
  const { failure } = move.tally;
  const phase = failure === null ? 'cancelled' : 'failed';
  await work.save({ phase, error: failure, endedAt: now(), tally: move.tally });
  await work.tell(move, `tenant.move-${phase}`, { from: move.from, to: move.to, reason: failure });
  return 'next';
}

async function removeAll({ shards, move, now, until }: Work, shard: string): Promise<boolean> {
  for (const mailboxId of await shards.mailboxes(shard, move.tenantId)) {
    for (;;) {
      const rows = await shards.remove(shard, move, mailboxId);
      move.tally.rowsRemoved += rows;
      if (rows === 0) break;
      if (now() >= until) return false;
    }
  }
  return true;
}
