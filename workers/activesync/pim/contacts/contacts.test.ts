import { describe, expect, it } from 'vitest';
import { child, el, textOf } from '../../../../codecs/wbxml/index.ts';
import type { Card } from '../../../../core/contacts/types.ts';
import { TEXT_FIELDS } from './fields.ts';
import {
  bodyOf,
  data,
  EMPTY,
  EVERYTHING,
  full,
  PICTURE,
  plain,
  shown,
  take,
  taken,
  texts,
} from './testing.ts';

describe('a contact that a device adds', () => {
  it('S01_TC01 comes back with every field as it was sent', async () => {
    const answer = await shown(await taken(full()));
    expect(plain(answer)).toEqual({
      ...EVERYTHING,
      'Contacts:Categories': ['Friends', 'VIP'],
      'Contacts:Children': ['Mia', 'Tom'],
    });
    expect(textOf(bodyOf(answer), 'AirSyncBase:Data')).toBe('Likes tea\r\nNo sugar');
    expect(child(answer, 'Contacts:WeightedRank')).toBeUndefined();
    expect(child(answer, 'Contacts:Alias')).toBeUndefined();
  });

  it('is a Card of RFC 9553', async () => {
    const card = await taken(full());
    expect(card).toMatchObject({
      '@type': 'Card',
      uid: 'i1',
      created: '2026-11-21T12:00:00.000Z',
      emails: { email1: { address: 'anat@x.test', 'waypost:name': 'Anat Kerry' } },
      anniversaries: { birthday: { kind: 'birth', date: { year: 1980, month: 4, day: 12 } } },
      keywords: { Friends: true, VIP: true },
      relatedTo: { Mia: { relation: { child: true } } },
      notes: { note: { note: 'Likes tea\r\nNo sugar' } },
      media: { picture: { kind: 'photo', uri: `data:image/jpeg;base64,${PICTURE}` } },
    });
    expect(card.phones?.workFax).toMatchObject({ contexts: { work: true }, features: { fax: true } });
    expect(card.addresses?.home?.contexts).toEqual({ private: true });
  });

  it('S01_TC05 is refused with a picture of more than 48 KB, and taken with one of as much', async () => {
    const picture = (length: number) => data(...texts({ Picture: `/9j/${'A'.repeat(length - 4)}` }));
    expect(await take(picture(48 * 1024 + 4))).toEqual({ kind: 'refused', status: 6 });
    expect((await take(picture(48 * 1024))).kind).toBe('item');
    expect(await take(data(...texts({ Picture: 'no base64 !' })))).toEqual({ kind: 'refused', status: 6 });
  });

  it('S01_TC06 S01_TC07 has up to 300 categories and children', async () => {
    const many = (list: string, each: string, count: number) =>
      data(
        el(
          `Contacts:${list}`,
          Array.from({ length: count }, (_, i) => el(`Contacts:${each}`, `Text ${i}`)),
        ),
      );
    for (const [list, each] of [
      ['Categories', 'Category'],
      ['Children', 'Child'],
    ] as const) {
      const answer = await shown(await taken(many(list, each, 300)));
      expect(child(answer, `Contacts:${list}`)?.children).toHaveLength(300);
      expect(await take(many(list, each, 301))).toEqual({ kind: 'refused', status: 6 });
    }
  });

  it('S01_TC08 S01_TC09 has its body cut as asked, and whole when nothing is said of a size', async () => {
    const card = await taken(full());
    const preference = { type: 1, allOrNone: false, preview: 0 } as const;
    const cut = await shown(card, { bodies: [{ ...preference, truncationSize: 8 }] });
    expect(textOf(bodyOf(cut), 'AirSyncBase:Data')).toBe('Likes te');
    expect(textOf(bodyOf(cut), 'AirSyncBase:Truncated')).toBe('1');
    const whole = await shown(card, { bodies: [{ ...preference, truncationSize: null }] });
    expect(textOf(bodyOf(whole), 'AirSyncBase:Data')).toBe('Likes tea\r\nNo sugar');
  });

  it('is refused when it is no contact, or names no date as a birthday', async () => {
    expect(await take(data(el('Email:Subject', 'x')))).toEqual({ kind: 'refused', status: 6 });
    for (const bad of ['soon', '1980-02-30T00:00:00.000Z', '1980-04-12T25:00:00Z', '99']) {
      expect(await take(data(...texts({ Birthday: bad }))), bad).toEqual({ kind: 'refused', status: 6 });
    }
    const endless = el(
      'AirSyncBase:Body',
      el('AirSyncBase:Type', 1),
      el('AirSyncBase:Data', 'x'.repeat(300_000)),
    );
    expect(await take(data(endless))).toEqual({ kind: 'refused', status: 6 });
  });

  it('takes fields that nobody has any more, and those of the recipient cache, without keeping them', async () => {
    const card = await taken(data(...texts({ Alias: 'a', WeightedRank: '5', FirstName: 'Ann' })));
    expect(plain(await shown(card))).toEqual({ 'Contacts:FirstName': 'Ann', 'Contacts:FileAs': 'Ann' });
  });

  it('survives names that objects have by themselves (A04)', async () => {
    const names = ['__proto__', 'constructor', 'toString'];
    const card = await taken(
      data(
        el(
          'Contacts:Categories',
          names.map((n) => el('Contacts:Category', n)),
        ),
        el(
          'Contacts:Children',
          names.map((n) => el('Contacts:Child', n)),
        ),
      ),
    );
    expect(plain(await shown(JSON.parse(JSON.stringify(card))))).toMatchObject({
      'Contacts:Categories': names,
      'Contacts:Children': names,
    });
  });
});

