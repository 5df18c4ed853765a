import type { SyncAnswer } from '../../../core/ports/device.ts';
import type { EasContext } from '../context.ts';
import type { Staged } from './stage.ts';

/** Takes away raws that no draft has: of commands that were not carried out, and those that were replaced. */
export function sweepDrafts(context: EasContext, staged: Staged[], answer: SyncAnswer): void {
  context.services.defer(sweep(context, staged, answer));
}

async function sweep(context: EasContext, staged: Staged[], answer: SyncAnswer): Promise<void> {
  const written = staged.flatMap((s) => s.written);
  if (written.length === 0) return;
  const responses = answer.kind === 'replies' ? answer.replies.flatMap((r) => r.responses) : [];
  const done = new Set(responses.filter((r) => r.status === 1).flatMap((r) => r.itemId ?? []));
  const waste = written.flatMap(({ itemId, rawKey, replaces }) =>
    done.has(itemId) ? (replaces === null || replaces === rawKey ? [] : [replaces]) : [rawKey],
  );
  // A late repeat of a request that was carried out is refused too, and its raw is in use.
  const messages = await context.mailbox.messages(written.map((w) => w.itemId));
  const used = new Set(messages.map((m) => m.rawKey));
  for (const key of waste) if (!used.has(key)) await context.services.blobs.delete(key);
}
