import type { KeyedRows, MovePosition, RowPage } from '../ports/moves.ts';
import { MAILBOXES_AT_ONCE, SAVE_MS } from './settings.ts';
import { MoveFailedError, type StepEnd, type Work } from './work.ts';

/** From now on what is written in the old shard is written down, and the new one waits for the tenant. */
export async function prepare(work: Work): Promise<StepEnd> {
  const { shards, move, now } = work;
  const { tenantId, from, to } = move;
  for (const shard of [from, to]) {
    if (!shards.names().includes(shard)) throw new MoveFailedError(`there is no shard ${shard}`);
  }
  if ((await shards.mailboxes(to, tenantId)).length > 0) {
    throw new MoveFailedError(`${to} has rows of this tenant already`);
  }
  await shards.arrive(to, move, now());
  await shards.depart(from, move, now());
  const { length } = await shards.mailboxes(from, tenantId);
  await work.save({ phase: 'copying', tally: { ...move.tally, mailboxes: length } });
  return 'next';
}

/** The first copy, mailbox by mailbox, while everybody goes on reading and writing. */
export async function copy(work: Work): Promise<StepEnd> {
  const { shards, now } = work;
  const { tenantId, from } = work.move;
  const began = now();
  const before = work.move.tally.copyMs;
  let saved = began;
  const save = async (position: MovePosition) => {
    saved = now();
    const tally = { ...work.move.tally, copyMs: before + saved - began };
    await work.save({ position, tally });
  };
  const ids = await shards.mailboxes(from, tenantId);
  const { after, within } = work.move.position;
  const left = ids.filter((id) => after === null || id > after);
  let done: string | null = after;
  for (let i = 0; i < left.length; i += MAILBOXES_AT_ONCE) {
    const group = left.slice(i, i + MAILBOXES_AT_ONCE);
    const firsts = await Promise.all(
      group.map(async (mailboxId) => {
        const pages = await shards.firstPages(from, tenantId, mailboxId);
        if (within?.mailboxId !== mailboxId) await put(work, mailboxId, pages);
        return { mailboxId, pages };
      }),
    );
    for (const { mailboxId, pages } of firsts) {
      let skipping = within?.mailboxId === mailboxId;
      for (const { table, next } of pages) {
        let key = next;
        if (skipping) {
          if (table !== within?.table) continue;
          key = within.key;
          skipping = false;
        }
        while (key !== null) {
          const page = await shards.page(from, tenantId, mailboxId, table, key);
          await put(work, mailboxId, [page]);
          key = page.next;
          if (key === null || now() - saved < SAVE_MS) continue;
          await save({ after: done, within: { mailboxId, table, key } });
          if (now() >= work.until) return 'again';
        }
      }
      done = mailboxId;
      work.move.tally.mailboxesCopied++;
    }
    if (now() - saved >= SAVE_MS || now() >= work.until) {
      await save({ after: done, within: null });
      if (now() >= work.until) return 'again';
    }
  }
  const tally = { ...work.move.tally, copyMs: before + now() - began };
  await work.save({ phase: 'following', position: { after: null, within: null }, tally });
  return 'next';
}

async function put({ shards, move }: Work, mailboxId: string, pages: readonly RowPage[]): Promise<void> {
  const groups = pages.flatMap(({ table, rows }): KeyedRows[] =>
    rows.length === 0 ? [] : [{ mailboxId, table, keys: [], rows }],
  );
  if (groups.length === 0) return;
  await shards.put(move.to, move, groups);
  for (const { rows } of groups) move.tally.rowsCopied += rows.length;
}
