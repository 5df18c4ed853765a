import { journalArrival } from '../../../core/journaling/arrival.ts';
import { JOURNAL_SETTING, type JournalSettings, readJournaling } from '../../../core/journaling/settings.ts';
import type { Services } from '../../../platform/services.ts';
import type { Arrived } from '../arrived.ts';

const read = new WeakMap<Services, Map<string, Promise<JournalSettings | null>>>();

/** The setting of a tenant, read once for each batch. */
function settingsOf(services: Services, tenantId: string): Promise<JournalSettings | null> {
  const known = read.get(services) ?? new Map<string, Promise<JournalSettings | null>>();
  read.set(services, known);
  const settings =
    known.get(tenantId) ??
    services.directory.getTenantSetting(tenantId, JOURNAL_SETTING).then((value) => readJournaling(value));
  known.set(tenantId, settings);
  // A fault of this moment must not be remembered.
  settings.catch(() => known.delete(tenantId));
  return settings;
}

/** The tenant's journal of what came in. Until it is kept, the message comes to this queue again. */
export async function journal(services: Services, { job, envelope }: Arrived): Promise<void> {
  const settings = await settingsOf(services, job.tenantId);
  if (settings === null) return;
  const { tenantId, mailboxId, shard, itemId, rawKey, correlationId } = job;
  const ref = { tenantId, mailboxId, shard };
  await journalArrival(services, settings, { ref, itemId, rawKey, envelope, correlationId });
}
