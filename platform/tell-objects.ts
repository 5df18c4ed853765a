import type { MailStore } from '../core/ports/mail.ts';
import type { PutResult } from '../core/ports/pim.ts';
import type { QueuePort } from '../core/ports/queues.ts';
import { describeError, type Logger } from './log.ts';

/**
 * The mail store, putting events, contacts, tasks and notes that were written on the queue `index`, so that whoever
 * writes them need not think of it.
 */
export function tellObjects(
  mail: MailStore,
  services: { queues: Pick<QueuePort, 'index'>; log: Logger; defer(work: Promise<unknown>): void },
): MailStore {
  return {
    ...mail,
    mailbox(ref) {
      const box = mail.mailbox(ref);
      const tell = (results: readonly PutResult[]) => {
        const { tenantId, mailboxId, shard } = ref;
        const written = results.filter(({ outcome }) => outcome === 'inserted' || outcome === 'changed');
        const ids = [...new Set(written.map(({ itemId }) => itemId))];
        if (ids.length === 0) return;
        const jobs = ids.map((itemId) => ({
          v: 1 as const,
          tenantId,
          mailboxId,
          shard,
          itemId,
          correlationId: '',
        }));
        // What is not told is found by the check.
        const told = services.queues.index(jobs).catch((error: unknown) => {
          const items = jobs.length;
          services.log.warn('objects.not-told', { tenantId, mailboxId, items, error: describeError(error) });
        });
        services.defer(told);
      };
      return {
        ...box,
        async putItem(item, options) {
          const result = await box.putItem(item, options);
          tell([result]);
          return result;
        },
        async putItems(items) {
          const results = await box.putItems(items);
          tell(results);
          return results;
        },
      };
    },
  };
}
