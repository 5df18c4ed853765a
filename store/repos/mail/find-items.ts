import { asc, desc, eq, type SQL, sql } from 'drizzle-orm';
import { type ItemCondition, type ItemOrder, ofOthers } from '../../../core/mail/item-condition.ts';
import type { FitCounts, Fitting } from '../../../core/ports/finding.ts';
import { askedId } from '../../text.ts';
import { all, type MailboxContext, scoped } from './context.ts';
import { compiled, numberOf } from './item-condition.ts';

/** ECMA-262 21.4.1.1 */
const MAX_TIME = 8.64e15;

/** One select of item ids, of messages or of everything else. */
interface Branch {
  from: SQL;
  where: SQL;
  sure: SQL;
}

/** Messages; and what is no message, from an index of its own, unless the condition rules all of it out. */
function branches(box: MailboxContext, folderId: string, condition: ItemCondition, joins: boolean): Branch[] {
  const { items, messages } = box.tables;
  // The time says nothing: without it SQLite prefers to walk through the whole mailbox.
  const inFolder = all(
    scoped(box, items),
    eq(items.folderId, askedId(folderId)),
    sql`${items.receivedAt} >= ${sql.raw(String(-MAX_TIME))}`,
  );
  const joined = sql`${items} left join ${messages} on ${scoped(box, messages)} and ${messages.itemId} = ${items.itemId}`;
  if (condition.kind === 'known' && condition.is === true) {
    const isMail = sql`case when ${items.kind} = 'message' then 1 else 0 end`;
    return [{ from: joins ? joined : sql`${items}`, where: inFolder, sure: isMail }];
  }
  const own = compiled(box, condition);
  const from = joins || own.joins ? joined : sql`${items}`;
  const others = ofOthers(condition);
  const mail = { from, where: all(inFolder, sql`${items.kind} = 'message'`, ...own.where), sure: own.sure };
  if (others.kind === 'known' && others.is === false) return [mail];
  const rest = compiled(box, others);
  const notMail = sql`${items.itemId} in (select ${items.itemId} from ${items}
    where ${inFolder} and ${items.kind} <> 'message')`;
  const where = all(scoped(box, items), notMail, ...rest.where);
  return [mail, { from: joins ? joined : sql`${items}`, where, sure: rest.sure }];
}

/** All branches in one round trip. */
export async function countFitting(
  box: MailboxContext,
  folderId: string,
  condition: ItemCondition,
): Promise<FitCounts> {
  const counts = branches(box, folderId, condition, false).map(({ from, where, sure }) =>
    box.executor.build
      .select({
        n: sql<number>`count(*)`.as('n'),
        sure: sql<number>`cast(coalesce(sum(${sure}), 0) as bigint)`.as('sure'),
      })
      .from(from)
      .where(where),
  );
  const rows = (await box.executor.read(...counts)).flat();
  const total = rows.reduce((sum, row) => sum + Number(row.n), 0);
  const surely = rows.reduce((sum, row) => sum + Number(row.sure), 0);
  return { sure: surely, unsure: total - surely };
}

export async function fitting(
  box: MailboxContext,
  folderId: string,
  condition: ItemCondition,
  { by, descending }: ItemOrder,
  offset: number,
  limit: number,
): Promise<Fitting[]> {
  const { items } = box.tables;
  const direction = descending ? desc : asc;
  const needs = { messages: false };
  const key = numberOf(box, by, needs);
  const moment = by === 'received' || by === 'entered';
  const order = moment
    ? [direction(key), direction(items.itemId)]
    : [direction(key), desc(items.receivedAt), desc(items.itemId)];
  const parts = branches(box, folderId, condition, needs.messages);
  const rows = await box.executor.all(parts.length === 1 ? one(parts) : merged(parts));
  return rows.map(({ itemId, sure }) => ({ itemId, sure: Number(sure) === 1 }));

  function one([part]: readonly Branch[]) {
    return box.executor.build
      .select({
        // One within the other: of a column by itself the builder leaves the table out, and two have such a column.
        itemId: sql<string>`${sql`${items.itemId}`}`.as('item_id'),
        sure: sql<number>`${part?.sure}`.as('sure'),
      })
      .from(part?.from ?? sql`${items}`)
      .where(part?.where)
      .orderBy(...order)
      .limit(limit)
      .offset(offset);
  }

  /** Each part in its own order, which is that of an index where there is one; then both together. */
  function merged(branches: readonly Branch[]) {
    const selects = branches.map(
      ({ from, where, sure }, n) => sql`select * from (
        select ${items.itemId} as item_id, ${sure} as sure, ${key} as ord, ${items.receivedAt} as received_at
        from ${from} where ${where} order by ${sql.join(order, sql`, `)} limit ${offset + limit}
      ) as ${sql.raw(`part${n}`)}`,
    );
    const ties = moment ? [direction(sql`item_id`)] : [desc(sql`received_at`), desc(sql`item_id`)];
    return box.executor.build
      .select({ itemId: sql<string>`item_id`, sure: sql<number>`sure` })
      .from(sql`(${sql.join(selects, sql` union all `)}) as found`)
      .orderBy(direction(sql`ord`), ...ties)
      .limit(limit)
      .offset(offset);
  }
}
