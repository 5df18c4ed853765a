import type { MailboxRef } from '../core/mail/types.ts';
import type { MailboxStore, MailStore } from '../core/ports/mail.ts';
import type { PutOptions } from '../core/ports/pim.ts';
import type { QueuePort } from '../core/ports/queues.ts';
import { describeError, type Logger } from './log.ts';

interface TellServices {
  queues: Pick<QueuePort, 'scheduling'>;
  log: Logger;
  defer(work: Promise<unknown>): void;
}

const MAX_KNOWN = 5000;

/**
 * The mail store, sending a job to the queue `scheduling` when attendees may have to be told: an event is written that
 * says so, or something is taken out of a calendar. Who was told nothing before is found out there.
 */
export function tellAttendees(mail: MailStore, services: TellServices): MailStore {
  /** Whether folders are calendars: that never changes. */
  const calendars = new Map<string, boolean>();
  return { ...mail, mailbox: (ref) => telling(mail.mailbox(ref), ref, services, calendars) };
}

function telling(
  box: MailboxStore,
  { tenantId, mailboxId, shard }: MailboxRef,
  services: TellServices,
  calendars: Map<string, boolean>,
): MailboxStore {
  const tell = (
    itemIds: readonly string[],
    { uncopied = false, onlyChanged = false }: Pick<PutOptions, 'uncopied' | 'onlyChanged'> = {},
  ) => {
    if (itemIds.length === 0) return;
    const jobs = itemIds.map((itemId) => ({
      ...{ v: 1 as const, tenantId, mailboxId, shard, itemId, correlationId: '' },
      ...(uncopied ? { uncopied: true as const } : {}),
      ...(onlyChanged ? { onlyChanged: true as const } : {}),
    }));
    // What is marked and not told is found by the cron.
    const told = services.queues.scheduling(jobs).catch((error: unknown) => {
      services.log.warn('scheduling.not-queued', { tenantId, mailboxId, error: describeError(error) });
    });
    services.defer(told);
  };
  const isCalendar = async (folderId: string) => {
    const key = `${tenantId}\0${mailboxId}\0${folderId}`;
    const known = calendars.get(key);
    if (known !== undefined) return known;
    const head = (await box.folderHeads([folderId])).get(folderId);
    if (head === undefined) return false;
    if (calendars.size >= MAX_KNOWN) calendars.clear();
    calendars.set(key, head.itemClass === 'Calendar');
    return head.itemClass === 'Calendar';
  };
  /** Changes of items that were to leave this folder. */
  const left = async <T extends { itemId: string; outcome: string }>(
    changes: T[],
    from: string | undefined,
  ): Promise<T[]> => {
    const gone = changes.filter(({ outcome }) => outcome === 'changed').map(({ itemId }) => itemId);
    if (from !== undefined && gone.length > 0 && (await isCalendar(from))) tell(gone);
    return changes;
  };
  return {
    ...box,
    async putItem(item, options) {
      const result = await box.putItem(item, options);
      if (options?.announce === true && result.outcome !== 'conflict') tell([result.itemId], options);
      return result;
    },
    move: async (itemIds, to, from) => left(await box.move(itemIds, to, from), from),
    remove: async (itemIds, now, from) => left(await box.remove(itemIds, now, from), from),
  };
}
