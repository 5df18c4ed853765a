import { describeError } from '../../../platform/log.ts';
import type { EasContext } from '../context.ts';
import type { Staged } from '../sync/stage.ts';

/** What follows from items that a device made or changed: they are to be found by their words. */
export function noteItems(context: EasContext, staged: readonly Staged[]): void {
  const commands = staged.flatMap((s) => s.request.commands);
  const ids = commands.flatMap((c) =>
    c.kind === 'addItem' || c.kind === 'changeItem' ? [c.item.itemId] : [],
  );
  if (ids.length > 0) context.services.defer(index(context, [...new Set(ids)]));
}

/** One that is lost is found by the sweep of what has no words. */
async function index({ services, ref, correlationId, log }: EasContext, itemIds: string[]): Promise<void> {
  try {
    await services.queues.index(
      itemIds.map((itemId) => ({
        ...{ v: 1, tenantId: ref.tenantId, mailboxId: ref.mailboxId, shard: ref.shard },
        ...{ itemId, correlationId },
      })),
    );
  } catch (error) {
    log.warn('eas.items-not-indexed', { items: itemIds.length, error: describeError(error) });
  }
}
