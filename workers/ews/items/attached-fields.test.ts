import { describe, expect, it } from 'vitest';
import { attachedFields, readAttachedFields } from './attached-fields.ts';

const kept = {
  'ews:item:Culture': { type: 'String', value: 'de-DE' },
  list: { type: 'StringArray', value: ['ä', ''] },
};

function readBack(fields: readonly (readonly [string, string])[]) {
  return readAttachedFields(fields.map(([name, value]) => ({ name, value })));
}

describe('what an attached message keeps in its header', () => {
  it('comes back as it was', () => {
    const fields = attachedFields(['Red', 'Grün'], { ...kept, gone: null });
    expect(readBack(fields)).toEqual({ categories: ['Red', 'Grün'], extended: kept });
    expect(fields.every(([, value]) => /^[^\r\n]*$/.test(value))).toBe(true);
    expect(attachedFields([], {})).toEqual([]);
  });

  it('is left out where it is too long, or nothing that could have been kept', () => {
    expect(attachedFields([], { x: { type: 'String', value: 'x'.repeat(20_000) } })).toEqual([]);
    const of = (value: unknown) => [['x-waypost-kept', btoa(JSON.stringify(value))]] as const;
    for (const odd of [
      null,
      1,
      [1],
      { a: 1 },
      { a: { type: 1, value: 'x' } },
      { a: { type: 'String', value: [1] } },
    ]) {
      expect(readBack(of(odd)).extended).toEqual({});
    }
    expect(readBack([['X-Waypost-Kept', '§§']])).toEqual({ categories: [], extended: {} });
  });
});
