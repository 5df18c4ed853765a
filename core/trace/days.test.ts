import { describe, expect, it } from 'vitest';
import type { TraceStep } from '../ports/trace.ts';
import { countedAs, mailDays } from './days.ts';

const step = (name: string, verdict: string, details: TraceStep['details'] = {}): TraceStep => ({
  ...{ tenantId: 't', traceId: 'x', key: name, at: 0, recipient: '', step: name, verdict, details },
});

describe('what is counted of the way of a message', () => {
  it.each([
    ['receive', 'accepted', 'received'],
    ['receive', 'submitted', 'received'],
    ['receive', 'refused', 'refused'],
    ['place', 'inbox', 'delivered'],
    ['place', 'folder', 'delivered'],
    ['place', 'junk', 'junk'],
    ['place', 'duplicate', null],
    ['quarantine', 'held', 'quarantined'],
    ['quarantine', 'released', null],
    ['submit', 'accepted', 'submitted'],
    ['submit', 'refused', null],
    ['attempt', 'sent', 'sent'],
    ['attempt', 'retry', null],
    // The end of it is a step of its own.
    ['attempt', 'failed', null],
    ['deliver', 'delivered', 'sent'],
    ['fail', 'failed', 'failed'],
    ['notify', 'told', null],
  ])('%s %s: %s', (name, verdict, counted) => {
    expect(countedAs(step(name, verdict))).toBe(counted);
  });

  it('a message to a group counts for its members alone', () => {
    expect(countedAs(step('receive', 'accepted', { group: true }))).toBeNull();
    expect(countedAs(step('receive', 'accepted', { group: 'all@one.example' }))).toBe('received');
  });

  it('days are in order, with all of their numbers; what a later version counts is left out', () => {
    const rows = [
      { day: 9, counted: 'sent', count: 2 },
      { day: 8, counted: 'received', count: 1 },
      { day: 9, counted: 'sent', count: 3 },
      { day: 9, counted: 'eaten', count: 7 },
    ];
    expect(mailDays(rows).map(({ day, received, sent }) => [day, received, sent])).toEqual([
      [8, 1, 0],
      [9, 0, 5],
    ]);
  });
});
