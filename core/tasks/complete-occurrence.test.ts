import { describe, expect, it, test } from 'vitest';
import { occurrences } from '../calendar/occurrences.ts';
import type { CalendarTask, RecurrenceRule } from '../calendar/types.ts';
import { completeOccurrence } from './complete-occurrence.ts';

const AT = Date.UTC(2026, 2, 5, 15);

function task(rule: Partial<RecurrenceRule>, more: Partial<CalendarTask> = {}): CalendarTask {
  return {
    ...{ '@type': 'Task', uid: 'series', updated: '2026-01-01T00:00:00Z', title: 'Water', timeZone: null },
    ...{ start: '2026-03-02T09:00:00', due: '2026-03-03T09:00:00' },
    recurrenceRules: [{ '@type': 'RecurrenceRule', frequency: 'daily', ...rule }],
    ...more,
  };
}

const startsAfter = (rule: Partial<RecurrenceRule>, more?: Partial<CalendarTask>) =>
  completeOccurrence(task(rule, more), AT, 'done')?.next?.start;

describe('an occurrence that is completed', () => {
  it('is a task of its own, and the series goes on', () => {
    const alerts = {
      a: {
        '@type': 'Alert' as const,
        trigger: { '@type': 'AbsoluteTrigger' as const, when: '2026-03-02T08:00:00Z' },
        acknowledged: '2026-03-02T08:01:00Z',
      },
    };
    const before = task(
      { frequency: 'weekly', interval: 2 },
      { alerts, 'waypost:task': { ahead: { start: -3600 } } },
    );
    const { completed, next } = completeOccurrence(before, AT, 'done') ?? {};
    expect(completed).toEqual({
      ...{ '@type': 'Task', uid: 'done', updated: '2026-03-05T15:00:00Z', title: 'Water', timeZone: null },
      ...{ start: '2026-03-02T09:00:00', due: '2026-03-03T09:00:00' },
      ...{ progress: 'completed', progressUpdated: '2026-03-05T15:00:00Z', percentComplete: 100 },
      'waypost:task': { ahead: { start: -3600 }, dateCompleted: '2026-03-05T15:00:00Z', deadOccur: true },
    });
    expect(next).toEqual({
      ...before,
      ...{ updated: '2026-03-05T15:00:00Z', start: '2026-03-16T09:00:00', due: '2026-03-17T09:00:00' },
      alerts: {
        a: { '@type': 'Alert', trigger: { '@type': 'AbsoluteTrigger', when: '2026-03-16T08:00:00Z' } },
      },
    });
  });

  test.each([
    ['daily', {}, '2026-03-03T09:00:00'],
    ['on weekdays', { byDay: [{ '@type': 'NDay', day: 'fr' }] }, '2026-03-06T09:00:00'],
    ['monthly', { frequency: 'monthly' }, '2026-04-02T09:00:00'],
    ['yearly', { frequency: 'yearly' }, '2027-03-02T09:00:00'],
    ['until a day that has passed', { until: '2026-03-02T23:00:00' }, undefined],
    ['once', { count: 1 }, undefined],
  ] as [
    string,
    Partial<RecurrenceRule>,
    string | undefined,
  ][])('%s goes on by its rule', (_name, rule, expected) => {
    expect(startsAfter(rule)).toBe(expected);
  });

  test.each([
    ['daily', { interval: 3 }, '2026-03-08T09:00:00'],
    ['weekly', { frequency: 'weekly' }, '2026-03-12T09:00:00'],
    ['monthly', { frequency: 'monthly' }, '2026-04-05T09:00:00'],
    ['yearly', { frequency: 'yearly' }, '2027-03-05T09:00:00'],
    ['until a day that has passed', { until: '2026-03-05T23:00:00' }, undefined],
    ['once', { count: 1 }, undefined],
  ] as [
    string,
    Partial<RecurrenceRule>,
    string | undefined,
  ][])('%s that regenerates counts from when it was done', (_name, rule, expected) => {
    expect(startsAfter(rule, { 'waypost:task': { regenerate: true } })).toBe(expected);
  });

  it('of a month that is too short regenerates on its last day', () => {
    const monthly = task({ frequency: 'monthly' }, { 'waypost:task': { regenerate: true } });
    const at = Date.UTC(2026, 0, 31, 12);
    expect(completeOccurrence(monthly, at, 'x')?.next?.start).toBe('2026-02-28T09:00:00');
  });

  it('leaves out what is excluded, takes its own changes with it, and counts down', () => {
    const before = task(
      { count: 5 },
      {
        recurrenceOverrides: {
          '2026-03-02T09:00:00': { title: 'Water twice' },
          '2026-03-03T09:00:00': { excluded: true },
          '2026-03-05T09:00:00': { title: 'Water little' },
        },
      },
    );
    const { completed, next } = completeOccurrence(before, AT, 'done') ?? {};
    expect(completed?.title).toBe('Water twice');
    expect(next).toMatchObject({ start: '2026-03-04T09:00:00', recurrenceRules: [{ count: 3 }] });
    expect(Object.keys(next?.recurrenceOverrides ?? {})).toEqual(['2026-03-05T09:00:00']);
  });

  it('one after the other are all that the series had', () => {
    const series = task({
      frequency: 'weekly',
      count: 6,
      byDay: [
        { '@type': 'NDay', day: 'mo' },
        { '@type': 'NDay', day: 'th' },
      ],
    });
    const all = occurrences(series, { from: 0, to: Date.UTC(2030, 0) }).map((one) => one.local);
    const done: (string | undefined)[] = [];
    for (let at: CalendarTask | null = series; at !== null; ) {
      const step: ReturnType<typeof completeOccurrence> = completeOccurrence(at, AT, 'x');
      done.push(step?.completed.start);
      at = step?.next ?? null;
    }
    expect(done).toEqual(all);
  });

  it('begins where the recurrence says when the task itself has no dates', () => {
    const {
      start: _s,
      due: _d,
      ...bare
    } = task({}, { 'waypost:task': { recurrenceStart: '2026-03-02T00:00:00' } });
    const { next } = completeOccurrence(bare, AT, 'x') ?? {};
    expect(next).not.toHaveProperty('start');
    expect(next?.['waypost:task']).toEqual({ recurrenceStart: '2026-03-03T00:00:00' });
  });

  it('is none of a task that does not recur, or is done', () => {
    const { recurrenceRules: _, ...single } = task({});
    expect(completeOccurrence(single, AT, 'x')).toBeNull();
    expect(completeOccurrence(task({}, { progress: 'completed' }), AT, 'x')).toBeNull();
  });
});
