import { describe, expect, it } from 'vitest';
import { readVCard } from '../../../codecs/vcard/index.ts';
import type { Card } from '../types.ts';
import { cardFromVCard, cardToVCard } from './index.ts';

const DEFAULTS = { uid: 'made-up', now: '2026-01-01T00:00:00Z' };

function read(text: string | Uint8Array): Card {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  return cardFromVCard(readVCard(bytes), DEFAULTS).card;
}

const lines = (version: string, ...properties: string[]) =>
  ['BEGIN:VCARD', `VERSION:${version}`, ...properties, 'END:VCARD', ''].join('\r\n');

describe('a vCard 3.0 as Apple exports it', () => {
  const card = read(
    lines(
      '3.0',
      'PRODID:-//Apple Inc.//iPhone OS 17.0//EN',
      'N:Lee;Ann;Mary;Dr.;Jr.,PhD',
      'FN:Dr. Ann Lee',
      'NICKNAME:Annie',
      'ORG:Acme\\, Inc.;Research;',
      'TITLE:Chef',
      'item1.EMAIL;type=INTERNET;type=pref:ann@x.test',
      'item1.X-ABLabel:_$!<Other>!$_',
      'TEL;type=CELL;type=VOICE;type=pref:+49 170 1',
      'TEL;type=HOME;type=FAX:+49 30 2',
      'TEL;type=IPHONE;type=CELL:+49 170 3',
      'item2.ADR;type=HOME:;;Hauptstr. 1\\nHof;Berlin;;10115;Germany',
      'item2.X-ABADR:de',
      'item3.URL;type=pref:http\\://x.test/',
      'item3.X-ABLabel:_$!<HomePage>!$_',
      'BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-29',
      'item4.X-ABDATE;type=pref:2012-10-01',
      'item4.X-ABLabel:_$!<Anniversary>!$_',
      'item5.X-ABRELATEDNAMES;type=pref:Bob',
      'item5.X-ABLabel:_$!<Spouse>!$_',
      'item6.X-ABRELATEDNAMES:Carl',
      'item6.X-ABLabel:_$!<Manager>!$_',
      'IMPP;X-SERVICE-TYPE=Skype;type=HOME:skype:ann.lee',
      'X-PHONETIC-FIRST-NAME:An',
      'PHOTO;ENCODING=b;TYPE=JPEG:/9j/AAAA',
      ' BBBB',
      'CATEGORIES:Friends,VIP',
      'NOTE:one\\, two\\nthree',
      'X-IMAGETYPE:PHOTO',
      'item9.X-ODD:kept',
      'item9.X-ABLabel:odd',
    ),
  );

  it('becomes a card', () => {
    expect(card).toMatchObject({
      uid: 'made-up',
      updated: DEFAULTS.now,
      prodId: '-//Apple Inc.//iPhone OS 17.0//EN',
      name: {
        full: 'Dr. Ann Lee',
        components: [
          { kind: 'title', value: 'Dr.' },
          { kind: 'given', value: 'Ann', phonetic: 'An' },
          { kind: 'given2', value: 'Mary' },
          { kind: 'surname', value: 'Lee' },
          { kind: 'generation', value: 'Jr.' },
          { kind: 'credential', value: 'PhD' },
        ],
      },
      keywords: { Friends: true, VIP: true },
      relatedTo: { Bob: { relation: { spouse: true } } },
      'waypost:eas': { ManagerName: 'Carl' },
    });
    const first = <T>(map: Record<string, T> | undefined) => Object.values(map ?? {});
    expect(first(card.organizations)).toEqual([{ name: 'Acme, Inc.', units: [{ name: 'Research' }] }]);
    expect(first(card.emails)).toEqual([{ address: 'ann@x.test', pref: 1, label: 'Other' }]);
    expect(first(card.phones)).toEqual([
      { number: '+49 170 1', features: { voice: true, mobile: true }, pref: 1 },
      { number: '+49 30 2', features: { fax: true }, contexts: { private: true } },
      { number: '+49 170 3', features: { mobile: true }, vCardParams: { type: 'IPHONE' } },
    ]);
    expect(first(card.addresses)).toEqual([
      {
        contexts: { private: true },
        countryCode: 'de',
        components: [
          { kind: 'name', value: 'Hauptstr. 1\nHof' },
          { kind: 'locality', value: 'Berlin' },
          { kind: 'postcode', value: '10115' },
          { kind: 'country', value: 'Germany' },
        ],
      },
    ]);
    expect(first(card.links)).toEqual([{ uri: 'http://x.test/', pref: 1, label: 'HomePage' }]);
    expect(first(card.anniversaries)).toMatchObject([
      { kind: 'birth', date: { month: 2, day: 29 } },
      { kind: 'wedding', date: { year: 2012, month: 10, day: 1 } },
    ]);
    expect(first(card.onlineServices)).toEqual([
      { service: 'Skype', uri: 'skype:ann.lee', contexts: { private: true } },
    ]);
    expect(first(card.media)).toEqual([
      { kind: 'photo', uri: 'data:image/jpeg;base64,/9j/AAAABBBB', mediaType: 'image/jpeg' },
    ]);
    expect(first(card.notes)).toEqual([{ note: 'one, two\nthree' }]);
  });

  it('keeps what it does not understand, and writes it again', () => {
    expect(card['waypost:vcard']).toEqual([
      ['x-imagetype', {}, 'unknown', 'PHOTO'],
      ['x-odd', { group: 'item9' }, 'unknown', 'kept'],
      ['x-ablabel', { group: 'item9' }, 'unknown', 'odd'],
    ]);
    for (const version of ['3.0', '4.0'] as const) {
      const text = cardToVCard(card, version);
      expect(text).toContain('\r\nITEM9.X-ODD:kept\r\n');
      expect(text).toContain('\r\nX-IMAGETYPE:PHOTO\r\n');
      expect(read(text)).toEqual(card);
      expect(text).not.toContain('JSPROP');
    }
  });
});

