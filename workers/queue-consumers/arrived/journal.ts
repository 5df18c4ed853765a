import { journalArrival } from '../../../core/journaling/arrival.ts';
import { JOURNAL_SETTING, type JournalSettings, readJournaling } from '../../../core/journaling/settings.ts';
import type { Services } from '../../../platform/services.ts';
import type { Arrived } from '../arrived.ts';
import { onceInBatch } from '../batch-memory.ts';

/** The setting of a tenant, read once for each batch. */
function settingsOf(services: Services, tenantId: string): Promise<JournalSettings | null> {
  return onceInBatch(services, `journal ${tenantId}`, async () =>
    readJournaling(await services.directory.getTenantSetting(tenantId, JOURNAL_SETTING)),
  );
}

/** The tenant's journal of what came in. Until it is kept, the message comes to this queue again. */
export async function journal(services: Services, { job }: Arrived): Promise<void> {
  const settings = await settingsOf(services, job.tenantId);
  if (settings === null) return;
  const { tenantId, mailboxId, shard, itemId, rawKey, correlationId } = job;
  const ref = { tenantId, mailboxId, shard };
  await journalArrival(services, settings, { ref, itemId, rawKey, correlationId });
}
