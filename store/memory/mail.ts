import { ConflictError, NotFoundError } from '../../core/errors.ts';
import type { MailStore } from '../../core/ports/mail.ts';
import { MemoryMailbox } from './mailbox.ts';
import { emptyMailbox, type MailboxData } from './mailbox-data.ts';

/** Mailboxes in memory. */
export function createMemoryMailStore(shards: string[] = ['MAIL_1']): MailStore {
  const mailboxes = new Map<string, { tenantId: string; data: MailboxData }>();
  return {
    mailbox(ref) {
      if (!shards.includes(ref.shard)) throw new NotFoundError(`no mail shard ${ref.shard}`);
      const key = JSON.stringify([ref.shard, ref.mailboxId]);
      return new MemoryMailbox(ref, {
        get: () => {
          const found = mailboxes.get(key);
          return found?.tenantId === ref.tenantId ? found.data : undefined;
        },
        create: () => {
          if (mailboxes.has(key)) throw new ConflictError('mailbox id is taken');
          const data = emptyMailbox();
          mailboxes.set(key, { tenantId: ref.tenantId, data });
          return data;
        },
      });
    },
    shards: () => [...shards],
    ping: async () => undefined,
  };
}
