import type { MailboxRef } from '../../core/mail/types.ts';
import type { OutboxEntry, OutboxStore, SendGuard, SendLock, SendUsage } from '../../core/ports/outbox.ts';
import { cleanEntry, cleanProgress } from '../repos/directory/outbox-rows.ts';
import { addDays, MAX_LOCK_REASON, USUAL_HOURS } from '../repos/directory/send-usage.ts';
import { compareText, fitText } from '../text.ts';
import { type Erasable, erasableRows } from './erasures.ts';

interface Counter {
  tenantId: string;
  mailboxId: string;
  automatic: boolean;
  hour: number;
  messages: number;
  recipients: number;
}

/** Messages on their way out, in memory. */
export function createMemoryOutboxStore(erasables: Erasable[]): OutboxStore {
  const entries = new Map<string, OutboxEntry>();
  let counters: Counter[] = [];
  const locks = new Map<string, SendLock>();
  const keyOf = ({ tenantId, mailboxId }: MailboxRef, submissionId: string) =>
    JSON.stringify([tenantId, mailboxId, submissionId]);
  erasables.push(
    erasableRows(
      'directory.outbox',
      entries,
      ({ ref: { tenantId, mailboxId } }, { ref }) => tenantId === ref.tenantId && mailboxId === ref.mailboxId,
    ),
    erasableRows(
      'directory.send_locks',
      locks,
      (_, { ref }, key) => key === JSON.stringify([ref.tenantId, ref.mailboxId]),
    ),
    {
      table: 'directory.send_counters',
      count: ({ ref }) =>
        counters.filter((c) => c.tenantId === ref.tenantId && c.mailboxId === ref.mailboxId).length,
      erase: ({ ref }) => {
        counters = counters.filter((c) => c.tenantId !== ref.tenantId || c.mailboxId !== ref.mailboxId);
      },
    },
  );
  const inTenant = (tenantId: string) => [...entries.values()].filter((e) => e.ref.tenantId === tenantId);
  const counted = (tenantId: string, mailboxId: string, automatic: boolean, from: number) =>
    counters.filter(
      (c) =>
        c.tenantId === tenantId && c.mailboxId === mailboxId && c.automatic === automatic && c.hour >= from,
    );
  const sum = (list: Counter[]) => ({
    messages: list.reduce((n, c) => n + c.messages, 0),
    recipients: list.reduce((n, c) => n + c.recipients, 0),
  });

  function holds({ ref, automatic, recipients }: OutboxEntry, guard: SendGuard): boolean {
    const mailboxId = guard.whose === 'user' ? ref.mailboxId : '';
    const sent = sum(counted(ref.tenantId, mailboxId, automatic, guard.sinceHour))[guard.what];
    return sent + (guard.what === 'messages' ? 1 : recipients.length) <= guard.max;
  }

  function count({ ref: { tenantId, mailboxId }, automatic, recipients, createdAt }: OutboxEntry): void {
    const hour = Math.floor(createdAt / 3_600_000);
    for (const whose of [mailboxId, '']) {
      let counter = counted(tenantId, whose, automatic, hour).find((c) => c.hour === hour);
      if (counter === undefined) {
        counter = { tenantId, mailboxId: whose, automatic, hour, messages: 0, recipients: 0 };
        counters.push(counter);
      }
      counter.messages++;
      counter.recipients += recipients.length;
    }
  }

  const getEntry = (ref: MailboxRef, submissionId: string) =>
    structuredClone(entries.get(keyOf(ref, submissionId)) ?? null);
  const getSendLock = (tenantId: string, mailboxId: string) =>
    structuredClone(locks.get(JSON.stringify([tenantId, mailboxId])) ?? null);

  function sendUsage({ tenantId, mailboxId }: MailboxRef, hour: number, automatic: boolean): SendUsage {
    const earlier = counted(tenantId, mailboxId, automatic, hour - USUAL_HOURS).filter((c) => c.hour < hour);
    return {
      hour: sum(counted(tenantId, mailboxId, automatic, hour)),
      day: sum(counted(tenantId, mailboxId, automatic, hour - 23)),
      tenantHour: sum(counted(tenantId, '', automatic, hour)),
      tenantDay: sum(counted(tenantId, '', automatic, hour - 23)),
      usualRecipients: Math.max(0, ...earlier.map((c) => c.recipients)),
    };
  }

  return {
    async addEntry(entry, guards = []) {
      const key = keyOf(entry.ref, entry.submissionId);
      if (entries.has(key)) return 'present';
      if (!guards.every((guard) => holds(entry, guard))) return 'limited';
      entries.set(key, structuredClone(cleanEntry(entry)));
      count(entry);
      return 'added';
    },
    getEntry: async (ref, submissionId) => getEntry(ref, submissionId),
    getEntries: async (wanted) =>
      wanted.flatMap(({ ref, submissionId }) => getEntry(ref, submissionId) ?? []),
    beforeSending: async (ref, submissionId, hour, automatic) => ({
      entry: getEntry(ref, submissionId),
      usage: sendUsage(ref, hour, automatic),
      lock: getSendLock(ref.tenantId, ref.mailboxId),
    }),
    async updateEntry({ ref, submissionId, revision }, to) {
      const entry = entries.get(keyOf(ref, submissionId));
      if (entry?.revision !== revision) return false;
      Object.assign(entry, structuredClone(cleanProgress(to)), { revision: revision + 1 });
      return true;
    },
    dueEntries: async (tenantId, at, limit) =>
      structuredClone(
        inTenant(tenantId)
          .filter((e) => e.state === 'open' && e.nextAttemptAt <= at)
          .sort((a, b) => a.nextAttemptAt - b.nextAttemptAt || compareText(a.submissionId, b.submissionId))
          .slice(0, limit),
      ),
    async countOpen(tenantIds, at) {
      const open = tenantIds.flatMap(inTenant).filter((e) => e.state === 'open');
      const due = open.filter((e) => e.nextAttemptAt <= at).length;
      return { due, scheduled: open.length - due };
    },
    listEntries: async ({ tenantId, mailboxId, state }, before, limit) =>
      structuredClone(
        inTenant(tenantId)
          .filter((e) => mailboxId === undefined || e.ref.mailboxId === mailboxId)
          .filter((e) => state === undefined || e.state === state)
          .filter((e) => before === null || newestFirst(before, e) < 0)
          .sort(newestFirst)
          .slice(0, limit),
      ),
    async forgetEntries(tenantId, touchedBefore, limit) {
      const finished = inTenant(tenantId)
        .filter((e) => e.state === 'done' && e.updatedAt < touchedBefore)
        .sort((a, b) => a.updatedAt - b.updatedAt)
        .slice(0, limit);
      for (const entry of finished) entries.delete(keyOf(entry.ref, entry.submissionId));
      return finished.map((e) => e.rawKey);
    },

    sendUsage: async (ref, hour, automatic) => sendUsage(ref, hour, automatic),
    sentByDay: async (tenantIds, sinceDay) =>
      addDays(
        counters
          .filter((c) => tenantIds.includes(c.tenantId) && c.mailboxId === '' && c.hour >= sinceDay * 24)
          .map(({ hour, ...c }) => ({ ...c, day: Math.floor(hour / 24) })),
      ),
    async forgetSendUsage(tenantId, beforeHour) {
      counters = counters.filter((c) => c.tenantId !== tenantId || c.hour >= beforeHour);
    },
    getSendLock: async (tenantId, mailboxId) => getSendLock(tenantId, mailboxId),
    async putSendLock(tenantId, mailboxId, lock) {
      const reason = fitText(lock.reason, MAX_LOCK_REASON);
      locks.set(JSON.stringify([tenantId, mailboxId]), { ...lock, reason });
    },
  };
}

function newestFirst(
  a: { createdAt: number; submissionId: string },
  b: { createdAt: number; submissionId: string },
): number {
  return b.createdAt - a.createdAt || compareText(b.submissionId, a.submissionId);
}
