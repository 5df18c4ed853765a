import { type SQL, sql } from 'drizzle-orm';
import type {
  FactField,
  ItemCondition,
  NumberField,
  TextField,
  TextFold,
  TextMatch,
} from '../../../core/mail/item-condition.ts';
import { asciiFold } from '../../dialect/text-functions.ts';
import type { TextFunctions } from '../../dialect/types.ts';
import { type MailboxContext, scoped } from './context.ts';

/** A condition in SQL, as of messages. */
interface Compiled {
  sql: SQL;
  /** Never null. */
  total: boolean;
}

/** What the statement around it must join. */
interface Needs {
  messages: boolean;
}

const YES = sql`1 = 1`;
const NO = sql`1 = 0`;
const PERHAPS = sql`cast(null as boolean)`;

/** What a row must fulfil not to be ruled out, whether it then surely fits, and whether `messages` must be joined. */
export function compiled(
  box: MailboxContext,
  condition: ItemCondition,
): { where: SQL[]; sure: SQL; joins: boolean } {
  const needs: Needs = { messages: false };
  // Apart from each other: only so a span of time, or a state, is one of an index.
  const parts = (condition.kind === 'and' ? condition.of : [condition]).map((one) =>
    compile(box, one, needs),
  );
  const perhaps = parts.filter((one) => !one.total).map((one) => one.sql);
  return {
    where: parts.map((one) => (one.total ? one.sql : sql`(${one.sql}) is not false`)),
    sure:
      perhaps.length === 0
        ? sql`1`
        : sql`case when ${sql.join(perhaps.map(enclosed), sql` and `)} then 1 else 0 end`,
    joins: needs.messages,
  };
}

/** The columns of `messages` may be named where `joins` is true. */
function compile(box: MailboxContext, condition: ItemCondition, needs: Needs): Compiled {
  const { items } = box.tables;
  const { text } = box.executor.dialect;
  switch (condition.kind) {
    case 'and':
    case 'or': {
      const parts = condition.of.map((one) => compile(box, one, needs));
      const word = condition.kind === 'and' ? sql` and ` : sql` or `;
      return {
        sql: sql`(${sql.join(
          parts.map((one) => enclosed(one.sql)),
          word,
        )})`,
        total: parts.every((one) => one.total),
      };
    }
    case 'not': {
      const of = compile(box, condition.of, needs);
      return { sql: sql`not (${of.sql})`, total: of.total };
    }
    case 'known':
      return condition.is === null ? { sql: PERHAPS, total: false } : always(condition.is);
    case 'range': {
      const { min, max } = condition;
      const value = numberOf(box, condition.field, needs);
      const ends = [
        ...(min === null ? [] : [sql`${value} >= ${whole(min)}`]),
        ...(max === null ? [] : [sql`${value} <= ${whole(max)}`]),
      ];
      return ends.length === 0 ? always(true) : { sql: sql.join(ends, sql` and `), total: true };
    }
    case 'oneOf':
      return { sql: factIs(box, condition.field, condition.values, needs), total: true };
    case 'text':
      if (condition.field === 'messageId' && condition.how === 'equal') return messageIdIs(box, condition);
      return textual(textOf(box, condition.field, needs), condition, text);
    case 'category':
      return categoryIs(box, condition.name);
    case 'mentions':
      return { sql: mentions(box, condition, needs), total: false };
    case 'maybe': {
      const of = compile(box, condition.of, needs);
      return { sql: sql`case when (${of.sql}) is not false then null else ${NO} end`, total: false };
    }
    case 'unlessKept': {
      const of = compile(box, condition.of, needs);
      const kept = text.contains(items.extended, `${JSON.stringify(condition.key)}:`);
      return { sql: sql`case when ${kept} then null else ${of.sql} end`, total: false };
    }
    case 'items':
      return { sql: box.executor.dialect.isIn(items.itemId, condition.itemIds), total: true };
  }
}

function enclosed(condition: SQL): SQL {
  return sql`(${condition})`;
}

function always(is: boolean): Compiled {
  return { sql: is ? YES : NO, total: true };
}

/** In the text of the statement: a database takes a hundred parameters, and a number cannot be anything else. */
function whole(value: number): SQL {
  if (!Number.isSafeInteger(value)) throw new RangeError('store: not a whole number');
  return sql.raw(String(value));
}

/** The number that lists are ordered by. */
export function numberOf(box: MailboxContext, field: NumberField, needs: Needs): SQL {
  const { items, messages } = box.tables;
  switch (field) {
    case 'received':
      return sql`${items.receivedAt}`;
    case 'entered':
      return sql`${items.createdModseq}`;
    case 'size':
      return sql`${items.size}`;
    case 'modified': {
      const verbAt = sql`coalesce(${items.lastVerbAt}, 0)`;
      return sql`(case when ${verbAt} > ${items.receivedAt} then ${verbAt} else ${items.receivedAt} end)`;
    }
    case 'sent':
      needs.messages = true;
      return sql`coalesce(${messages.sentAt}, ${items.receivedAt})`;
  }
}