describe('a contact that a device changes', () => {
  it('S01_TC02 keeps what is ghosted, and loses what the device manages and leaves out', async () => {
    const present = await taken(full());
    const supported = ['Contacts:AssistantName', 'Contacts:Children', 'Contacts2:MMS'];
    const card = await taken(data(...texts({ AssistantName: 'Edited' })), { present, supported });
    const { 'Contacts:Children': _children, 'Contacts2:MMS': _mms, ...kept } = plain(await shown(present));
    expect(plain(await shown(card))).toEqual({ ...kept, 'Contacts:AssistantName': 'Edited' });
  });

  it('S01_TC03 keeps AssistantName and the notes when only JobTitle is managed', async () => {
    const present = await taken(full());
    const supported = ['Contacts:JobTitle'];
    const card = await taken(data(...texts({ JobTitle: 'Edited' })), { present, supported });
    const answer = await shown(card);
    expect(plain(answer)).toEqual({ ...plain(await shown(present)), 'Contacts:JobTitle': 'Edited' });
    expect(textOf(bodyOf(answer), 'AirSyncBase:Data')).toBe('Likes tea\r\nNo sugar');
  });

  it('keeps everything with an empty Supported', async () => {
    const present = await taken(full());
    const card = await taken(data(...texts({ JobTitle: 'Edited' })), { present, supported: [] });
    expect(plain(await shown(card))).toEqual({
      ...plain(await shown(present)),
      'Contacts:JobTitle': 'Edited',
    });
  });

  it('loses what is left out without a Supported, but not its picture and notes', async () => {
    const present = await taken(full());
    const answer = await shown(await taken(data(...texts({ FirstName: 'Ann' })), { present }));
    expect(plain(answer)).toEqual({
      'Contacts:FirstName': 'Ann',
      'Contacts:FileAs': 'Ann',
      'Contacts:Picture': PICTURE,
    });
    expect(textOf(bodyOf(answer), 'AirSyncBase:Data')).toBe('Likes tea\r\nNo sugar');
  });

  it('loses what is sent empty', async () => {
    const present = await taken(full());
    const cleared = data(
      ...TEXT_FIELDS.map(({ tag }) => el(tag, '')),
      el('Contacts:Categories'),
      el('Contacts:Children'),
      el('AirSyncBase:Body', el('AirSyncBase:Type', 1), el('AirSyncBase:Data', '')),
    );
    const card = await taken(cleared, { present, supported: [] });
    expect(card).toEqual({
      ...{ '@type': 'Card', version: '1.0', uid: 'i1' },
      ...{ created: '2026-11-21T12:00:00.000Z', updated: '2026-11-21T12:00:00.000Z' },
    });
  });

  it('keeps its picture when an iPhone sends an empty one, as it does with every change', async () => {
    const present = await taken(full());
    const empty = data(...texts({ Picture: '' }));
    const wish = { present, supported: ['Contacts:Picture'] };
    expect((await taken(empty, { ...wish, deviceType: 'iPhone' })).media).toEqual(present.media);
    expect((await taken(empty, { ...wish, deviceType: 'Android' })).media).toBeUndefined();
    expect((await taken(data(), { ...wish, deviceType: 'iPhone' })).media).toBeUndefined();
  });

  it('is the same as before when the device sends back what it was given', async () => {
    const present: Card = {
      ...EMPTY,
      name: { full: 'Dr. Ann Mary Lee' },
      emails: Object.fromEntries([1, 2, 3, 4, 5].map((n) => [`E${n}`, { address: `a${n}@x.test` }])),
      addresses: { A: { full: 'Street 1, Town', countryCode: 'DE' } },
      organizations: { O: { name: 'Acme', units: [{ name: 'R' }, { name: 'D' }] }, P: { name: 'Second' } },
      notes: { a: { note: '<p>Hello</p>', contentType: 'text/html' } },
    };
    const said = await shown(present);
    expect(await taken(said, { present })).toEqual(present);
  });

  it('does not lose what ActiveSync has no words for', async () => {
    const present: Card = {
      ...EMPTY,
      language: 'de',
      emails: Object.fromEntries(
        [1, 2, 3, 4, 5].map((n) => [`E${n}`, { address: `a${n}@x.test`, label: 'l' }]),
      ),
      phones: Object.fromEntries(
        [1, 2, 3].map((n) => [`P${n}`, { number: `+${n}`, features: { mobile: true as const } }]),
      ),
      addresses: {
        one: { contexts: { work: true }, components: [{ kind: 'locality', value: 'Bonn' }] },
        two: { contexts: { work: true }, full: 'Elsewhere' },
      },
      relatedTo: { 'urn:uuid:1': { relation: { spouse: true, friend: true } } },
      'waypost:vcard': [['x-strange', {}, 'text', 'kept']],
    };
    const all = TEXT_FIELDS.map(({ tag }) => tag);
    const card = await taken(data(...texts({ FirstName: 'Ann', Email2Address: 'new@x.test' })), {
      present,
      supported: all,
    });
    expect(Object.values(card.emails ?? {}).map(({ address }) => address)).toEqual([
      'new@x.test',
      'a4@x.test',
      'a5@x.test',
    ]);
    expect(card.emails?.email2?.label).toBe('l');
    expect(Object.values(card.phones ?? {}).map(({ number }) => number)).toEqual(['+2', '+3']);
    expect(Object.values(card.addresses ?? {})).toEqual([present.addresses?.two]);
    expect(card).toMatchObject({
      language: 'de',
      relatedTo: present.relatedTo,
      'waypost:vcard': present['waypost:vcard'],
    });
    // What no device saw does not move into the places that became free: the next change would take it away.
    expect(plain(await shown(card))).toEqual({
      'Contacts:FirstName': 'Ann',
      'Contacts:Email2Address': 'new@x.test',
      'Contacts:FileAs': 'Ann',
    });
  });

  it('is called anew when its name is changed in one part', async () => {
    const present: Card = { ...EMPTY, name: { full: 'Ann Lee' } };
    const card = await taken(data(...texts({ LastName: 'Kim' })), { present, supported: [] });
    expect(card.name).toEqual({
      components: [
        { kind: 'given', value: 'Ann' },
        { kind: 'surname', value: 'Kim' },
      ],
    });
    expect(plain(await shown(card))['Contacts:FileAs']).toBe('Kim, Ann');
  });
});
