import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { child, children } from '../../../codecs/soap/read.ts';
import {
  isRecurring,
  type Occurrence,
  occurrences,
  RecurrenceTooLargeError,
} from '../../../core/calendar/index.ts';
import type { EwsContext } from '../context.ts';
import { SchemaError } from '../errors.ts';
import type { ItemView } from '../items/view.ts';
import { selfOf, spanAt } from './facts.ts';

const DAY_MS = 86_400_000;
/** Longest range, and how far from where it was by its rule an occurrence is looked for. */
const MAX_RANGE_MS = 2 * 366 * DAY_MS;
const MOVED_MS = 366 * DAY_MS;
const MAX_RANGES = 20;
/** Occurrences of one series in an answer. */
const MOST = 500;

interface Range {
  from: number;
  to: number;
  count: number;
  /** Looked for where it would be by the rule, not where it is. */
  original: boolean;
}

/**
 * The occurrences of a series that lie in the ranges of a RecurringMasterItemIdRanges (MS-OXWSCORE 2.2.4.37), in their
 * order. @throws SchemaError
 */
export async function rangedOccurrences(
  context: EwsContext,
  master: ItemView,
  element: XmlElement,
): Promise<ItemView[]> {
  const { pim, box } = master;
  const said = children(child(element, 'Ranges'), 'Range').slice(0, MAX_RANGES);
  if (pim?.kind !== 'event' || !isRecurring(pim.document)) return [];
  const { zone } = await selfOf(box, context);
  const begin = spanAt(pim.document, zone)?.start ?? 0;
  const ranges = said.map((one) => readRange(one, begin));
  const found = new Map<string, number>();
  for (const { from, to, count, original } of ranges) {
    const window = { from: from - MOVED_MS, to: to + MOVED_MS, limit: 10 * MOST, zone };
    const inside = all(() => occurrences(pim.document, window))
      .map((one) => ({ id: one.recurrenceId, at: original ? originalStart(one) : one.start }))
      .filter(({ at }) => at >= from && at <= to)
      .sort((a, b) => a.at - b.at);
    for (const { id, at } of inside.slice(0, count)) if (id !== null) found.set(id, at);
  }
  return [...found]
    .sort(([, a], [, b]) => a - b)
    .slice(0, MOST)
    .map(([occurrence]) => ({ ...master, occurrence }));
}

function all(read: () => Occurrence[]): Occurrence[] {
  try {
    return read();
  } catch (error) {
    if (error instanceof RecurrenceTooLargeError) return [];
    throw error;
  }
}

/** When it would begin by the rule: as far from when it begins as the clock on the wall says. */
function originalStart({ start, local, recurrenceId }: Occurrence): number {
  return recurrenceId === null ? start : start - (Date.parse(`${local}Z`) - Date.parse(`${recurrenceId}Z`));
}

/** `begin`: of the series, from which a range goes that has none. */
function readRange({ attributes }: XmlElement, begin: number): Range {
  const time = (name: string, absent: number) => {
    const given = attributes[name];
    if (given === undefined) return absent;
    const at = Date.parse(/(?:Z|[+-]\d\d:\d\d)$/.test(given) ? given : `${given}Z`);
    if (Number.isNaN(at)) throw new SchemaError(`${name} of a range is no time.`);
    return at;
  };
  const from = time('Start', begin);
  const count = Number(attributes['Count'] ?? MOST);
  if (!Number.isInteger(count) || count < 0) throw new SchemaError('Count of a range is no number.');
  const original = attributes['CompareOriginalStartTime'];
  return {
    from,
    to: Math.min(time('End', from + MAX_RANGE_MS), from + MAX_RANGE_MS),
    count: Math.min(count, MOST),
    original: original === 'true' || original === '1',
  };
}
