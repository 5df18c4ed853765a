import type { MovePosition, Row, RowKey } from '../ports/moves.ts';
import { SAVE_MS } from './settings.ts';
import { MoveFailedError, type StepEnd, type Work } from './work.ts';

const MAX_NAMED = 5;

/**
 * Compares every row of both shards, page by page, while the tenant is in use. What differs must have been written down as
 * changed; anything else is a copy that is wrong, and the move is taken back.
 */
export async function verify(work: Work): Promise<StepEnd> {
  const { shards, now } = work;
  const { tenantId, from, to, position } = work.move;
  const ids = await mailboxesOf(work);
  let saved = now();
  const save = async (next: MovePosition): Promise<boolean> => {
    if (now() - saved < SAVE_MS && now() < work.until) return true;
    saved = now();
    await work.save({ position: next, tally: work.move.tally });
    return now() < work.until;
  };
  let { after, within } = position;
  for (const mailboxId of ids.filter((id) => position.after === null || id > position.after)) {
    const [ours, theirs] = await Promise.all([
      shards.firstPages(from, tenantId, mailboxId),
      shards.firstPages(to, tenantId, mailboxId),
    ]);
    let resumed = within?.mailboxId === mailboxId ? within : null;
    within = null;
    for (const [n, { table, rows, next }] of ours.entries()) {
      if (resumed !== null && resumed.table !== table) continue;
      const other = theirs[n];
      if (other === undefined) throw new Error('a table without a page');
      if (resumed === null && next === null && other.next === null) {
        await compare(work, mailboxId, table, rows, other.rows);
        continue;
      }
      let key: RowKey | null = resumed?.key ?? null;
      resumed = null;
      do {
        key = await comparePage(work, mailboxId, table, key);
        if (key !== null && !(await save({ after, within: { mailboxId, table, key } }))) return 'again';
      } while (key !== null);
    }
    after = mailboxId;
    work.move.tally.mailboxesVerified++;
    if (!(await save({ after, within: null }))) return 'again';
  }
  await work.save({ phase: 'switching', position: { after: null, within: null }, tally: work.move.tally });
  return 'next';
}

/** Of both shards: what only the new one has is wrong as well. */
export async function mailboxesOf({ shards, move }: Work): Promise<string[]> {
  const lists = await Promise.all(
    [move.from, move.to].map((shard) => shards.mailboxes(shard, move.tenantId)),
  );
  return [...new Set(lists.flat())].sort();
}

/** Where the next page begins; null after the last one. */
async function comparePage(
  work: Work,
  mailboxId: string,
  table: string,
  after: RowKey | null,
): Promise<RowKey | null> {
  const { shards, move } = work;
  const { rows, next } = await shards.page(move.from, move.tenantId, mailboxId, table, after);
  const span = { after, upTo: next, limit: 2 * rows.length + 1 };
  await compare(
    work,
    mailboxId,
    table,
    rows,
    await shards.range(move.to, move.tenantId, mailboxId, table, span),
  );
  return next;
}

async function compare(
  { shards, move }: Work,
  mailboxId: string,
  table: string,
  ours: readonly Row[],
  theirs: readonly Row[],
): Promise<void> {
  if (ours.length === 0 && theirs.length === 0) return;
  const byKey = (rows: readonly Row[]) =>
    new Map(rows.map((row) => [JSON.stringify(shards.keyOf(table, row)), JSON.stringify(row)]));
  const [here, there] = [byKey(ours), byKey(theirs)];
  const differ = [...new Set([...here.keys(), ...there.keys()])].filter(
    (key) => here.get(key) !== there.get(key),
  );
  if (differ.length > 0) {
    const pending = await shards.pending(move.from, move.tenantId, mailboxId, table);
    const wrong = differ.filter((key) => !pending.has(key));
    if (wrong.length > 0) {
      const named = wrong.slice(0, MAX_NAMED).join(', ');
      throw new MoveFailedError(
        `${wrong.length} rows of ${table} in the mailbox ${mailboxId} differ in ${move.to}: ${named}`,
      );
    }
    for (const key of differ) {
      here.delete(key);
      there.delete(key);
    }
  }
  const known = move.tally.verified[table] ?? { rows: 0, digest: '' };
  move.tally.verified[table] = {
    rows: known.rows + here.size,
    digest: await digestOf(known.digest, [...there.values()]),
  };
}

async function digestOf(before: string, rows: readonly string[]): Promise<string> {
  const bytes = new TextEncoder().encode([before, ...rows].join('\n'));
  const hash = await crypto.subtle.digest('SHA-256', bytes);
  return Array.from(new Uint8Array(hash), (b) => b.toString(16).padStart(2, '0')).join('');
}
