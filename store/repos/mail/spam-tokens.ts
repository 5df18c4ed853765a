import { and, eq, gt, ne, type SQL, sql } from 'drizzle-orm';
import { NotFoundError } from '../../../core/errors.ts';
import type { MailboxRef } from '../../../core/mail/types.ts';
import type { SpamLabel } from '../../../core/ports/spam.ts';
import {
  type Learned,
  type Lesson,
  MAX_LABELS,
  MAX_MAILBOX_TOKENS,
  MAX_TENANT_TOKENS,
  type SpamTokens,
} from '../../../core/ports/spam-tokens.ts';
import { given, insertSelect, int } from '../../dialect/statements.ts';
import type { Executor } from '../../dialect/types.ts';
import { LIMITS } from '../../normalise.ts';
import { compareText, fitText } from '../../text.ts';
import { all, type MailboxContext, scoped } from './context.ts';
import type { MailShards } from './mail-store.ts';

/** Rows of a whole tenant have this in the place of a mailbox. */
const TENANT = '';
/** Not a token: its counts are those of messages. */
const TOTALS = '#';
/** More rows than there can be. */
const ALL = 1_000_000;

export function createSpamTokens(shards: MailShards): SpamTokens {
  const boxOf = (ref: MailboxRef): MailboxContext => {
    const executor: Executor | undefined = shards.executor(ref.shard, ref.tenantId);
    if (executor === undefined) throw new NotFoundError(`no mail shard ${ref.shard}`);
    return { ref, executor, tables: shards.tables };
  };
  return {
    counts: (ref, tokens) => counts(boxOf(ref), tokens),
    labels: (ref, itemIds) => labels(boxOf(ref), itemIds),
    learn: (ref, lesson) => learn(boxOf(ref), lesson),
  };
}

async function counts(box: MailboxContext, tokens: readonly string[]) {
  const wanted = [...new Set([...tokens, TOTALS])].sort(compareText);
  const [mailbox, tenant] = await box.executor.read(countsOf(box, wanted), countsOf(tenantOf(box), wanted));
  return { mailbox: learned(mailbox), tenant: learned(tenant) };
}

function countsOf(box: MailboxContext, tokens: readonly string[]) {
  const { spamTokens: table } = box.tables;
  return box.executor.build
    .select({ token: table.token, spam: table.spam, ham: table.ham })
    .from(table)
    .where(all(scoped(box, table), box.executor.dialect.isIn(table.token, tokens)))
    .orderBy(table.token);
}

function learned(rows: readonly { token: string; spam: number; ham: number }[]): Learned {
  const known = new Map(rows.map(({ token, spam, ham }) => [token, { spam, ham }]));
  const totals = known.get(TOTALS) ?? { spam: 0, ham: 0 };
  known.delete(TOTALS);
  return { totals, tokens: known };
}

async function labels(box: MailboxContext, itemIds: readonly string[]): Promise<Map<string, SpamLabel>> {
  const { spamLabels: table } = box.tables;
  const rows = await box.executor.all(
    box.executor.build
      .select({ itemId: table.itemId, label: table.label })
      .from(table)
      .where(all(scoped(box, table), box.executor.dialect.isIn(table.itemId, itemIds))),
  );
  return new Map(rows.map(({ itemId, label }) => [itemId, label === 'spam' ? 'spam' : 'ham']));
}

/**
 * The label is written first, with a stamp of this very attempt: what follows counts only where it was written, so that
 * a write that is repeated, or comes second, teaches nothing.
 */
