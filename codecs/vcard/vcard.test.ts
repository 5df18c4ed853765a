import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIMITS, readVCard, splitVCards, VCardError, writeVCard } from './index.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const latin1 = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));
const card = (...lines: string[]) => ['BEGIN:VCARD', ...lines, 'END:VCARD', ''].join('\r\n');
const faultOf = (input: Uint8Array) => {
  try {
    readVCard(input);
    return null;
  } catch (error) {
    return error instanceof VCardError ? error.fault : error;
  }
};
const textIn = (input: Uint8Array, name: string) =>
  readVCard(input).properties.find((property) => property[0] === name)?.[3];

describe('reading a vCard', () => {
  it('finds names, groups, parameters and values', () => {
    const { version, properties, badLines } = readVCard(
      bytes(
        card(
          'VERSION:4.0',
          'Item1.TEL;TYPE=home,voice;TYPE="work";X-P="a:b;c^n^\'d":tel:1',
          'N:Lee,Kim;Ann;;;',
          'no property',
          ';x:',
        ),
      ),
    );
    expect(version).toBe('4.0');
    expect(badLines).toBe(2);
    expect(properties).toEqual([
      ['tel', { type: ['home', 'voice', 'work'], 'x-p': 'a:b;c\n"d', group: 'item1' }, 'uri', 'tel:1'],
      ['n', {}, 'text', [['Lee', 'Kim'], 'Ann', '', '', '']],
    ]);
  });

  it('puts folded lines together, also where the fold is inside of a character', () => {
    const whole = bytes(card('VERSION:3.0', 'FN:Jörg'));
    const at = whole.indexOf(0xc3) + 1;
    const folded = new Uint8Array([...whole.subarray(0, at), 13, 10, 32, ...whole.subarray(at)]);
    expect(textIn(folded, 'fn')).toBe('Jörg');
  });

  it('reads lines whose ends were doubled on the way', () => {
    const doubled = card('VERSION:3.0', 'FN:Ann', ' Lee', 'TEL:1').replaceAll('\r\n', '\r\r\n');
    expect(readVCard(bytes(doubled)).properties.map(([, , , value]) => value)).toEqual(['AnnLee', '1']);
  });

  it('A13 reads each charset that exporters use or lie about', () => {
    const fn = (text: string) => card('VERSION:3.0', `FN${text}`);
    expect(textIn(bytes(fn(':Jörg 你好 😀')), 'fn')).toBe('Jörg 你好 😀');
    expect(textIn(bytes(`\ufeff${fn(':Jörg')}`), 'fn')).toBe('Jörg');
    expect(textIn(latin1(fn(':J\u00f6rg \u0080')), 'fn')).toBe('Jörg €');
    expect(textIn(latin1(fn(';CHARSET=ISO-8859-2:\u00b1')), 'fn')).toBe('ą');
    expect(textIn(bytes(fn(';CHARSET=ISO-8859-1:Jörg')), 'fn')).toBe('Jörg');
    expect(textIn(latin1(fn(';CHARSET=no-such:J\u00f6rg')), 'fn')).toBe('Jörg');
    expect(textIn(bytes(fn(';ENCODING=QUOTED-PRINTABLE;CHARSET=Shift_JIS:=93=FA')), 'fn')).toBe('日');
    expect(textIn(bytes(fn(';ENCODING=QUOTED-PRINTABLE:=C3=B6=ZZ=')), 'fn')).toBe('ö=ZZ');
    for (const [mark, order] of [
      [[0xff, 0xfe], (u: number) => [u & 255, u >> 8]],
      [[0xfe, 0xff], (u: number) => [u >> 8, u & 255]],
    ] as const) {
      const wide = new Uint8Array([...mark, ...[...fn(':Jörg')].flatMap((c) => order(c.charCodeAt(0)))]);
      expect(textIn(wide, 'fn')).toBe('Jörg');
    }
  });

  it('keeps commas, semicolons and backslashes of vCard 2.1 what they were', () => {
    const { properties } = readVCard(
      bytes(card('VERSION:2.1', 'NOTE:a, b\\; c\\d\\n', 'ADR;DOM;HOME:;;1\\; Main, St;;;;', 'X-A;X=1:v')),
    );
    expect(properties).toEqual([
      ['note', {}, 'text', 'a, b; c\\d\\n'],
      ['adr', { type: ['DOM', 'HOME'] }, 'text', ['', '', '1; Main, St', '', '', '', '']],
      ['x-a', { x: '1' }, 'unknown', 'v'],
    ]);
  });

  it('leaves out a card inside of a card', () => {
    const text = card('VERSION:2.1', 'FN:Outer', 'AGENT:', 'BEGIN:VCARD', 'FN:Inner', 'END:VCARD', 'TEL:1');
    expect(readVCard(bytes(text)).properties.map(([name, , , value]) => [name, value])).toEqual([
      ['fn', 'Outer'],
      ['agent', ''],
      ['tel', '1'],
    ]);
  });

  it('A13 refuses what is no card or too much of one', () => {
    expect(faultOf(bytes(''))).toBe('not-a-vcard');
    expect(faultOf(bytes('BEGIN:VCALENDAR\nEND:VCALENDAR'))).toBe('not-a-vcard');
    expect(faultOf(bytes('BEGIN:VCARD\nFN:x'))).toBe('not-a-vcard');
    expect(faultOf(bytes('END:VCARD'))).toBe('not-a-vcard');
    expect(faultOf(new Uint8Array(LIMITS.cardBytes + 1))).toBe('too-large');
    expect(faultOf(bytes(card(...Array(LIMITS.properties + 1).fill('X-A:1'))))).toBe('too-many-properties');
  });

  it('A13 A14 is quick with what is made to be slow', { timeout: 30_000 }, () => {
    const long = 2_000_000;
    const bombs = [
      card(`FN:${'a\\,'.repeat(long / 3)}`),
      card(`N:${';'.repeat(long)}`),
      card(`TEL;${'TYPE=a,'.repeat(200_000)}:1`),
      card(`TEL${';X="'.repeat(300_000)}:1`),
      card(`FN;ENCODING=QUOTED-PRINTABLE:${'=\r\n'.repeat(500_000)}`),
      card(`FN:a${'\r\n '.repeat(500_000)}`),
      card(`NICKNAME:${','.repeat(long)}`),
      card(`X-A;X=${'^'.repeat(long)}:1`),
      'BEGIN:VCARD\r\n'.repeat(100_000) + 'END:VCARD\r\n'.repeat(100_000),
      '\r\n'.repeat(long / 2),
      card(`${'g.'.repeat(500_000)}X-A:1`),
    ];
    for (const bomb of bombs) {
      const before = performance.now();
      faultOf(bytes(bomb));
      expect(performance.now() - before, bomb.slice(0, 60)).toBeLessThan(2000);
    }
  });

  it('never throws anything else, whatever the bytes', () => {
    const piece = fc.constantFrom(
      'BEGIN:VCARD',
      'END:VCARD',
      '\r\n',
      '\n',
      ' ',
      ':',
      ';',
      '=',
      '"',
      ',',
      '\\',
      'N',
      'FN',
      'TEL',
      'TYPE',
      'ENCODING',
      'QUOTED-PRINTABLE',
      'b',
      'CHARSET',
      'utf-16',
      'VERSION:2.1',
      '__proto__',
      'constructor',
      'VALUE',
      'date',
      'GEO',
      'BDAY',
      'REV',
      'ü',
      '\u0000',
      '1234',
      '.',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const fault = faultOf(bytes(`BEGIN:VCARD\n${pieces.join('')}\nEND:VCARD\n`));
        expect([null, 'not-a-vcard']).toContain(fault);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the cards of a file', () => {
  async function all(file: string | Uint8Array, size: number): Promise<(string | null)[]> {
    const whole = typeof file === 'string' ? bytes(file) : file;
    const chunks = [];
    for (let at = 0; at < whole.length; at += size) chunks.push(whole.subarray(at, at + size));
    const found = [];
    for await (const one of splitVCards(chunks)) {
      found.push(one.error === undefined ? String(textIn(one.bytes, 'fn')) : one.error.fault);
    }
    return found;
  }

  it('are found one by one, however the file arrives', async () => {
    const inner = card('FN:inner');
    const file = `\ufeff${card('VERSION:3.0', 'FN:1')}between\r\n${card('FN:2', inner)}\n${card('FN:3')}`;
    for (const size of [1, 2, 7, 10_000]) expect(await all(file, size)).toEqual(['1', '2', '3']);
    expect(await all(file.replaceAll('\r\n', '\r'), 5)).toEqual(['1', '2', '3']);
  });

  it('are found in UTF-16', async () => {
    const text = card('FN:Jörg') + card('FN:2');
    const wide = new Uint8Array([0xff, 0xfe, ...[...text].flatMap((c) => [c.charCodeAt(0), 0])]);
    for (const size of [2, 3, 1000]) expect(await all(wide, size)).toEqual(['Jörg', '2']);
  });

  it('are told of where one is too large or has no end, and the others come', async () => {
    const large = card('FN:x', `NOTE:${'a'.repeat(LIMITS.cardBytes)}`);
    const file = `${card('FN:1') + large + card('FN:3')}BEGIN:VCARD\r\nFN:4`;
    expect(await all(file, 65_536)).toEqual(['1', 'too-large', '3', 'not-a-vcard']);
  });
});

describe('writing a vCard', () => {
  it('writes nothing that does not come back as one property, whatever the types', () => {
    const text = fc.oneof(fc.string(), fc.constantFrom('a\nEND:VCARD', '\r\n\r\nX:1', ',;\\', '1980-01-01'));
    const name = fc.constantFrom(
      'fn',
      'n',
      'adr',
      'org',
      'geo',
      'bday',
      'rev',
      'agent',
      'gender',
      'photo',
      'x-a',
      'tz',
    );
    const type = fc.constantFrom(
      'text',
      'uri',
      'unknown',
      'binary',
      'vcard',
      'date',
      'date-time',
      'timestamp',
      'time',
      'utc-offset',
      'float',
      'integer',
      'boolean',
      'phone-number',
      'language-tag',
      'no-such',
    );
    const value = fc.oneof(
      text,
      fc.array(fc.oneof(text, fc.array(text, { maxLength: 3 })), { maxLength: 4 }),
    );
    const property = fc.tuple(name, fc.constant({}), type, value);
    fc.assert(
      fc.property(fc.array(property, { maxLength: 5 }), fc.constantFrom('3.0', '4.0'), (all, version) => {
        const back = readVCard(bytes(writeVCard(all, version as '3.0')));
        expect(back.properties.map(([found]) => found)).toEqual(all.map(([written]) => written));
        expect(back.badLines).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it('lets nothing break out of its line', () => {
    const text = writeVCard(
      [
        ['fn', {}, 'text', 'a\r\nEND:VCARD\u0000\rb'],
        ['x-raw', { 'x-p': 'q"\r\nX:1', group: 'it em\r\n1' }, 'unknown', 'c\r\nEND:VCARD'],
        ['bad name', {}, 'text', 'x'],
        ['end', {}, 'text', 'VCARD'],
        ['x-long', {}, 'text', 'ü'.repeat(100)],
        ['agent', {}, 'vcard', 'BEGIN:VCARD\nFN:x\nEND:VCARD'],
        ['bday', {}, 'date', '1980\nX:1'],
        ['gender', {}, 'text', ['M', ['a,b', 'c']]],
        ['note', {}, 'text', ['a;b', 'c\nX:1']],
      ],
      '4.0',
    );
    const unfolded = text.replaceAll('\r\n ', '').split('\r\n');
    expect(unfolded).toEqual([
      'BEGIN:VCARD',
      'VERSION:4.0',
      'FN:a\\nEND:VCARDb',
      'ITEM1.X-RAW;X-P="q^\'^nX:1":c\\nEND:VCARD',
      `X-LONG;VALUE=TEXT:${'ü'.repeat(100)}`,
      'AGENT;VALUE=VCARD:BEGIN:VCARD\\nFN:x\\nEND:VCARD',
      'BDAY;VALUE=DATE:1980\\nX:1',
      'GENDER:M;a\\,b,c',
      'NOTE:a\\;b;c\\nX:1',
      'END:VCARD',
      '',
    ]);
    expect(Math.max(...text.split('\r\n').map((line) => bytes(line).length))).toBeLessThanOrEqual(76);
  });
});
