import type { LiveLine } from '../../core/ports/archive.ts';
import { FAN_OUT, mapBounded } from '../../platform/bounded.ts';
import { type CheckPart, finding, SETTLED_MS } from './finding.ts';

/** When what the index holds of an item changed last, as far as that is known; never, for what it does not hold. */
function changedAt(line: LiveLine): number {
  if (line.kind !== 'object') return line.kind === 'message' ? line.receivedAt : Number.POSITIVE_INFINITY;
  try {
    const { updated, date } = JSON.parse(line.document) as { updated?: unknown; date?: unknown };
    return Date.parse(String(updated ?? date)) || 0;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** Items of one step: as many heads of raws. */
const PER_STEP = 300;

/** Items one by one: JSON that can be read (I10), a raw of the size it should have (I7), words in the search index. */
export const checkItems: CheckPart = async (services, ref, { at, mend, young }) => {
  const archive = services.archive.mailbox(ref);
  const { itemIds: unreadable, last } = await archive.unreadable(at ?? '', PER_STEP);
  const page = await archive.items(at ?? '', PER_STEP);
  const messages = page.lines.filter((line) => line.kind === 'message');
  const heads = await mapBounded(messages, FAN_OUT, (line) => services.blobs.head(line.rawKey));
  const missing = messages.filter((_, n) => heads[n] === null);
  const stranger = messages.filter((_, n) => {
    const envelope = heads[n]?.envelope;
    return envelope !== undefined && envelope?.mailboxId !== ref.mailboxId;
  });
  const settled = page.lines.filter((line) => young || changedAt(line) < services.now() - SETTLED_MS);
  const indexed = await services.search.indexed(
    ref,
    settled.map((line) => line.itemId),
  );
  const absent = settled.map((line) => line.itemId).filter((itemId) => !indexed.has(itemId));
  if (absent.length > 0 && mend) {
    await services.queues.index(absent.map((itemId) => ({ v: 1, ...ref, itemId, correlationId: 'check' })));
  }
  return {
    findings: [
      ...finding('unreadable', ref, unreadable, false),
      ...finding(
        'raw-missing',
        ref,
        missing.map((line) => line.itemId),
        false,
      ),
      ...finding(
        'raw-of-another',
        ref,
        stranger.map((line) => line.itemId),
        false,
      ),
      ...finding('not-indexed', ref, absent, mend),
    ],
    items: page.lines.length,
    next: last ?? page.last,
  };
};
