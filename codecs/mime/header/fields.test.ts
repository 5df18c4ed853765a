import { describe, expect, it } from 'vitest';
import { parseAddresses } from './addresses.ts';
import { parseDate } from './date.ts';
import { parseMessageId, parseMessageIds } from './message-ids.ts';

function addresses(field: string): string[] {
  return parseAddresses(field, 1000).addresses.map(({ name, address }) => `${name}|${address}`);
}

describe('addresses', () => {
  it.each([
    ['a@x.org', ['|a@x.org']],
    ['"Smith, John" (c) <john@x.org>, b@x.org', ['Smith, John|john@x.org', '|b@x.org']],
    ['Team: a@x.org, "B \\"q\\" C" <b@x.org>;, c@x.org', ['|a@x.org', 'B "q" C|b@x.org', '|c@x.org']],
    ['undisclosed-recipients:;', []],
    ['=?utf-8?q?J=C3=BCrgen?= <j@x.org>', ['Jürgen|j@x.org']],
    ['=?UTF-8?B?5pel5g==?= =?UTF-8?B?nKzoqp4=?= <j@x.org>', ['日本語|j@x.org']],
    ['=?utf-8?q?a=2C_b=3B_=3Cevil=40x=3E?= <real@x.org>', ['a, b; <evil@x>|real@x.org']],
    ['Žluťoučký <a@x.org>', ['Žluťoučký|a@x.org']],
    ['=?utf-8?q?a=0D=0ABcc:x?= <a@x.org>', ['a Bcc:x|a@x.org']],
    ['', []],
    ['   ', []],
    ['just a name', ['just a name|']],
  ])('%s', (field, expected) => {
    expect(addresses(field)).toEqual(expected);
  });

  it('are bounded in number', () => {
    const parsed = parseAddresses('a@b, '.repeat(50), 10);
    expect(parsed.addresses).toHaveLength(10);
    expect(parsed.truncated).toBe(true);
  });

  it('in groups inside groups without end are not taken apart', () => {
    const parsed = parseAddresses(`${'g:'.repeat(20_000)}a@b${';'.repeat(20_000)}`, 1000);
    expect(parsed.truncated).toBe(true);
    expect(parsed.addresses).toHaveLength(1);
  });

  it.each([
    '(',
    '"',
    '<',
    'a@',
    '<a@b',
    ':',
    ',',
    '\\',
    '@',
    ' (',
    '=?utf-8?q?a?= ',
  ])('of 64 KB of %s cost bounded time', (unit) => {
    const field = unit.repeat(Math.ceil(65_536 / unit.length));
    const start = performance.now();
    parseAddresses(field, 1000);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe('a date', () => {
  const expected = Date.UTC(2026, 10, 20, 9, 0, 0);
  it.each([
    'Fri, 20 Nov 2026 10:00:00 +0100',
    'Fri, 20 Nov 2026 10:00:00 +0100 (CET (nested))',
    '20 Nov 2026 09:00 GMT',
    'Fri, 20 Nov 26 04:00:00 EST',
    'Fri, 20-Nov-2026 09:00:00 UT',
    'Fri,20 Nov 2026 09:00:00',
    'Friday, 20 November 2026 09:00:00 -0000',
    'Fri Nov 20 09:00:00 2026',
    'Nov 20, 2026 09:00:00 +0000',
    'Fri, 20 Nov 2026 10:00:00 GMT+01:00',
    '2026-11-20T10:00:00+01:00',
    '  Fri, 20  Nov\t2026 10:00:00 +0100 ',
  ])('%s', (field) => {
    expect(parseDate(field)).toBe(expected);
  });

  it.each([
    '',
    'yesterday',
    'Tue, 99 Foo 99999999 99:99:99 +9999',
    '31 Feb 2026 10:00:00 +0000',
    '1 Jan 1900 00:00:00 +0000',
    '1 Jan 9999 00:00:00 +0000',
    '20 Nov 2026',
    '20 Nov 2026 25:00:00',
    '('.repeat(100_000),
    '9'.repeat(100_000),
  ])('is null when it is none: %.40s', (field) => {
    expect(parseDate(field)).toBeNull();
  });
});

describe('message ids', () => {
  it('are read without brackets, each once', () => {
    expect(parseMessageIds('<1@x> (c) <2@x>\t<1@x><3@x', 100).ids).toEqual(['1@x', '2@x', '3@x']);
    expect(parseMessageIds('Message of Friday from "A" <id@x>', 100).ids).toEqual(['id@x']);
    expect(parseMessageIds('a@x b@x', 100).ids).toEqual(['a@x', 'b@x']);
    expect(parseMessageIds('no id at all', 100).ids).toEqual([]);
    expect(parseMessageIds('<folded @x>', 100).ids).toEqual(['folded@x']);
  });

  it('are bounded: the root of the thread and the nearest stay', () => {
    const field = Array.from({ length: 500 }, (_, i) => `<${i}@x>`).join(' ');
    expect(parseMessageIds(field, 3)).toEqual({ ids: ['0@x', '498@x', '499@x'], truncated: true });
  });

  it('of the message itself are taken in any form', () => {
    expect(parseMessageId('<a@b>')).toBe('a@b');
    expect(parseMessageId('a@b')).toBe('a@b');
    expect(parseMessageId('odd')).toBe('odd');
    expect(parseMessageId(' ')).toBeNull();
    expect(parseMessageId(`<${'a'.repeat(5000)}@b>`)).toHaveLength(998);
  });
});
