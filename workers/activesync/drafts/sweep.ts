import type { EasContext } from '../context.ts';
import type { WrittenRaw } from './stage.ts';

/** Takes away raws that no draft has: of commands that were not carried out, and those that were replaced. */
export function sweepDrafts(context: EasContext, written: WrittenRaw[]): void {
  if (written.length > 0) context.services.defer(sweep(context, written));
}

async function sweep({ mailbox, ref, services, correlationId }: EasContext, written: WrittenRaw[]) {
  const messages = await mailbox.messages(written.map((w) => w.itemId));
  const used = new Set(messages.map((m) => m.rawKey));
  const kept = written.filter((w) => used.has(w.rawKey));
  await services.queues.index(
    kept.map(({ itemId }) => ({
      ...{ v: 1, tenantId: ref.tenantId, mailboxId: ref.mailboxId, shard: ref.shard },
      ...{ itemId, correlationId },
    })),
  );
  const keys = new Set(written.flatMap((w) => [w.rawKey, w.replaces ?? w.rawKey]));
  for (const key of keys) if (!used.has(key)) await services.blobs.delete(key);
}
