import { sql } from 'drizzle-orm';
import { slices } from '../../dialect/json-chunks.ts';
import { given, insertSelect } from '../../dialect/statements.ts';
import { LIMITS } from '../../normalise.ts';
import { fitText } from '../../text.ts';
import { IDS_PER_STATEMENT, type MailboxContext, scoped } from './context.ts';

/** Other names for messages. A name that is known already stays with its message. Does nothing without the mailbox. */
export async function addMessageIdAliases(
  box: MailboxContext,
  aliases: readonly { alias: string; messageId: string }[],
): Promise<void> {
  const { mailboxes, messageIdAliases: table } = box.tables;
  const rows = aliases.map(({ alias, messageId }) => [
    fitText(alias, LIMITS.messageId),
    fitText(messageId, LIMITS.messageId),
  ]);
  for (const slice of slices(rows, IDS_PER_STATEMENT)) {
    const input = box.executor.dialect.rows(JSON.stringify(slice), [table.alias, table.messageId]);
    await box.executor.atomic([
      insertSelect(
        box.executor.build,
        table,
        {
          tenantId: box.ref.tenantId,
          mailboxId: box.ref.mailboxId,
          alias: given(table.alias),
          messageId: given(table.messageId),
        },
        sql`from ${input} where exists (select 1 from ${mailboxes} where ${scoped(box, mailboxes)})`,
      ).onConflictDoNothing(),
    ]);
  }
}
