/**
 * Reminders, each minute: whoever listens to a mailbox (webmail, EWS) is told which item it is time for, and the item's
 * next reminder is noted. Devices are told nothing: they have the item and remind by themselves, and nothing of it has
 * changed. First the word, then the note: what breaks off in between is told again, never lost.
 */
import type { Folder, MailboxRef } from '../../core/mail/types.ts';
import { WORKING_HOURS_SETTING, zoneSaidIn } from '../../core/people/working-hours.ts';
import type { PimDue } from '../../core/ports/pim.ts';
import { dueReminder } from '../../core/reminders/due.ts';
import { FAN_OUT, groupBy, mapBounded } from '../../platform/bounded.ts';
import { describeError } from '../../platform/log.ts';
import type { Services } from '../../platform/services.ts';

/** Items of one run, each of which costs a write: an invocation has 1,000 calls. The rest waits for the next minute. */
const ITEMS_A_RUN = 300;
const PAGE = 100;
const MINUTE = 60_000;

type ReminderServices = Pick<Services, 'directory' | 'mail' | 'wake' | 'log' | 'now'>;

/** Number of tenants and mailboxes of which something failed; the others have had their turn. */
export async function remindDue(services: ReminderServices): Promise<number> {
  const now = services.now();
  const tenants = (await services.directory.listTenants()).filter(({ status }) => status === 'active');
  // Each minute another tenant comes first: one with more than fits into a run must not be the only one.
  const first = tenants.length === 0 ? 0 : Math.floor(now / MINUTE) % tenants.length;
  let [left, failed] = [ITEMS_A_RUN, 0];
  for (const { tenantId, mailShard: shard } of [...tenants.slice(first), ...tenants.slice(0, first)]) {
    let after: PimDue | null = null;
    while (left > 0) {
      const limit = Math.min(PAGE, left);
      let due: PimDue[];
      try {
        due = await services.mail.duePim(tenantId, shard, 'reminder', { until: now, limit, after });
      } catch (error) {
        failed++;
        services.log.error('reminders.failed', { tenantId, error: describeError(error) });
        break;
      }
      left -= due.length;
      const mailboxes = [...groupBy(due, ({ mailboxId }) => mailboxId)];
      await mapBounded(mailboxes, FAN_OUT, async ([mailboxId, items]) => {
        try {
          const itemIds = items.map(({ itemId }) => itemId);
          await remindOwner(services, { tenantId, mailboxId, shard }, itemIds, now);
        } catch (error) {
          failed++;
          services.log.error('reminders.failed', { tenantId, mailboxId, error: describeError(error) });
        }
      });
      after = due.at(-1) ?? null;
      if (due.length < limit) break;
    }
  }
  return failed;
}

async function remindOwner(
  services: ReminderServices,
  ref: MailboxRef,
  itemIds: readonly string[],
  now: number,
): Promise<void> {
  const { tenantId, mailboxId } = ref;
  const mailbox = services.mail.mailbox(ref);
  const [items, folders, setting] = await Promise.all([
    mailbox.pimItems(itemIds),
    mailbox.folders(),
    services.directory.getUserSetting(tenantId, mailboxId, WORKING_HOURS_SETTING),
  ]);
  const zone = zoneSaidIn(setting);
  const thrownAway = deletedFolders(folders);
  const found = items.flatMap((item) => {
    const due = dueReminder(item, zone, now);
    return due === null ? [] : [{ item, due }];
  });
  const frames = found.flatMap(({ item, due }) =>
    due.frame === null || thrownAway.has(item.folderId) ? [] : [due.frame],
  );
  if (frames.length > 0) {
    const listeners = await services.wake.remind(tenantId, mailboxId, frames);
    services.log.info('reminders.told', { tenantId, mailboxId, reminders: frames.length, listeners });
  }
  for (const { item, due } of found) {
    // Changed meanwhile: then its reminder is another one, and comes up by itself.
    await mailbox.setReminder(item.itemId, item.modseq, due.next);
  }
}

/** Deleted Items with the folders below it. */
function deletedFolders(folders: readonly Folder[]): Set<string> {
  const found = new Set(folders.filter(({ role }) => role === 'deleted').map(({ folderId }) => folderId));
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const { folderId, parentId } of folders) {
      if (parentId !== null && found.has(parentId)) found.add(folderId);
    }
  }
  return found;
}