describe('a vCard 2.1', () => {
  it('is read with its quoted-printable, charsets and bare types', () => {
    const card = read(
      lines(
        '2.1',
        'N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg;;;',
        'FN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:J=F6rg M=FCller',
        'TEL;CELL;PREF:0170 1',
        'TEL;WORK;FAX:0170 2',
        'ADR;HOME;ENCODING=QUOTED-PRINTABLE:;;Hauptstr. 1=0D=0AHof;Bonn, Beuel;;53225;',
        'NOTE;ENCODING=QUOTED-PRINTABLE:a long=20=',
        'line, with a comma',
        'PHOTO;JPEG;BASE64:',
        ' /9j/AAAA',
        ' BBBB',
        '',
        'EMAIL;INTERNET:j@x.test',
      ),
    );
    expect(card.name).toEqual({
      full: 'Jörg Müller',
      components: [
        { kind: 'given', value: 'Jörg' },
        { kind: 'surname', value: 'Müller' },
      ],
    });
    expect(Object.values(card.phones ?? {})).toEqual([
      { number: '0170 1', features: { mobile: true }, pref: 1 },
      { number: '0170 2', features: { fax: true }, contexts: { work: true } },
    ]);
    expect(Object.values(card.addresses ?? {})[0]?.components).toEqual([
      { kind: 'name', value: 'Hauptstr. 1\nHof' },
      { kind: 'locality', value: 'Bonn, Beuel' },
      { kind: 'postcode', value: '53225' },
    ]);
    expect(Object.values(card.notes ?? {})).toEqual([{ note: 'a long line, with a comma' }]);
    expect(Object.values(card.media ?? {})[0]?.uri).toBe('data:image/jpeg;base64,/9j/AAAABBBB');
    expect(Object.values(card.emails ?? {})).toEqual([{ address: 'j@x.test' }]);
    for (const version of ['3.0', '4.0'] as const) expect(read(cardToVCard(card, version))).toEqual(card);
  });
});

