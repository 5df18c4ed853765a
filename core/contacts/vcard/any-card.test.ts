import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readVCard } from '../../../codecs/vcard/index.ts';
import type { Card } from '../types.ts';
import { cardFromVCard, cardToVCard } from './index.ts';

const DEFAULTS = { uid: 'made-up', now: '2026-01-01T00:00:00Z' };
const BASE: Card = { '@type': 'Card', version: '1.0', uid: 'u1', updated: '2026-01-02T03:04:05Z' };

function read(text: string): Card {
  return cardFromVCard(readVCard(new TextEncoder().encode(text)), DEFAULTS).card;
}

describe('any card', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 });
  const odd = fc.constantFrom(
    'a,b;c:d',
    'x\\ny',
    'line\nline',
    'tab\tcr\r\nnul\u0000',
    '"q" ^n',
    ' sp ',
    '\\',
    '\ud800',
  );
  const word = fc.oneof(text, odd);
  const key = fc.oneof(fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,10}$/), fc.constant('email1'));
  const contexts = fc.dictionary(fc.constantFrom('private', 'work', 'billing'), fc.constant(true as const));
  const described = {
    contexts,
    pref: fc.integer({ min: 1, max: 100 }),
    label: word,
  };
  const map = <T>(entry: fc.Arbitrary<T>) => fc.dictionary(key, entry, { maxKeys: 4 });
  const entry = <T extends Record<string, fc.Arbitrary<unknown>>>(
    needs: T,
    more: Record<string, fc.Arbitrary<unknown>> = {},
  ) => fc.record({ ...needs, ...more }, { requiredKeys: Object.keys(needs) });
  const component = (...kinds: string[]) =>
    fc.array(fc.record({ kind: fc.constantFrom(...kinds), value: word }), { minLength: 1, maxLength: 6 });
  const truths = (...names: string[]) =>
    fc.dictionary(fc.constantFrom(...names), fc.constant(true as const), { minKeys: 1 });
  const card = fc.record(
    {
      '@type': fc.constant('Card' as const),
      version: fc.constant('1.0' as const),
      uid: word,
      updated: fc.constantFrom('2026-01-02T03:04:05Z', '2026-01-02T03:04:05.678Z', 'never'),
      created: fc.constant('2020-01-02T03:04:05.000Z'),
      kind: fc.constantFrom('individual', 'group', 'org'),
      language: word,
      name: fc.record(
        {
          full: word,
          components: component(
            'title',
            'given',
            'given2',
            'surname',
            'surname2',
            'generation',
            'credential',
            'separator',
          ),
          isOrdered: fc.boolean(),
        },
        { requiredKeys: [] },
      ),
      nicknames: map(entry({ name: word })),
      organizations: map(
        entry({}, { name: word, units: fc.array(fc.record({ name: word }), { maxLength: 3 }) }),
      ),
      titles: map(entry({ name: word }, { kind: fc.constantFrom('title', 'role') })),
      emails: map(entry({ address: word }, { ...described, 'waypost:name': word })),
      phones: map(
        entry({ number: word }, { ...described, features: truths('voice', 'fax', 'mobile', 'pager', 'odd') }),
      ),
      addresses: map(
        entry(
          {},
          {
            ...described,
            full: word,
            countryCode: word,
            components: component('name', 'number', 'locality', 'country', 'separator'),
          },
        ),
      ),
      onlineServices: map(entry({}, { ...described, uri: word, user: word, service: word })),
      links: map(entry({ uri: word }, { ...described, kind: fc.constant('contact') })),
      anniversaries: map(
        entry({
          kind: fc.constantFrom('birth', 'wedding', 'death'),
          date: fc.record(
            {
              year: fc.integer({ min: 1, max: 9999 }),
              month: fc.integer({ min: 1, max: 12 }),
              day: fc.integer({ min: 1, max: 28 }),
            },
            { requiredKeys: [] },
          ),
        }),
      ),
      relatedTo: fc.dictionary(word, entry({ relation: truths('spouse', 'child', 'friend') }), {
        maxKeys: 3,
      }),
      keywords: fc.dictionary(word, fc.constant(true as const), { maxKeys: 4 }),
      notes: map(entry({ note: word }, { contentType: fc.constant('text/html') })),
      media: map(
        entry({
          kind: fc.constantFrom('photo', 'logo', 'sound'),
          uri: fc.oneof(fc.constant('data:image/png;base64,iVBORw0KGgo='), word),
        }),
      ),
      'waypost:eas': fc.dictionary(fc.constantFrom('FileAs', 'ManagerName', 'MMS', 'YomiFirstName'), word),
      'waypost:vcard': fc.constant([['x-odd', { group: 'item1', 'x-p': 'v' }, 'unknown', 'raw\\,value']]),
      'example.com:own': fc.jsonValue({ maxDepth: 3 }).map((value) => value ?? 1),
    },
    { requiredKeys: ['@type', 'version', 'uid', 'updated'] },
  ) as unknown as fc.Arbitrary<Card>;

  for (const version of ['3.0', '4.0'] as const) {
    it(`is the same after it was a vCard ${version}`, { timeout: 60_000 }, () => {
      fc.assert(
        fc.property(card, (made) => {
          const plain = JSON.parse(JSON.stringify(made)) as Card;
          expect(read(cardToVCard(plain, version))).toEqual(plain);
        }),
        { numRuns: 150, seed: 9553 },
      );
    });
  }

  it('is written plainly where vCard has words for it', () => {
    const plain: Card = {
      ...BASE,
      name: {
        components: [
          { kind: 'given', value: 'Ann' },
          { kind: 'surname', value: 'Lee' },
        ],
      },
      emails: { email1: { address: 'a@x.test', contexts: { work: true } } },
      phones: { car: { number: '1', label: 'car' } },
      addresses: { home: { contexts: { private: true }, components: [{ kind: 'locality', value: 'Bonn' }] } },
      media: { picture: { kind: 'photo', uri: 'data:image/jpeg;base64,/9j/AAAA', mediaType: 'image/jpeg' } },
      relatedTo: { Bob: { relation: { spouse: true } } },
    };
    expect(cardToVCard(plain, '3.0').split('\r\n')).toEqual([
      'BEGIN:VCARD',
      'VERSION:3.0',
      'FN;DERIVED=true:Ann Lee',
      'N:Lee;Ann;;;',
      'EMAIL;TYPE=work;PROP-ID=email1:a@x.test',
      'TEL;TYPE=car;PROP-ID=car:1',
      'ADR;TYPE=home;PROP-ID=home:;;;Bonn;;;',
      'PHOTO;ENCODING=b;TYPE=JPEG;PROP-ID=picture:/9j/AAAA',
      'X-SPOUSE:Bob',
      'UID:u1',
      'REV:20260102T030405Z',
      'END:VCARD',
      '',
    ]);
  });
});
