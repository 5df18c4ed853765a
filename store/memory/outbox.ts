import type { MailboxRef } from '../../core/mail/types.ts';
import type { OutboxEntry, OutboxStore } from '../../core/ports/outbox.ts';
import { cleanRecipients } from '../repos/directory/outbox.ts';
import { compareText } from '../text.ts';

/** Messages on their way out, in memory. */
export function createMemoryOutboxStore(): OutboxStore {
  const entries = new Map<string, OutboxEntry>();
  const keyOf = ({ tenantId, mailboxId }: MailboxRef, submissionId: string) =>
    JSON.stringify([tenantId, mailboxId, submissionId]);
  const before = (tenantId: string, state: OutboxEntry['state'], time: number) =>
    [...entries.values()].filter(
      (e) => e.ref.tenantId === tenantId && e.state === state && e.updatedAt < time,
    );
  return {
    async addEntry(entry) {
      const key = keyOf(entry.ref, entry.submissionId);
      if (entries.has(key)) return false;
      entries.set(key, structuredClone({ ...entry, recipients: cleanRecipients(entry.recipients) }));
      return true;
    },
    getEntry: async (ref, submissionId) => structuredClone(entries.get(keyOf(ref, submissionId)) ?? null),
    async updateEntry(ref, submissionId, revision, { state, recipients, updatedAt }) {
      const entry = entries.get(keyOf(ref, submissionId));
      if (entry?.revision !== revision) return false;
      const kept = structuredClone(cleanRecipients(recipients));
      Object.assign(entry, { state, recipients: kept, updatedAt, revision: revision + 1 });
      return true;
    },
    openEntries: async (tenantId, touchedBefore, limit) =>
      structuredClone(
        before(tenantId, 'open', touchedBefore)
          .sort((a, b) => a.updatedAt - b.updatedAt || compareText(a.submissionId, b.submissionId))
          .slice(0, limit),
      ),
    async forgetEntries(tenantId, touchedBefore) {
      const finished = before(tenantId, 'done', touchedBefore);
      for (const entry of finished) entries.delete(keyOf(entry.ref, entry.submissionId));
      return finished.length;
    },
  };
}
