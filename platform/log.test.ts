import { afterEach, describe, expect, test, vi } from 'vitest';
import { parseConfig } from './config.ts';
import { newId } from './ids.ts';
import { createLogger, describeError } from './log.ts';

afterEach(() => vi.restoreAllMocks());

describe('a log line', () => {
  test('is one line of JSON, whatever a field holds (A64)', () => {
    const lines: string[] = [];
    vi.spyOn(console, 'log').mockImplementation((line) => void lines.push(line));
    createLogger('info', { a: 1 }).with({ b: 'x\n{"level":"error"}' }).info('thing', { c: null });
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('\n');
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 'info',
      event: 'thing',
      a: 1,
      b: 'x\n{"level":"error"}',
      c: null,
    });
  });

  test('below the level is not written', () => {
    const spy = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    createLogger('warn').info('quiet');
    expect(spy).not.toHaveBeenCalled();
  });

  test('describes an error with its causes, bounded', () => {
    const error = new Error('outer', { cause: new TypeError('inner') });
    expect(describeError(error)).toBe('Error: outer <- TypeError: inner');
    expect(describeError('x'.repeat(5000))).toHaveLength(1000);
  });
});

describe('configuration', () => {
  test('has defaults for everything', () => {
    expect(parseConfig({})).toMatchObject({ store: 'd1', pingHoldMaxSeconds: 280, adminToken: null });
  });

  test('names every bad variable in one error', () => {
    expect(() => parseConfig({ STORE: 'oracle', PING_HOLD_MAX_S: 'soon' })).toThrow(
      /STORE.*PING_HOLD_MAX_S/s,
    );
  });
});

describe('an id', () => {
  test('is 26 safe characters, unique, and sorts by the time it was made', () => {
    const ids = Array.from({ length: 1000 }, () => newId(1_700_000_000_000));
    expect(new Set(ids).size).toBe(1000);
    expect(ids.every((id) => /^[0-9a-z]{26}$/.test(id))).toBe(true);
    expect(newId(1_700_000_000_000) < newId(1_700_000_000_001 + 1000)).toBe(true);
  });
});
