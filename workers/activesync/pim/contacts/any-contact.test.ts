import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readVCard } from '../../../../codecs/vcard/index.ts';
import type { Card } from '../../../../core/contacts/types.ts';
import { cardFromVCard, cardToVCard } from '../../../../core/contacts/vcard/index.ts';
import { TEXT_FIELDS } from './fields.ts';
import { data, EMPTY, plain, shown, taken, texts } from './testing.ts';

describe('a birthday', () => {
  it('is the same day whatever time a device puts beside it', async () => {
    const sent = {
      'midnight in UTC': '1980-04-12T00:00:00.000Z',
      'a minute before midday': '1980-04-12T11:59:00.000Z',
      midday: '1980-04-12T12:00:00.000Z',
      'morning, as Android': '1980-04-12T08:00:00.000Z',
      'midnight in Berlin, as iOS': '1980-04-11T22:00:00.000Z',
      'midnight in Tokyo': '1980-04-11T15:00:00.000Z',
      'midnight in Los Angeles': '1980-04-12T07:00:00.000Z',
      compact: '19800412T115900Z',
      'a day alone': '1980-04-12',
    };
    for (const [how, text] of Object.entries(sent)) {
      const card = await taken(data(...texts({ Birthday: text })));
      expect(card.anniversaries?.birthday?.date, how).toEqual({ year: 1980, month: 4, day: 12 });
      const time = how === 'midnight in UTC' ? '00:00:00.000Z' : '11:59:00.000Z';
      expect(plain(await shown(card))['Contacts:Birthday'], how).toBe(`1980-04-12T${time}`);
    }
  });

  it('without a year is one of 1604, and of the year alone is not told', async () => {
    const noYear: Card = { ...EMPTY, anniversaries: { a: { kind: 'birth', date: { month: 2, day: 29 } } } };
    expect(plain(await shown(noYear))['Contacts:Birthday']).toBe('1604-02-29T11:59:00.000Z');
    const card = await taken(data(...texts({ Birthday: '1604-02-29T11:59:00.000Z' })));
    expect(card.anniversaries?.birthday?.date).toEqual({ month: 2, day: 29 });
    const noDay: Card = { ...EMPTY, anniversaries: { a: { kind: 'birth', date: { year: 1980 } } } };
    expect(plain(await shown(noDay))['Contacts:Birthday']).toBeUndefined();
    expect((await taken(data(), { present: noDay })).anniversaries).toEqual(noDay.anniversaries);
  });
});

describe('any contact', () => {
  const word = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    .filter((t) => !/[\u0000-\u001f]/.test(t));
  const date = fc
    .date({ min: new Date('1700-01-01'), max: new Date('2500-01-01'), noInvalidDate: true })
    .map((at) => `${at.toISOString().slice(0, 10)}T11:59:00.000Z`);
  const base64 = fc.uint8Array({ minLength: 1, maxLength: 50 }).map((b) => Buffer.from(b).toString('base64'));
  const anyOf = (tag: string) => {
    if (tag === 'Contacts:Birthday' || tag === 'Contacts:Anniversary') return date;
    if (tag === 'Contacts:Picture') return base64;
    return tag.includes('Email') ? word.map((w) => `${w.replace(/[<>"]/g, '')}@x.test`) : word;
  };
  const anyFields = fc.record(Object.fromEntries(TEXT_FIELDS.map(({ tag }) => [tag, anyOf(tag)])), {
    requiredKeys: [],
  });

  it('is the same on the wire after it was kept, whatever fields it has', async () => {
    await fc.assert(
      fc.asyncProperty(anyFields, async (fields) => {
        const said = fields as Record<string, string>;
        const answer = plain(await shown(await taken(data(...texts(said)))));
        expect({ ...said, 'Contacts:FileAs': answer['Contacts:FileAs'] }).toEqual({
          'Contacts:FileAs': said['Contacts:FileAs'],
          ...answer,
        });
        if (said['Contacts:FileAs'] !== undefined)
          expect(answer['Contacts:FileAs']).toBe(said['Contacts:FileAs']);
      }),
      { numRuns: 150 },
    );
  });

  it('is the same on the wire after it was a vCard', { timeout: 30_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(anyFields, fc.constantFrom('3.0', '4.0'), async (fields, version) => {
        const card = await taken(data(...texts(fields as Record<string, string>)));
        const vcard = readVCard(new TextEncoder().encode(cardToVCard(card, version as '3.0')));
        const back = cardFromVCard(vcard, { uid: '', now: '' }).card;
        expect(back).toEqual(card);
        expect(plain(await shown(back))).toEqual(plain(await shown(card)));
      }),
      { numRuns: 100 },
    );
  });

  it('becomes what the last change says, field by field', async () => {
    await fc.assert(
      fc.asyncProperty(anyFields, anyFields, async (first, second) => {
        const present = await taken(data(...texts(first as Record<string, string>)));
        const card = await taken(data(...texts(second as Record<string, string>)), {
          present,
          supported: TEXT_FIELDS.map(({ tag }) => tag),
        });
        const anew = await taken(data(...texts(second as Record<string, string>)));
        expect(plain(await shown(card))).toEqual(plain(await shown(anew)));
      }),
      { numRuns: 150 },
    );
  });
});
