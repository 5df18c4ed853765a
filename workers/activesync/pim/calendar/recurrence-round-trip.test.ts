import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeWbxml, encodeWbxml } from '../../../../codecs/wbxml/index.ts';
import { formatLocal, parseLocal } from '../../../../core/calendar/time/civil.ts';
import { VERSIONS, type Version } from '../../http/versions.ts';
import {
  type Pattern,
  patternOf,
  type RuleFrame,
  readPattern,
  recurrenceElement,
  ruleOf,
} from './recurrence.ts';
import { formatCompact, parseCompact } from './wire.ts';

/** A Thursday, in UTC. */
function frame(version: Version = '14.1', start = '2026-11-26T09:30:00'): RuleFrame {
  return {
    version,
    start: parseLocal(start) ?? 0,
    toWire: (until) => formatCompact(parseLocal(until) ?? 0),
    toLocal(until) {
      const at = parseCompact(until);
      return at === null ? null : formatLocal(at);
    },
  };
}

describe('a Recurrence', () => {
  const end = fc.oneof(
    fc.constant({}),
    fc.integer({ min: 1, max: 999 }).map((Occurrences) => ({ Occurrences })),
    fc.integer({ min: 1_790_000_000, max: 2_000_000_000 }).map((at) => ({ Until: formatCompact(at) })),
  );
  const interval = fc.integer({ min: 1, max: 999 });
  const nth = fc.record({
    DayOfWeek: fc.integer({ min: 1, max: 126 }),
    WeekOfMonth: fc.integer({ min: 1, max: 5 }),
  });
  const dayOfMonth = fc.record({ DayOfMonth: fc.integer({ min: 1, max: 31 }) });
  const monthOfYear = fc.record({ MonthOfYear: fc.integer({ min: 1, max: 12 }) });
  const days = fc.oneof(
    fc.constant({ Type: 0 as const }),
    fc.integer({ min: 1, max: 127 }).map((DayOfWeek) => ({ Type: 1 as const, DayOfWeek })),
    dayOfMonth.map((d) => ({ Type: 2 as const, ...d })),
    nth.map((d) => ({ Type: 3 as const, ...d })),
    fc.tuple(dayOfMonth, monthOfYear).map(([d, m]) => ({ Type: 5 as const, ...d, ...m })),
    fc.tuple(nth, monthOfYear).map(([d, m]) => ({ Type: 6 as const, ...d, ...m })),
  );

  test('is what the device said, in every version (round trip)', () => {
    fc.assert(
      fc.property(days, interval, end, fc.constantFrom(...VERSIONS), (d, Interval, e, version) => {
        const said: Pattern = { ...d, Interval, ...e };
        const made = ruleOf(said, frame(version));
        if (made === 'invalid') throw new Error('refused');
        const shown = patternOf(made, frame(version));
        expect(shown).toMatchObject(said);
        if (shown === null) return;
        const back = readPattern(decodeWbxml(encodeWbxml(recurrenceElement(shown), { version })), version);
        if (back === null || back === 'invalid') throw new Error('not read back');
        expect(ruleOf(back, frame(version))).toEqual(made);
      }),
      { numRuns: 300 },
    );
  });
});
