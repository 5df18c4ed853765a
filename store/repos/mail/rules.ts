import { eq, sql } from 'drizzle-orm';
import { ConflictError, NotFoundError } from '../../../core/errors.ts';
import { fromStored, toStored } from '../../../core/rules/read.ts';
import type { Rule, RuleError, RuleSet } from '../../../core/rules/types.ts';
import { given, insertSelect, int } from '../../dialect/statements.ts';
import { cleanText } from '../../text.ts';
import { all, type MailboxContext, mailboxLock, scoped } from './context.ts';

/** The inbox rules in their order. One round trip. */
export async function readRules(box: MailboxContext): Promise<RuleSet> {
  const { rules, ruleSets } = box.tables;
  const { build } = box.executor;
  const [[set], rows] = await box.executor.read(
    build.select({ revision: ruleSets.revision }).from(ruleSets).where(scoped(box, ruleSets)),
    build
      .select({
        ruleId: rules.ruleId,
        position: rules.position,
        enabled: rules.enabled,
        body: rules.body,
        error: rules.error,
      })
      .from(rules)
      .where(scoped(box, rules)),
  );
  const inOrder = [...rows].sort((a, b) => a.position - b.position);
  return {
    revision: set?.revision ?? 0,
    rules: inOrder.map(({ position: _, enabled, ...row }) => fromStored({ ...row, enabled: enabled === 1 })),
  };
}

/** All or nothing: the stamp tells the statements after the first whether it was this write that it let in. */
export async function putRules(
  box: MailboxContext,
  list: readonly Rule[],
  expectedRevision: number,
): Promise<number> {
  const { mailboxes, rules, ruleSets } = box.tables;
  const { build, dialect } = box.executor;
  const { tenantId, mailboxId } = box.ref;
  const stamp = crypto.randomUUID();
  const ours = sql`exists (select 1 from ${ruleSets} where ${scoped(box, ruleSets)} and ${ruleSets.stamp} = ${stamp})`;
  const rows = list.map((rule, n) => {
    const { ruleId, enabled, body, error } = toStored(rule);
    return [ruleId, n, enabled ? 1 : 0, cleanText(body), error === null ? null : cleanText(error)];
  });
  const input = dialect.rows(JSON.stringify(rows), [
    rules.ruleId,
    rules.position,
    rules.enabled,
    rules.body,
    rules.error,
  ]);
  const present = sql`coalesce((select ${ruleSets.revision} from ${ruleSets} where ${scoped(box, ruleSets)}), 0)`;
  const [written] = await box.executor.atomic(
    [
      insertSelect(
        build,
        ruleSets,
        { tenantId, mailboxId, revision: int(expectedRevision + 1), stamp: sql`cast(${stamp} as text)` },
        sql`from ${mailboxes} where ${scoped(box, mailboxes)} and ${present} = ${int(expectedRevision)}`,
      )
        .onConflictDoUpdate({
          target: [ruleSets.mailboxId],
          set: { revision: sql`excluded.revision`, stamp: sql`excluded.stamp` },
        })
        .returning({ revision: ruleSets.revision }),
      build.delete(rules).where(all(scoped(box, rules), ours)),
      insertSelect(
        build,
        rules,
        {
          ...{ tenantId, mailboxId, ruleId: given(rules.ruleId), position: given(rules.position) },
          ...{ enabled: given(rules.enabled), body: given(rules.body), error: given(rules.error) },
        },
        sql`from ${input} where ${ours}`,
      ),
    ],
    { lock: mailboxLock(box) },
  );
  if (written?.rows.length === 1) return expectedRevision + 1;
  const [mailbox] = await box.executor.all(
    build.select({ modseq: mailboxes.modseq }).from(mailboxes).where(scoped(box, mailboxes)),
  );
  if (mailbox === undefined) throw new NotFoundError('no such mailbox');
  throw new ConflictError('somebody else has changed the rules');
}

export async function setRuleError(
  box: MailboxContext,
  ruleId: string,
  error: RuleError | null,
): Promise<boolean> {
  const { rules } = box.tables;
  const [written] = await box.executor.atomic([
    box.executor.build
      .update(rules)
      .set({ error: error === null ? null : cleanText(JSON.stringify(error)) })
      .where(all(scoped(box, rules), eq(rules.ruleId, cleanText(ruleId))))
      .returning({ ruleId: rules.ruleId }),
  ]);
  return written?.rows.length === 1;
}
