import type { XmlObject } from '../../../codecs/soap/write.ts';
import { occurrenceDocument, overridesOf } from '../../../core/calendar/patch.ts';
import { Budget } from '../../../core/calendar/recurrence/budget.ts';
import type { CalendarEvent, LocalDateTime } from '../../../core/calendar/types.ts';
import { isForEver, type Occurrence, walk } from '../../../core/calendar/walk.ts';
import { utcTime } from '../../../core/calendar/zones/local-time.ts';
import { DomainError } from '../../../core/errors.ts';
import { changeKey, encodeId } from '../ids/id.ts';
import { isoTime } from '../items/time.ts';
import type { ItemView } from '../items/view.ts';
import { type EventFacts, spanAt } from './facts.ts';

const MAX_MS = 8_640_000_000_000_000;
/** Exceptions that are told of one series. */
const MAX_TOLD = 1000;

function idOf({ box, state }: ItemView, occurrence: LocalDateTime): XmlObject {
  const { mailboxId } = box.ref;
  const id = encodeId({ kind: 'occurrence', mailboxId, itemId: state.itemId, occurrence });
  return { '@Id': id, '@ChangeKey': changeKey(state.modseq) };
}

function infoOf(view: ItemView, one: Occurrence, { whole, self }: EventFacts): XmlObject | null {
  if (one.recurrenceId === null) return null;
  const original = utcTime(one.recurrenceId, whole.timeZone ?? self.zone);
  return {
    ItemId: idOf(view, one.recurrenceId),
    Start: isoTime(one.start),
    End: isoTime(one.end),
    OriginalStart: isoTime(original ?? one.start),
  };
}

/** The first occurrence that takes place; null of what does not recur. */
export function firstOccurrence(view: ItemView, facts: EventFacts): XmlObject | null {
  const [first] = some(facts, true);
  return first === undefined ? null : infoOf(view, first, facts);
}

/** The last one; null of a series without end. */
export function lastOccurrence(view: ItemView, facts: EventFacts): XmlObject | null {
  if (isForEver(facts.whole)) return null;
  const last = some(facts, false).at(-1);
  return last === undefined ? null : infoOf(view, last, facts);
}

/** The first, or all of them; of a series that takes too long to unfold, none. */
function some({ whole, kind, self }: EventFacts, onlyFirst: boolean): Occurrence[] {
  if (kind !== 'RecurringMaster') return [];
  const found: Occurrence[] = [];
  try {
    for (const one of walk(whole, { from: -MAX_MS, to: MAX_MS, zone: self.zone, budget: new Budget() })) {
      found[onlyFirst ? 0 : found.length] = one;
      if (onlyFirst) break;
    }
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return [];
  }
  return found;
}

/** Occurrences that are other than the series; null where there are none. */
export function modifiedOccurrences(view: ItemView, facts: EventFacts): XmlObject | null {
  const { whole, kind, self } = facts;
  if (kind !== 'RecurringMaster') return null;
  const list = sortedOverrides(whole)
    .filter(([, patch]) => patch['excluded'] !== true && Object.keys(patch).length > 0)
    .flatMap(([recurrenceId]): XmlObject[] => {
      const span = spanAt(occurrenceDocument(whole, recurrenceId), self.zone);
      const one = span === null ? null : { recurrenceId, ...span, local: recurrenceId, patch: null };
      const info = one === null ? null : infoOf(view, one, facts);
      return info === null ? [] : [info];
    });
  return list.length === 0 ? null : { Occurrence: list };
}

/** When occurrences would have taken place that were taken away; null where there are none. */
export function deletedOccurrences({ whole, kind, self }: EventFacts): XmlObject | null {
  if (kind !== 'RecurringMaster') return null;
  const list = sortedOverrides(whole)
    .filter(([, patch]) => patch['excluded'] === true)
    .flatMap(([id]) => {
      const at = utcTime(id, whole.timeZone ?? self.zone);
      return at === null ? [] : [{ Start: isoTime(at) }];
    });
  return list.length === 0 ? null : { DeletedOccurrence: list };
}

function sortedOverrides(whole: CalendarEvent) {
  return [...overridesOf(whole)].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, MAX_TOLD);
}