describe('a vCard 4.0', () => {
  it('is read by RFC 9555', () => {
    const card = read(
      lines(
        '4.0',
        'UID:urn:uuid:1',
        'REV:20260102T030405Z',
        'CREATED:20250102T030405Z',
        'KIND:org',
        'LANGUAGE:de',
        'FN:Acme',
        'TEL;VALUE=uri;PREF=1;TYPE="voice,work":tel:+1-555-1',
        'TEL;VALUE=uri:tel:+1-555-2;ext=3',
        'ADR;LABEL="Somewhere^nTown";CC=US;PREF=2:;;1 Main St;Town;CA;9;USA',
        'BDAY:--0415',
        'ANNIVERSARY:1996-04',
        'RELATED;TYPE=spouse;VALUE=text:Bob',
        'RELATED;TYPE=friend:urn:uuid:2',
        'MEMBER:urn:uuid:3',
        'PHOTO:data:image/png;base64,iVBORw0KGgo=',
        'GEO:geo:1,2',
        'X-QUOTED;X-P="a;b:c":v\\,w',
        'JSPROP;JSPTR="waypost:eas":{"GovernmentId":"7"}',
      ),
    );
    expect(card).toMatchObject({
      uid: 'urn:uuid:1',
      updated: '2026-01-02T03:04:05Z',
      created: '2025-01-02T03:04:05Z',
      kind: 'org',
      language: 'de',
      name: { full: 'Acme' },
      members: { 'urn:uuid:3': true },
      relatedTo: { Bob: { relation: { spouse: true } }, 'urn:uuid:2': { relation: { friend: true } } },
      'waypost:eas': { GovernmentId: '7' },
    });
    expect(Object.values(card.phones ?? {})).toEqual([
      { number: '+1-555-1', features: { voice: true }, contexts: { work: true }, pref: 1 },
      { number: 'tel:+1-555-2;ext=3' },
    ]);
    expect(Object.values(card.addresses ?? {})).toMatchObject([
      { full: 'Somewhere\nTown', countryCode: 'US', pref: 2 },
    ]);
    expect(Object.values(card.anniversaries ?? {}).map(({ date }) => date)).toEqual([
      { month: 4, day: 15 },
      { year: 1996, month: 4 },
    ]);
    expect(card['waypost:vcard']).toEqual([
      ['geo', {}, 'uri', 'geo:1,2'],
      ['x-quoted', { 'x-p': 'a;b:c' }, 'unknown', 'v\\,w'],
    ]);
    expect(read(cardToVCard(card, '4.0'))).toEqual(card);
    expect(read(cardToVCard(card, '3.0'))).toEqual(card);
  });

  it('takes from JSPROP only what a card may hold', () => {
    const card = read(
      lines(
        '4.0',
        'FN:Ann',
        'JSPROP;JSPTR=emails:5',
        'JSPROP;JSPTR=phones:{"a":{"number":7}}',
        'JSPROP;JSPTR=name:{"components":[null]}',
        'JSPROP;JSPTR=uid:null',
        'JSPROP;JSPTR=__proto__:{"polluted":true}',
        'JSPROP;JSPTR=waypost:vcard:[["x"\\,{}]]',
        `JSPROP;JSPTR=deep:${'['.repeat(500)}${']'.repeat(500)}`,
        'JSPROP;JSPTR=other:{"any":1}',
        'JSPROP;JSPTR=broken:{',
      ),
    );
    expect(card).toEqual({
      '@type': 'Card',
      version: '1.0',
      uid: 'made-up',
      updated: DEFAULTS.now,
      name: { full: 'Ann' },
      other: { any: 1 },
    });
    expect(Object.getPrototypeOf(card)).toBe(Object.prototype);
  });

  it('leaves out a photo that is too large for a card, and says so', () => {
    const photo = `PHOTO:data:image/jpeg;base64,${'A'.repeat(200_000)}`;
    const { card, dropped } = cardFromVCard(
      readVCard(new TextEncoder().encode(lines('4.0', 'FN:Ann', photo))),
      DEFAULTS,
    );
    expect(dropped).toEqual(['photo']);
    expect(card.media).toBeUndefined();
  });
});

describe('a vCard that is made to be slow', () => {
  it('A13 loses what is beyond all use', () => {
    const list = Array.from({ length: 15_000 }, (_, i) => `n${i}`).join(',');
    const text = lines(
      '4.0',
      ...Array<string>(20).fill(`NICKNAME:${list}`),
      ...Array<string>(20).fill(`CATEGORIES:${list}`),
    );
    const before = performance.now();
    const { card, dropped } = cardFromVCard(readVCard(new TextEncoder().encode(text)), DEFAULTS);
    expect(performance.now() - before).toBeLessThan(2000);
    expect(Object.keys(card.nicknames ?? {})).toHaveLength(1000);
    expect(Object.keys(card.keywords ?? {})).toHaveLength(1000);
    expect(dropped).toEqual(['nickname', 'categories']);
  });
});
