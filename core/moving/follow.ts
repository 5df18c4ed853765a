import type { KeyedRows, LoggedChange } from '../ports/moves.ts';
import { CHANGES_AT_ONCE, FEW_CHANGES } from './settings.ts';
import type { StepEnd, Work } from './work.ts';

/**
 * Carries the next rows over that have changed; number of changes that were written down. A row is read after its change
 * was: one that changes again is written down again.
 */
export async function carryChanges(work: Work): Promise<number> {
  const { shards, move } = work;
  const changes = await shards.changes(move.from, move.tenantId, CHANGES_AT_ONCE);
  const last = changes.at(-1);
  if (last === undefined) return 0;
  const rows = await shards.rowsOf(move.from, move.tenantId, grouped(changes));
  await shards.put(move.to, move, rows);
  await shards.forgetChanges(move.from, move.tenantId, last.seq);
  move.tally.rowsFollowed += rows.reduce((sum, { keys }) => sum + keys.length, 0);
  return changes.length;
}

/** Until few are left. */
export async function follow(work: Work): Promise<StepEnd> {
  while ((await carryChanges(work)) > FEW_CHANGES) {
    if (work.now() < work.until) continue;
    await work.save({ tally: work.move.tally });
    return 'again';
  }
  await work.save({
    phase: 'verifying',
    position: { after: null, within: null },
    tally: { ...work.move.tally, mailboxesVerified: 0, verified: {} },
  });
  return 'next';
}

/** Each row once, by mailbox and table. */
function grouped(changes: readonly LoggedChange[]): Omit<KeyedRows, 'rows'>[] {
  const groups = new Map<
    string,
    { mailboxId: string; table: string; keys: Map<string, LoggedChange['key']> }
  >();
  for (const { mailboxId, table, key } of changes) {
    const name = JSON.stringify([mailboxId, table]);
    const group = groups.get(name) ?? { mailboxId, table, keys: new Map() };
    group.keys.set(JSON.stringify(key), key);
    groups.set(name, group);
  }
  return [...groups.values()].map(({ keys, ...group }) => ({ ...group, keys: [...keys.values()] }));
}
