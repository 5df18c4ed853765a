/**
 * I25: refuses every statement that touches rows of a tenant without saying which. Tests run the stores behind it.
 *
 * Mail and search tables need `tenant_id = <parameter>` and `mailbox_id = <parameter>` for each mention of a table,
 * or both among the columns of an INSERT. Directory tables need `tenant_id`, with the exceptions of RESOLVES. Audit
 * events are of the installation and listed across tenants; the trace is not.
 */
import type { D1Database, D1PreparedStatement } from '@cloudflare/workers-types/experimental';
import type { Executor } from '../../store/dialect/types.ts';
import {
  isKeyword,
  isMark,
  parse,
  type QueryScope,
  scopesOf,
  split,
  type TableUse,
  type Token,
} from './sql-parse.ts';

const MAILBOX_TABLES = new Set([
  ...['mailboxes', 'folders', 'items', 'messages', 'message_parts', 'objects', 'tombstones', 'acl'],
  ...[
    'correspondents',
    'conversation_rules',
    'mailbox_settings',
    'removed_messages',
    'documents',
    'message_id_aliases',
  ],
  ...['document_cursors', 'noted_searches', 'action_heads'],
  ...['rule_sets', 'rules', 'delivery_reports', 'automatic_sends', 'spam_tokens', 'spam_labels'],
  'quarantined',
]);

/**
 * Directory tables, each with the columns that may find its rows in place of the tenant:
 * - `by value`: an envelope address or a login name is all there is, and leads to the tenant.
 * - `by query`: taken from a row that was found in that way, in the same statement.
 * - `freely`: the list of tenants, and dead letters, which belong to the installation.
 */
const RESOLVES: Record<string, { byValue?: string[]; byQuery?: string[]; freely?: true }> = {
  tenants: { freely: true },
  dead_letters: { freely: true },
  domains: { byValue: ['domain'] },
  users: { byValue: ['address'], byQuery: ['user_id'] },
  aliases: { byValue: ['address'] },
  credentials: { byQuery: ['user_id'] },
  devices: {},
  policies: {},
  device_settings: {},
  mobile_users: {},
  people: {},
  people_words: {},
  certificates: {},
  trusted_roots: {},
  mail_groups: { byValue: ['address'] },
  mail_group_members: {},
  group_deliveries: {},
  outbox: {},
  send_counters: {},
  send_locks: {},
  send_grants: {},
  holds: {},
  user_settings: {},
  role_grants: {},
  service_tokens: { byValue: ['secret_hash'] },
  sessions: { byValue: ['token_hash', 'previous_hash'] },
  erasures: {},
  sign_in_factors: {},
  tenant_keys: {},
  sign_in_challenges: { byValue: ['challenge_hash'] },
  attachment_links: {},
  trace_messages: {},
  trace_steps: {},
  // Numbers of several tenants are added up, and locked together.
  trace_days: { byValue: ['tenant_id'] },
  kept_answers: {},
  // Who wants to be told of what, of all tenants, without anything secret.
  webhooks: { byValue: ['status'] },
  webhook_deliveries: {},
};

/**
 * What the scheduled handler reads of all mailboxes of a tenant: those of these rows alone that a partial index holds.
 */
const DUE: Record<string, string[]> = {
  objects: ['remind_at', 'to_announce'],
  quarantined: ['held_at', 'expires_at'],
};

/** Has no columns for the scope: its rows are those of `documents`, which the same statement must scope. */
const TEXT_INDEX = 'document_text';

export class UnscopedStatementError extends Error {
  constructor(what: string, sql: string) {
    super(`unscoped statement (${what}): ${sql}`);
    this.name = 'UnscopedStatementError';
  }
}

/** Throws UnscopedStatementError for a statement that I25 forbids. */
export function checkScope(sql: string, params: readonly unknown[]): void {
  const tenants = new Set<unknown>();
  const note = (column: string, value: unknown) => {
    if (column === 'tenant_id') tenants.add(value);
  };
  const reads = /^\s*select\b/i.test(sql);
  // Sizes of a tenant's mailboxes may be added up: the answer has no row of theirs.
  const adds = /^\s*select count\(\*\)/i.test(sql);
  for (const scope of scopesOf(parse(sql))) {
    for (const use of scope.tables) {
      const missing = missingColumn(scope, use, params, note, { reads, adds });
      if (missing !== null) throw new UnscopedStatementError(`${use.table} without ${missing}`, sql);
    }
  }
  if (tenants.size > 1) throw new UnscopedStatementError('more than one tenant', sql);
}

type Note = (column: string, value: unknown) => void;

