import { nameOf } from './application.ts';
import type { SyncRequest } from './request.ts';
import { type BatchEntry, type CollectionState, MOVED_AWAY } from './state.ts';

/**
 * What commands of earlier tries did that this try does not know of, one entry for each item: a device that asks again
 * under the old key without them stands where it stood before them.
 */
export function forgottenEffects({ applied }: CollectionState, { commands }: SyncRequest): BatchEntry[] {
  const known = new Set(commands.map(nameOf));
  const byItem = new Map<string, BatchEntry | null>();
  for (const { command, effect } of applied) {
    if (effect === undefined || known.has(command)) continue;
    const before = byItem.get(effect.itemId);
    byItem.set(effect.itemId, before == null ? effect : after(before, effect));
  }
  return [...byItem.values()].filter((e) => e !== null);
}

/** The step of the repeat with these effects: one command for each item. */
export function withEffects(batch: readonly BatchEntry[], effects: readonly BatchEntry[]): BatchEntry[] {
  const byItem = new Map(effects.map((e) => [e.itemId, e]));
  const told = new Set(batch.map((e) => e.itemId));
  const said = batch.flatMap((entry) => {
    const effect = byItem.get(entry.itemId);
    return effect === undefined ? [entry] : (together(effect, entry) ?? []);
  });
  return [...said, ...effects.filter((e) => !told.has(e.itemId))];
}

/** The commands, of which those on these items have no effect any more that somebody would have to hear of. */
export function withoutEffects(
  applied: CollectionState['applied'],
  itemIds: readonly string[],
): CollectionState['applied'] {
  const gone = new Set(itemIds);
  return applied.map((a) => {
    if (a.effect === undefined || !gone.has(a.effect.itemId)) return a;
    return { command: a.command, response: a.response };
  });
}

/** Two effects on one item, the second later; null when the device need not hear of it at all. */
function after(first: BatchEntry, second: BatchEntry): BatchEntry | null {
  if (second.op === 'delete') return first.op === 'add' ? null : second;
  return first.op === 'change' && second.op === 'change' ? oneChange(first, second) : first;
}

/** An effect that the device does not know of, and what the step says of the item. */
function together(effect: BatchEntry, entry: BatchEntry): BatchEntry | null {
  const isEnd = entry.op === 'delete' || entry.op === 'softDelete';
  // The device never had it.
  if (effect.op === 'add') return isEnd ? null : effect;
  if (isEnd) return entry;
  // It deleted the item, has it all the same, and the item is back.
  if (effect.op === 'delete') {
    const has = effect.since !== undefined && effect.since !== MOVED_AWAY;
    return has ? { op: 'change', itemId: entry.itemId, since: 0 } : entry;
  }
  return entry.op === 'change' ? oneChange(effect, entry) : entry;
}

function oneChange(a: BatchEntry, b: BatchEntry): BatchEntry {
  const named = [...new Set([...(a.named ?? []), ...(b.named ?? [])])];
  return {
    ...{ op: 'change', itemId: a.itemId, since: Math.min(a.since ?? 0, b.since ?? 0) },
    ...(named.length === 0 ? {} : { named }),
  };
}
