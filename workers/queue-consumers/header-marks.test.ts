import { describe, expect, it } from 'vitest';
import { headerMarks } from './header-marks.ts';

const marks = (...headers: [string, string][]) =>
  headerMarks({ headers: headers.map(([name, value]) => ({ name, value })) });

describe('marks of a header', () => {
  it.each([
    ['Personal', '1'],
    ['private', '2'],
    ['Company-Confidential', '3'],
  ])('say that the message is %s', (word, value) => {
    expect(marks(['sensitivity', word])).toEqual({ '0x0036': { type: 'Integer', value } });
  });

  it('say who wants to be told', () => {
    expect(
      marks(['disposition-notification-to', 'a@b.example'], ['return-receipt-to', 'a@b.example']),
    ).toEqual({
      '0x0029': { type: 'Boolean', value: 'true' },
      '0x0023': { type: 'Boolean', value: 'true' },
    });
  });

  it('are none where the header says nothing of it', () => {
    expect(marks(['sensitivity', 'Normal'], ['subject', 'private'])).toBeUndefined();
  });
});
