import { describe, expect, it } from 'vitest';
import { filedBy } from './file-as.ts';
import { settle } from './slots.ts';
import type { Card } from './types.ts';

const card: Card = {
  ...{ '@type': 'Card', version: '1.0', uid: 'u1', updated: '2026-01-01T00:00:00Z' },
  name: {
    components: [
      { kind: 'given', value: 'Dora' },
      { kind: 'given2', value: 'Q.' },
      { kind: 'surname', value: 'Roe' },
      { kind: 'generation', value: 'Jr.' },
    ],
    full: 'Dora Roe',
  },
  organizations: { org: { name: 'Acme' } },
};

describe('how a contact is filed', () => {
  it.each([
    ['None', null],
    ['Empty', ''],
    ['LastCommaFirst', 'Roe, Dora Q.'],
    ['FirstSpaceLast', 'Dora Q. Roe Jr.'],
    ['Company', 'Acme'],
    ['LastCommaFirstCompany', 'Roe, Dora Q.\nAcme'],
    ['CompanyLastFirst', 'Acme\nRoeDora Q.'],
    ['LastSpaceFirst', 'Roe Dora Q.'],
    ['DisplayName', 'Dora Roe'],
    ['FirstName', 'Dora'],
    ['LastName', 'Roe'],
    ['LastFirstSuffix', 'RoeDora Q. Jr.'],
    ['LastFirstMiddleSuffix', 'RoeDora Q. Jr.'],
  ] as const)('is by %s: %s', (mapping, text) => {
    expect(filedBy(card, mapping)).toBe(text);
  });

  it('leaves out what is not known', () => {
    const { name: _, ...company } = card;
    expect(filedBy(company, 'LastCommaFirstCompany')).toBe('Acme');
  });
});

describe('phones that no device has a place for', () => {
  it('keep their own, whatever else there is', () => {
    const phones = {
      a: { number: '1', label: 'Callback' },
      b: { number: '2', label: 'Other Fax', features: { fax: true as const } },
      c: { number: '3', features: { textphone: true as const } },
      d: { number: '4', label: 'other' },
    };
    expect(Object.keys(settle({ ...card, phones }).phones ?? {})).toEqual([
      ...['callback', 'otherFax', 'tty', 'home'],
    ]);
  });
});
