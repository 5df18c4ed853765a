import { type CalendarDocument, timingOf } from './anchor.ts';
import { InvalidCalendarError } from './errors.ts';
import { applyPatch, overridesOf } from './patch.ts';
import { Budget } from './recurrence/budget.ts';
import { timesOf } from './recurrence/expand.ts';
import { compileRule } from './recurrence/rule.ts';
import { formatLocal, type LocalSeconds, parseLocal } from './time/civil.ts';
import type { LocalDateTime, PatchObject, RecurrenceRule } from './types.ts';

/** A series cut in two: each is a document of its own. */
export interface Split<T> {
  /** What took place before; its UID stays. */
  before: T;
  /** This and following, with a UID of its own. */
  after: T;
}

/**
 * This and following (RFC 8984 4.1.3 relates the two as `first` and `next`): cuts a series at one of its occurrences, whose
 * overrides go with it. Counted rules keep their number of occurrences together.
 * @throws InvalidCalendarError when the series has no such time; RecurrenceTooLargeError when counting takes too long.
 */
export function splitAt<T extends CalendarDocument>(
  document: T,
  recurrenceId: LocalDateTime,
  uid: string,
): Split<T> {
  const timing = timingOf(document);
  const cut = parseLocal(recurrenceId);
  if (timing === null || cut === null || cut <= timing.start) {
    throw new InvalidCalendarError('a series can be cut only at an occurrence after its first');
  }
  const [earlier, later] = splitOverrides(document, cut);
  const rules = document.recurrenceRules ?? [];
  const excluded = document.excludedRecurrenceRules;
  const {
    recurrenceRules: _r,
    excludedRecurrenceRules: _e,
    recurrenceOverrides: _o,
    relatedTo,
    ...rest
  } = document;
  const related = relatedTo ?? {};
  const begins = startingAt({ ...rest, '@type': document['@type'] } as T, recurrenceId, timing.start);
  const before = {
    ...rest,
    relatedTo: { ...related, [uid]: { '@type': 'Relation', relation: { next: true } } },
    ...some(
      'recurrenceRules',
      rules.flatMap((rule) => ending(rule, timing.start, cut)),
    ),
    ...some(
      'excludedRecurrenceRules',
      (excluded ?? []).flatMap((rule) => ending(rule, timing.start, cut)),
    ),
    ...overrides(earlier),
  };
  const after = {
    ...begins,
    uid,
    relatedTo: { ...related, [document.uid]: { '@type': 'Relation', relation: { first: true } } },
    ...some(
      'recurrenceRules',
      rules.flatMap((rule) => beginning(rule, timing.start, cut)),
    ),
    ...some(
      'excludedRecurrenceRules',
      (excluded ?? []).flatMap((rule) => beginning(rule, timing.start, cut)),
    ),
    ...overrides(later),
  };
  return { before: before as unknown as T, after: after as unknown as T };
}

function some(name: string, rules: RecurrenceRule[]): Record<string, RecurrenceRule[]> {
  return rules.length === 0 ? {} : { [name]: rules };
}

type Overrides = Record<LocalDateTime, PatchObject>;

function overrides(all: Overrides): { recurrenceOverrides?: Overrides } {
  return Object.keys(all).length === 0 ? {} : { recurrenceOverrides: all };
}

function splitOverrides(document: CalendarDocument, cut: LocalSeconds): [Overrides, Overrides] {
  const [earlier, later]: [Overrides, Overrides] = [{}, {}];
  for (const [id, patch] of overridesOf(document))
    ((parseLocal(id) ?? 0) < cut ? earlier : later)[id] = patch;
  return [earlier, later];
}

function startingAt<T extends CalendarDocument>(document: T, start: LocalDateTime, old: LocalSeconds): T {
  if (document['@type'] === 'Event') return applyPatch(document, { start });
  const due = parseLocal(document.due);
  const patch: PatchObject = document.start === undefined ? {} : { start };
  if (due !== null)
    patch['due'] = formatLocal((parseLocal(start) ?? old) + due - (document.start === undefined ? due : old));
  return applyPatch(document, patch);
}

/** Occurrences of a rule that lie before the cut. */
function counted(rule: RecurrenceRule, start: LocalSeconds, cut: LocalSeconds): LocalSeconds[] {
  const compiled = compileRule(rule, start);
  if (compiled === null) return [];
  const unfolding = {
    rule: compiled,
    start,
    from: start,
    to: cut - 1,
    startCounts: true,
    budget: new Budget(),
  };
  return [...timesOf(unfolding)];
}

function ending(rule: RecurrenceRule, start: LocalSeconds, cut: LocalSeconds): RecurrenceRule[] {
  const { count, ...rest } = rule;
  if (count === undefined) {
    const until = parseLocal(rule.until);
    return [{ ...rest, until: formatLocal(until === null ? cut - 1 : Math.min(until, cut - 1)) }];
  }
  return [{ ...rest, count: counted(rule, start, cut).length }];
}

function beginning(rule: RecurrenceRule, start: LocalSeconds, cut: LocalSeconds): RecurrenceRule[] {
  const until = parseLocal(rule.until);
  if (until !== null && until < cut) return [];
  // What the old start said, the new one must not say otherwise: the 31st of a series that is cut on the 30th.
  const said = explicit(rule, start);
  if (rule.count === undefined) return [said];
  const left = rule.count - counted(rule, start, cut).length;
  return left > 0 ? [{ ...said, count: left }] : [];
}

/** A monthly or yearly rule with the day that its start gave it. */
function explicit(rule: RecurrenceRule, start: LocalSeconds): RecurrenceRule {
  if (rule.frequency !== 'monthly' && rule.frequency !== 'yearly') return rule;
  const compiled = compileRule(rule, start);
  if (compiled === null) return rule;
  const said = { ...rule };
  if (rule.byMonthDay === undefined && compiled.byMonthDay.length > 0) said.byMonthDay = compiled.byMonthDay;
  if (rule.byMonth === undefined && compiled.byMonth.length > 0) said.byMonth = compiled.byMonth.map(String);
  return said;
}