function missingColumn(
  scope: QueryScope,
  use: TableUse,
  params: readonly unknown[],
  note: Note,
  { reads, adds }: { reads: boolean; adds: boolean },
): string | null {
  if (use.table === TEXT_INDEX) return textIndexColumn(scope, use);
  const inMailbox = MAILBOX_TABLES.has(use.table);
  const resolves = RESOLVES[use.table];
  if ((!inMailbox && resolves === undefined) || resolves?.freely === true) return null;
  const due = reads && scope.conditions.some((c) => mentions(c, DUE[use.table] ?? []));
  const summed = adds && use.table === 'mailboxes';
  const needed = inMailbox && !due && !summed ? ['tenant_id', 'mailbox_id'] : ['tenant_id'];
  const { insertColumns } = use;
  if (insertColumns !== null) return needed.find((column) => !insertColumns.includes(column)) ?? null;
  const only = scope.tables.filter((t) => t.insertColumns === null).length === 1;
  const holds = (column: string, allowed: (right: Token | undefined) => boolean) =>
    scope.conditions.some((condition) => implies(condition, use, only, column, allowed));
  const bound = (column: string) => (right: Token | undefined) => {
    if (right?.kind !== 'param') return false;
    note(column, params[right.index]);
    return true;
  };
  const missing = needed.find((column) => !holds(column, bound(column)));
  if (missing === undefined || inMailbox) return missing ?? null;
  const anyValue = (right: Token | undefined) => right?.kind === 'param' || right?.kind === 'group';
  const aQuery = (right: Token | undefined) =>
    right?.kind === 'group' && isKeyword(right.tokens[0], 'select');
  const resolved =
    resolves?.byValue?.some((column) => holds(column, anyValue)) === true ||
    resolves?.byQuery?.some((column) => holds(column, aQuery) || holds(column, isColumn)) === true;
  return resolved ? null : missing;
}

/** Whether a condition that must hold is about one of these columns. */
function mentions(condition: readonly Token[], columns: readonly string[]): boolean {
  const branches = split(condition, (t) => isKeyword(t, 'or'));
  if (branches.length > 1) return branches.every((branch) => mentions(branch, columns));
  const terms = split(condition, (t) => isKeyword(t, 'and'));
  if (terms.length > 1) return terms.some((term) => mentions(term, columns));
  const [first] = condition;
  if (condition.length === 1 && first?.kind === 'group') return mentions(first.tokens, columns);
  return condition.some((t) => t.kind === 'word' && columns.includes(t.text));
}

/** Rows of the text index are put beside, or taken by the id of, rows of `documents`. */
function textIndexColumn(scope: QueryScope, use: TableUse): string | null {
  if (use.insertColumns !== null)
    return scope.tables.some((t) => t.table === 'documents') ? null : 'documents';
  const ofDocuments = (right: Token | undefined) =>
    (right?.kind === 'word' && right.text === 'documents') ||
    (right?.kind === 'group' && right.tokens.some((t) => t.kind === 'word' && t.text === 'documents'));
  const only = scope.tables.length === 1;
  return scope.conditions.some((condition) => implies(condition, use, only, 'rowid', ofDocuments))
    ? null
    : 'rowid of documents';
}

const isColumn = (right: Token | undefined) => right?.kind === 'word';

/** Whether a condition can only be true where the column equals something that `allowed` accepts. */
function implies(
  condition: readonly Token[],
  use: TableUse,
  only: boolean,
  column: string,
  allowed: (right: Token | undefined) => boolean,
): boolean {
  const branches = split(condition, (t) => isKeyword(t, 'or'));
  if (branches.length > 1) return branches.every((branch) => implies(branch, use, only, column, allowed));
  const terms = split(condition, (t) => isKeyword(t, 'and'));
  if (terms.length > 1) return terms.some((term) => implies(term, use, only, column, allowed));
  const [first] = condition;
  if (condition.length === 1 && first?.kind === 'group') {
    return !isKeyword(first.tokens[0], 'select') && implies(first.tokens, use, only, column, allowed);
  }
  const at = condition.findIndex((t) => isMark(t, '=') || isKeyword(t, 'in'));
  const name = condition[at - 1];
  if (at < 1 || name?.kind !== 'word' || name.text !== column) return false;
  const qualifier = condition[at - 3];
  const ours =
    at === 1
      ? only
      : isMark(condition[at - 2], '.') && qualifier?.kind === 'word' && qualifier.text === use.name;
  // `= any (…)` is PostgreSQL's way of saying `in (…)`.
  const right = isKeyword(condition[at + 1], 'any') ? condition[at + 2] : condition[at + 1];
  return ours && allowed(right);
}

/** The executor, refusing unscoped statements before they are sent. */
export function guardExecutor(executor: Executor): Executor {
  const check = (...statements: Parameters<Executor['compile']>) => {
    for (const statement of statements) {
      const { sql, params } = executor.compile(statement);
      checkScope(sql, params);
    }
  };
  return {
    ...executor,
    async all(query) {
      check(query);
      return executor.all(query);
    },
    async read(...queries) {
      for (const query of queries) check(query);
      return executor.read(...queries);
    },
    async atomic(statements, options) {
      for (const statement of statements) check(statement);
      if (options?.lock !== undefined) check(options.lock);
      return executor.atomic(statements, options);
    },
  };
}

/** The database, refusing unscoped statements when they are bound. */
export function guardD1(database: D1Database): D1Database {
  return new Proxy(database, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property);
      if (typeof value !== 'function') return value;
      if (property !== 'prepare') return value.bind(target);
      return (sql: string) => guardStatement(target.prepare(sql), sql);
    },
  });
}

function guardStatement(statement: D1PreparedStatement, sql: string): D1PreparedStatement {
  return new Proxy(statement, {
    get(target, property) {
      if (property === 'bind') {
        return (...params: unknown[]) => {
          checkScope(sql, params);
          return target.bind(...params);
        };
      }
      const value: unknown = Reflect.get(target, property);
      if (typeof value !== 'function') return value;
      // Run without `bind`: then it has no parameters at all.
      checkScope(sql, []);
      return value.bind(target);
    },
  });
}