function factIs(
  box: MailboxContext,
  field: FactField,
  values: readonly (number | string)[],
  needs: Needs,
): SQL {
  if (values.length === 0) return NO;
  const { items, messages } = box.tables;
  const list = sql.join(
    values.map((value) => (typeof value === 'number' ? whole(value) : sql`${value}`)),
    sql`, `,
  );
  switch (field) {
    case 'read':
      // One value: only so the planners see that a partial index fits.
      return values.length === 1 ? sql`${items.isRead} = ${list}` : sql`${items.isRead} in (${list})`;
    case 'draft':
      return sql`${items.isDraft} in (${list})`;
    case 'flag': {
      const { contains } = box.executor.dialect.text;
      const status = sql`case when ${items.flag} is null then 0 when ${contains(items.flag, '"status":2')} then 2
        when ${contains(items.flag, '"status":1')} then 1 else 0 end`;
      return sql`(${status}) in (${list})`;
    }
    case 'importance':
      needs.messages = true;
      return sql`${messages.importance} in (${list})`;
    case 'files': {
      const { messageParts } = box.tables;
      const some = sql`exists (select 1 from ${messageParts} where ${scoped(box, messageParts)}
        and ${messageParts.itemId} = ${items.itemId} and ${messageParts.isAttachment} = 1
        and ${messageParts.isInline} = 0)`;
      if (values.includes(1)) return values.includes(0) ? YES : some;
      return values.includes(0) ? sql`not ${some}` : NO;
    }
  }
}

function textOf(box: MailboxContext, field: TextField, needs: Needs): SQL {
  const { messages } = box.tables;
  needs.messages = true;
  switch (field) {
    case 'subject':
      return sql`${messages.subject}`;
    case 'topic':
      return sql`${messages.baseSubject}`;
    case 'messageId':
      return sql`'<' || ${messages.messageIdHeader} || '>'`;
    case 'class':
      return sql`${messages.messageClass}`;
  }
}

function textual(column: SQL, match: TextMatch, text: TextFunctions): Compiled {
  const { value, fold } = match;
  if (fold === 'exact') return { sql: holds(column, match, text), total: true };
  if (fold === 'case' && isAscii(value))
    return { sql: holds(asciiFold(column, text), match, text), total: true };
  const plain = fold === 'unmarked' ? column : text.lower(column);
  const inAscii = isAscii(value) ? holds(plain, match, text) : NO;
  return { sql: sql`case when ${text.isAscii(column)} then ${inAscii} else null end`, total: false };
}

/** Nothing is in a text that is not there. */
function holds(column: SQL, { how, value }: TextMatch, text: TextFunctions): SQL {
  if (how === 'contains') return sql`coalesce(${text.contains(column, value)}, ${NO})`;
  const part = how === 'equal' ? column : sql`substr(${column}, 1, ${whole([...value].length)})`;
  return sql`coalesce(${part} = ${value}, ${NO})`;
}

/** By an index, where there is one for the way in which texts are compared. */
function messageIdIs(box: MailboxContext, match: TextMatch): Compiled {
  const { items, messages } = box.tables;
  const bare = /^<(.*)>$/s.exec(match.value)?.[1];
  if (bare === undefined) return always(false);
  const among = (condition: SQL) =>
    sql`${items.itemId} in (select ${messages.itemId} from ${messages} where ${scoped(box, messages)}
      and ${messages.messageIdHeader} is not null and ${condition})`;
  const { text } = box.executor.dialect;
  if (match.fold === 'case' && isAscii(bare)) {
    return { sql: among(sql`${asciiFold(messages.messageIdHeader, text)} = ${bare}`), total: true };
  }
  if (match.fold === 'exact') {
    return { sql: among(sql`${messages.messageIdHeader} = ${bare}`), total: true };
  }
  return { sql: PERHAPS, total: false };
}

/** The column is the JSON of a list. Escaped names, and those beyond ASCII, must be looked at. */
function categoryIs(box: MailboxContext, name: string | null): Compiled {
  const { categories } = box.tables.items;
  if (name === null) return { sql: sql`${categories} <> '[]'`, total: true };
  const { text } = box.executor.dialect;
  const quoted = JSON.stringify(name);
  // What stands between two names in the text is a comma.
  const odd = name === ',' || quoted.includes('\\');
  const found = isAscii(name) ? text.contains(text.lower(categories), quoted) : NO;
  const plain = sql`${text.isAscii(categories)} and not ${text.contains(categories, '\\')}`;
  const told = odd ? PERHAPS : sql`case when ${plain} then ${found} else null end`;
  return { sql: sql`case when ${categories} = '[]' then ${NO} else ${told} end`, total: false };
}

function mentions(
  box: MailboxContext,
  { value, fold }: { value: string; fold: TextFold },
  needs: Needs,
): SQL {
  const { addresses } = box.tables.messages;
  needs.messages = true;
  const { text } = box.executor.dialect;
  const json = JSON.stringify(value).slice(1, -1);
  if (fold === 'exact') return sql`case when ${text.contains(addresses, json)} then null else ${NO} end`;
  if (fold === 'case' && isAscii(value)) {
    return sql`case when ${text.contains(asciiFold(addresses, text), json)} then null else ${NO} end`;
  }
  const plain = fold === 'unmarked' ? sql`${addresses}` : text.lower(addresses);
  const absent = isAscii(value) ? sql`not ${text.contains(plain, json)}` : YES;
  return sql`case when ${text.isAscii(addresses)} and ${absent} then ${NO} else null end`;
}

function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}
