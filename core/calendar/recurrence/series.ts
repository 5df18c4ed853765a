import { RecurrenceTooLargeError } from '../errors.ts';
import { type LocalSeconds, MAX_LOCAL } from '../time/civil.ts';
import type { CalendarObject } from '../types.ts';
import { Budget } from './budget.ts';
import { timesOf } from './expand.ts';
import { type CompiledRule, compileRule } from './rule.ts';

/** Rules of one object, together. */
const MAX_RULES = 20;

/** What the rules of an object say, without its overrides. */
export interface Series {
  start: LocalSeconds;
  rules: CompiledRule[];
  excluded: CompiledRule[];
}

/** @throws RecurrenceTooLargeError for more rules, or longer lists in them, than anybody needs. */
export function seriesOf(
  object: Pick<CalendarObject, 'recurrenceRules' | 'excludedRecurrenceRules'>,
  start: LocalSeconds,
): Series {
  return {
    start,
    rules: compileAll(object.recurrenceRules, start),
    excluded: compileAll(object.excludedRecurrenceRules, start),
  };
}

function compileAll(rules: unknown, start: LocalSeconds): CompiledRule[] {
  if (!Array.isArray(rules)) return [];
  if (rules.length > MAX_RULES) throw new RecurrenceTooLargeError(`${rules.length} recurrence rules`);
  return rules.flatMap((rule) => compileRule(rule, start) ?? []);
}

/** Whether the rules go on for ever. */
export function isEndless({ rules }: Series): boolean {
  return rules.some((rule) => rule.count === null && rule.until === null);
}

export interface TimesOptions {
  /** What lies before need not be told, but may be. */
  from?: LocalSeconds;
  to?: LocalSeconds;
  budget?: Budget;
}

/** Times of a series in order, each once, without the excluded ones. The start is the only one where there is no rule. */
export function* seriesTimes(
  { start, rules, excluded }: Series,
  { from = start, to = MAX_LOCAL, budget = new Budget() }: TimesOptions = {},
): Generator<LocalSeconds> {
  const unfold = (rule: CompiledRule) => timesOf({ rule, start, from, to, startCounts: true, budget });
  if (rules.length === 0) {
    if (start <= to) yield start;
    return;
  }
  const [only] = rules;
  if (rules.length === 1 && excluded.length === 0 && only !== undefined) {
    yield* unfold(only);
    return;
  }
  const without = new Merged(
    excluded.map((rule) => timesOf({ rule, start, from, to, startCounts: false, budget })),
  );
  const all = new Merged(rules.map(unfold));
  for (let time = all.next(); time !== null; time = all.next()) {
    while (without.head !== null && without.head < time) without.next();
    if (without.head !== time) yield time;
  }
}

/** Several sorted sequences as one, without repeats. */
class Merged {
  readonly #sources: { source: Iterator<LocalSeconds>; head: LocalSeconds | null }[];

  constructor(sources: Iterator<LocalSeconds>[]) {
    this.#sources = sources.map((source) => ({ source, head: pull(source) }));
  }

  get head(): LocalSeconds | null {
    let least: LocalSeconds | null = null;
    for (const { head } of this.#sources) if (head !== null && (least === null || head < least)) least = head;
    return least;
  }

  next(): LocalSeconds | null {
    const least = this.head;
    for (const one of this.#sources) if (one.head !== null && one.head === least) one.head = pull(one.source);
    return least;
  }
}

function pull(source: Iterator<LocalSeconds>): LocalSeconds | null {
  const { done, value } = source.next();
  return done === true ? null : value;
}
