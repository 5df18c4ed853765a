import { eq, sql } from 'drizzle-orm';
import { NotFoundError } from '../../../core/errors.ts';
import { insertSelect } from '../../dialect/statements.ts';
import { LIMITS } from '../../normalise.ts';
import { fitText } from '../../text.ts';
import { all, type MailboxContext, scoped } from './context.ts';

/** The value that was put last, or null. */
export async function getSetting(box: MailboxContext, name: string): Promise<unknown> {
  const { mailboxSettings } = box.tables;
  const [row] = await box.executor.all(
    box.executor.build
      .select({ value: mailboxSettings.value })
      .from(mailboxSettings)
      .where(all(scoped(box, mailboxSettings), eq(mailboxSettings.name, fitText(name, LIMITS.shortText)))),
  );
  return row === undefined ? null : (JSON.parse(row.value) as unknown);
}

/** null forgets the setting. Rejects with NotFoundError without the mailbox. */
export async function putSetting(box: MailboxContext, name: string, value: unknown): Promise<void> {
  const { mailboxes, mailboxSettings } = box.tables;
  const { build } = box.executor;
  const key = fitText(name, LIMITS.shortText);
  if (value === null || value === undefined) {
    await box.executor.atomic([
      build.delete(mailboxSettings).where(all(scoped(box, mailboxSettings), eq(mailboxSettings.name, key))),
    ]);
    return;
  }
  const [written] = await box.executor.atomic([
    insertSelect(
      build,
      mailboxSettings,
      {
        tenantId: box.ref.tenantId,
        mailboxId: box.ref.mailboxId,
        name: key,
        value: JSON.stringify(value),
      },
      sql`from ${mailboxes} where ${scoped(box, mailboxes)}`,
    )
      .onConflictDoUpdate({
        target: [mailboxSettings.mailboxId, mailboxSettings.name],
        set: { value: sql`excluded.value` },
      })
      .returning({ name: mailboxSettings.name }),
  ]);
  if (written?.rows.length !== 1) throw new NotFoundError('no such mailbox');
}