async function learn(box: MailboxContext, lesson: Lesson): Promise<boolean> {
  const { spamLabels: table } = box.tables;
  const { build } = box.executor;
  const { tenantId, mailboxId } = box.ref;
  const itemId = fitText(lesson.itemId, LIMITS.id);
  const stamp = crypto.randomUUID();
  const results = await box.executor.atomic([
    build
      .insert(table)
      .values({ tenantId, mailboxId, itemId, label: lesson.label, former: '', stamp, learnedAt: lesson.at })
      .onConflictDoUpdate({
        target: [table.mailboxId, table.itemId],
        set: {
          label: sql`excluded.label`,
          former: sql`${table.label}`,
          stamp: sql`excluded.stamp`,
          learnedAt: sql`excluded.learned_at`,
        },
        setWhere: sql`${table.label} <> excluded.label and ${scoped(box, table)}`,
      })
      .returning({ itemId: table.itemId }),
    ...teach(box, box, { ...lesson, itemId }, stamp, MAX_MAILBOX_TOKENS),
    ...teach(box, tenantOf(box), { ...lesson, itemId }, stamp, MAX_TENANT_TOKENS),
    build
      .delete(table)
      .where(
        all(
          scoped(box, table),
          sql`${table.itemId} in ${build
            .select({ itemId: table.itemId })
            .from(table)
            .where(scoped(box, table))
            .orderBy(sql`${table.learnedAt} desc`, table.itemId)
            .limit(ALL)
            .offset(MAX_LABELS)}`,
        ),
      ),
  ]);
  return (results[0]?.rows.length ?? 0) > 0;
}

/** What a lesson of `box` does to the counts of a scope, and the tokens that have no room there any more. */
function teach(box: MailboxContext, scope: MailboxContext, lesson: Lesson, stamp: string, most: number) {
  const { spamTokens: table } = box.tables;
  const { build, dialect } = box.executor;
  const tokens = [...new Set([...lesson.tokens, TOTALS])].sort(compareText);
  const one = (label: SpamLabel) => int(lesson.label === label ? 1 : 0);
  const [added, other] = lesson.label === 'spam' ? [table.spam, table.ham] : [table.ham, table.spam];
  return [
    build
      .update(table)
      .set({ [lesson.label === 'spam' ? 'ham' : 'spam']: sql`${other} - 1` })
      .where(
        all(
          scoped(scope, table),
          dialect.isIn(table.token, tokens),
          gt(other, 0),
          labelled(box, lesson.itemId, stamp, lesson.label === 'spam' ? 'ham' : 'spam'),
        ),
      ),
    insertSelect(
      build,
      table,
      {
        ...{ tenantId: scope.ref.tenantId, mailboxId: scope.ref.mailboxId },
        token: given(table.token),
        ...{ spam: one('spam'), ham: one('ham') },
        learnedAt: int(lesson.at),
      },
      sql`from ${dialect.rows(JSON.stringify(tokens.map((token) => [token])), [table.token])}
        where ${labelled(box, lesson.itemId, stamp, null)}`,
    ).onConflictDoUpdate({
      target: [table.tenantId, table.mailboxId, table.token],
      set: {
        [lesson.label]: sql`${added} + 1`,
        learnedAt: sql`excluded.learned_at`,
      },
    }),
    build.delete(table).where(
      all(
        scoped(scope, table),
        sql`${table.token} in ${build
          .select({ token: table.token })
          .from(table)
          .where(all(scoped(scope, table), ne(table.token, TOTALS)))
          .orderBy(
            sql`case when ${table.spam} + ${table.ham} > 1 then 0 else 1 end`,
            sql`${table.learnedAt} desc`,
            table.token,
          )
          .limit(ALL)
          .offset(most)}`,
      ),
    ),
  ];
}

/** Whether this attempt has given the item its label; `former`: and the item had that one before. */
function labelled(box: MailboxContext, itemId: string, stamp: string, former: SpamLabel | null): SQL {
  const { spamLabels: table } = box.tables;
  const conditions = and(
    scoped(box, table),
    eq(table.itemId, itemId),
    eq(table.stamp, stamp),
    former === null ? undefined : eq(table.former, former),
  );
  return sql`exists (select 1 from ${table} where ${conditions})`;
}

function tenantOf(box: MailboxContext): MailboxContext {
  return { ...box, ref: { ...box.ref, mailboxId: TENANT } };
}
