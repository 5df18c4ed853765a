import { eq, sql } from 'drizzle-orm';
import { NotFoundError } from '../../../core/errors.ts';
import { slices } from '../../dialect/json-chunks.ts';
import { insertSelect } from '../../dialect/statements.ts';
import { LIMITS } from '../../normalise.ts';
import { askedId, fitText } from '../../text.ts';
import { all, IDS_PER_STATEMENT, type MailboxContext, mailboxLock, scoped } from './context.ts';
import { folderIs } from './folder-tree.ts';

/** Folder of each of these conversations that has a rule. */
export async function conversationRules(
  box: MailboxContext,
  threadIds: readonly string[],
): Promise<Map<string, string>> {
  const { conversationRules: rules } = box.tables;
  const found = new Map<string, string>();
  for (const slice of slices([...new Set(threadIds)], IDS_PER_STATEMENT)) {
    const rows = await box.executor.all(
      box.executor.build
        .select({ threadId: rules.threadId, folderId: rules.folderId })
        .from(rules)
        .where(all(scoped(box, rules), box.executor.dialect.isIn(rules.threadId, slice))),
    );
    for (const row of rows) found.set(row.threadId, row.folderId);
  }
  return found;
}

/** Rejects with NotFoundError for a folder that is not there. The folder takes its rules with it when it goes. */
export async function setConversationRule(
  box: MailboxContext,
  threadId: string,
  folderId: string | null,
): Promise<void> {
  const { conversationRules: rules, folders } = box.tables;
  const { build } = box.executor;
  const thread = fitText(threadId, LIMITS.messageId);
  if (folderId === null) {
    await box.executor.atomic([
      build.delete(rules).where(all(scoped(box, rules), eq(rules.threadId, thread))),
    ]);
    return;
  }
  const [written] = await box.executor.atomic(
    [
      insertSelect(
        build,
        rules,
        {
          tenantId: box.ref.tenantId,
          mailboxId: box.ref.mailboxId,
          threadId: thread,
          folderId: folders.folderId,
        },
        sql`from ${folders} where ${folderIs(box, askedId(folderId))}`,
      )
        .onConflictDoUpdate({
          target: [rules.mailboxId, rules.threadId],
          set: { folderId: sql`excluded.folder_id` },
        })
        .returning({ threadId: rules.threadId }),
    ],
    { lock: mailboxLock(box) },
  );
  if (written?.rows.length !== 1) throw new NotFoundError('no such folder');
}
