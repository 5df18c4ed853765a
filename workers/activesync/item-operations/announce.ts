import { describeError } from '../../../platform/log.ts';
import type { EasContext } from '../context.ts';

/**
 * Tells everybody who waits that these folders changed up to `modseq`, the device that asked included: it learns what
 * became of each item by its next Sync only. The change itself is done, so a queue that fails does not undo it.
 */
export async function announceFolders(
  context: EasContext,
  folderIds: Iterable<string>,
  modseq: number,
): Promise<void> {
  const jobs = Array.from(new Set(folderIds), (folderId) => ({
    v: 1 as const,
    ...context.ref,
    folderId,
    modseq,
    originDevice: null,
    correlationId: context.correlationId,
  }));
  if (jobs.length === 0) return;
  try {
    await context.services.queues.notify(jobs);
  } catch (error) {
    context.log.warn('eas.not-announced', { error: describeError(error) });
  }
}
