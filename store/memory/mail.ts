import { ConflictError, NotFoundError } from '../../core/errors.ts';
import type { MailboxRef } from '../../core/mail/types.ts';
import type { ArchiveStore } from '../../core/ports/archive.ts';
import type { MailStore } from '../../core/ports/mail.ts';
import type { QuarantineStore } from '../../core/ports/quarantine.ts';
import { createMemoryArchive } from './archive.ts';
import { type Erasable, erasableRows } from './erasures.ts';
import { MemoryMailbox } from './mailbox.ts';
import { emptyMailbox, type MailboxData, type MailboxHome } from './mailbox-data.ts';
import { duePim } from './mailbox-objects.ts';
import { createMemoryQuarantine, type HeldMessages } from './quarantine.ts';

/** Mailboxes in memory, and what is written down of them. */
export function createMemoryMail(
  shards: string[] = ['MAIL_1'],
  erasables: Erasable[] = [],
): { mail: MailStore; archive: ArchiveStore; quarantine: QuarantineStore } {
  const held: HeldMessages = new Map();
  erasables.push(
    erasableRows(
      'mail.quarantined',
      held,
      ({ tenantId, message }, { ref }) => tenantId === ref.tenantId && message.mailboxId === ref.mailboxId,
    ),
  );
  const mailboxes = new Map<string, { tenantId: string; data: MailboxData }>();
  erasables.push(
    erasableRows(
      'mail.mailboxes',
      mailboxes,
      ({ tenantId }, { ref }, key) =>
        tenantId === ref.tenantId && (JSON.parse(key) as string[])[1] === ref.mailboxId,
    ),
  );
  const homeOf = (ref: MailboxRef): MailboxHome => {
    if (!shards.includes(ref.shard)) throw new NotFoundError(`no mail shard ${ref.shard}`);
    const key = JSON.stringify([ref.shard, ref.mailboxId]);
    return {
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
    };
  };
  return {
    mail: {
      mailbox: (ref) => new MemoryMailbox(ref, homeOf(ref), held),
      shards: () => [...shards],
      duePim: async (tenantId, shard, what, options) => {
        if (!shards.includes(shard)) throw new NotFoundError(`no mail shard ${shard}`);
        const ofTenant = [...mailboxes].flatMap(([key, { tenantId: owner, data }]) => {
          const [place, mailboxId = ''] = JSON.parse(key) as string[];
          return owner === tenantId && place === shard ? [{ mailboxId, data }] : [];
        });
        return duePim(ofTenant, what, options);
      },
      tenantTotals: async (tenantId, shard) => {
        const theirs = [...mailboxes].filter(
          ([key, one]) => one.tenantId === tenantId && (JSON.parse(key) as string[])[0] === shard,
        );
        const sums = { mailboxes: theirs.length, itemCount: 0, sizeBytes: 0 };
        for (const [key] of theirs) {
          const [, mailboxId = ''] = JSON.parse(key) as string[];
          const ref = { tenantId, mailboxId, shard };
          const { itemCount, sizeBytes } = await new MemoryMailbox(ref, homeOf(ref)).usage();
          sums.itemCount += itemCount;
          sums.sizeBytes += sizeBytes;
        }
        return sums;
      },
      ping: async () => undefined,
    },
    archive: createMemoryArchive(homeOf),
    quarantine: createMemoryQuarantine(shards, held),
  };
}
