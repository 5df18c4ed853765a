import { and, asc, eq, lt, type SQL } from 'drizzle-orm';
import type { MailboxRef } from '../../../core/mail/types.ts';
import type { OutboxEntry, OutboxRecipient, OutboxStore } from '../../../core/ports/outbox.ts';
import { cleanText, fitText } from '../../text.ts';
import type { DirectoryContext } from './tenants.ts';

const MAX_ADDRESS = 1000;
const MAX_FAILURE = 500;

/** What every implementation keeps of the recipients. */
export function cleanRecipients(recipients: readonly OutboxRecipient[]): OutboxRecipient[] {
  return recipients.map((recipient) => ({
    ...recipient,
    address: fitText(recipient.address, MAX_ADDRESS),
    failure:
      recipient.failure === null
        ? null
        : {
            status: fitText(recipient.failure.status, 16),
            text: fitText(recipient.failure.text, MAX_FAILURE),
          },
  }));
}

export function createOutboxStore({ executor, tables: { outbox } }: DirectoryContext): OutboxStore {
  const isEntry = (ref: MailboxRef, submissionId: string) =>
    and(
      eq(outbox.tenantId, ref.tenantId),
      eq(outbox.mailboxId, ref.mailboxId),
      eq(outbox.submissionId, submissionId),
    );

  async function select(which: SQL | undefined, limit: number): Promise<OutboxEntry[]> {
    const rows = await executor.all(
      executor.build
        .select({
          submissionId: outbox.submissionId,
          tenantId: outbox.tenantId,
          mailboxId: outbox.mailboxId,
          shard: outbox.shard,
          rawKey: outbox.rawKey,
          rawSize: outbox.rawSize,
          mailFrom: outbox.mailFrom,
          saveInSent: outbox.saveInSent,
          state: outbox.state,
          recipients: outbox.recipients,
          correlationId: outbox.correlationId,
          createdAt: outbox.createdAt,
          updatedAt: outbox.updatedAt,
          revision: outbox.revision,
        })
        .from(outbox)
        .where(which)
        .orderBy(asc(outbox.updatedAt), asc(outbox.submissionId))
        .limit(limit),
    );
    return rows.map(({ tenantId, mailboxId, shard, saveInSent, state, recipients, ...row }) => ({
      ...row,
      ref: { tenantId, mailboxId, shard },
      saveInSentItems: saveInSent === 1,
      state: state === 'done' ? 'done' : 'open',
      recipients: JSON.parse(recipients) as OutboxRecipient[],
    }));
  }

  return {
    async addEntry(entry) {
      const { ref, saveInSentItems, recipients, mailFrom, ...row } = entry;
      const [inserted] = await executor.atomic([
        executor.build
          .insert(outbox)
          .values({
            ...row,
            ...ref,
            mailFrom: fitText(mailFrom, MAX_ADDRESS),
            correlationId: cleanText(row.correlationId),
            saveInSent: saveInSentItems ? 1 : 0,
            recipients: JSON.stringify(cleanRecipients(recipients)),
          })
          .onConflictDoNothing(),
      ]);
      return inserted?.changes === 1;
    },
    async getEntry(ref, submissionId) {
      const [entry] = await select(isEntry(ref, submissionId), 1);
      return entry ?? null;
    },
    async updateEntry(ref, submissionId, revision, { state, recipients, updatedAt }) {
      const [updated] = await executor.atomic([
        executor.build
          .update(outbox)
          .set({
            state,
            recipients: JSON.stringify(cleanRecipients(recipients)),
            updatedAt,
            revision: revision + 1,
          })
          .where(and(isEntry(ref, submissionId), eq(outbox.revision, revision))),
      ]);
      return updated?.changes === 1;
    },
    openEntries: (tenantId, touchedBefore, limit) =>
      select(
        and(eq(outbox.tenantId, tenantId), eq(outbox.state, 'open'), lt(outbox.updatedAt, touchedBefore)),
        limit,
      ),
    async forgetEntries(tenantId, touchedBefore) {
      const [deleted] = await executor.atomic([
        executor.build
          .delete(outbox)
          .where(
            and(eq(outbox.tenantId, tenantId), eq(outbox.state, 'done'), lt(outbox.updatedAt, touchedBefore)),
          ),
      ]);
      return deleted?.changes ?? 0;
    },
  };
}
