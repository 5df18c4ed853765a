/** Jobs of the queue `retention` that erase a user, some pieces of work at a time. */
import { runErasure } from '../../core/erasure/run.ts';
import type { RetentionJob } from '../../core/ports/queues.ts';
import { newId } from '../../platform/ids.ts';
import type { Services } from '../../platform/services.ts';

/** Pieces of one job: the calls of one invocation are counted. */
const PIECES = 8;

export async function eraseUser(services: Services, job: RetentionJob): Promise<void> {
  const { tenantId, mailboxId: userId, correlationId } = job;
  const before = await services.directory.getErasure(tenantId, userId);
  const { outcome, erasure } = await runErasure(services, { tenantId, userId }, PIECES);
  if (outcome === 'more') await services.queues.retention([job]);
  if (erasure === null) return;
  const { state, progress } = erasure;
  if (outcome === 'waits' && progress.problem !== null) {
    services.log.warn('erasure.waits', { tenantId, userId, problem: progress.problem, correlationId });
  }
  if (state !== 'erased' || before?.state === 'erased') return;
  services.log.info('erasure.done', { tenantId, userId, correlationId });
  const rows = Object.values(progress.removed).reduce((sum, n) => sum + n, 0);
  await services.queues.audit([
    {
      ...({ v: 1, eventId: newId(), at: services.now(), tenantId, actor: 'erasure' } as const),
      ...({ action: 'user.erased', resource: `user/${userId}`, outcome: 'ok' } as const),
      details: { by: progress.by, removed: rows },
      correlationId,
    },
  ]);
}
