import { describe, expect, it } from 'vitest';
import { type Case, decideFate, type Fate } from './decide.ts';

const base: Case = { held: false, erasing: false, state: 'live', isDue: false, action: 'delete' };

describe('hold before erase before retention (I27)', () => {
  const table: [Partial<Case>, Fate][] = [
    [{}, 'keep'],
    [{ isDue: true }, 'delete'],
    [{ isDue: true, action: 'archive' }, 'archive'],
    [{ state: 'removed' }, 'keep'],
    [{ state: 'removed', isDue: true }, 'purge'],
    [{ state: 'removed', isDue: true, action: 'archive' }, 'purge'],
    [{ erasing: true }, 'erase'],
    [{ erasing: true, isDue: true }, 'erase'],
    [{ erasing: true, state: 'removed' }, 'erase'],
    [{ erasing: true, state: 'removed', isDue: true }, 'erase'],
  ];

  it.each(table)('%j: %s', (given, fate) => {
    expect(decideFate({ ...base, ...given })).toBe(fate);
  });

  it.each(table)('%j under a hold: keep', (given) => {
    expect(decideFate({ ...base, ...given, held: true })).toBe('keep');
  });
});
