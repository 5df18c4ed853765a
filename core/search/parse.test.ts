import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseQuery } from './parse.ts';
import { QUERY_LIMITS, type Query } from './query.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
const parse = (text: string) =>
  parseQuery(text, { now: NOW, foldersNamed: (name) => (name === 'Sent Items' ? ['sent'] : []) });

/** A query as a short text. */
function show(query: Query | null): string {
  if (query === null) return '-';
  switch (query.kind) {
    case 'and':
      return `(${query.of.map(show).join(' & ')})`;
    case 'or':
      return `(${query.of.map(show).join(' | ')})`;
    case 'not':
      return `!${show(query.of)}`;
    case 'text':
      return `${query.fields === null ? '' : `${query.fields.join(',')}:`}${query.text}${query.prefix ? '*' : ''}`;
    case 'received':
      return `${day(query.from)}..${day(query.before)}`;
    case 'size':
      return `${query.min ?? ''}-${query.max ?? ''}b`;
    case 'folders':
      return `in:${query.folderIds.join(',')}`;
    case 'category':
      return `#${query.name}`;
    case 'thread':
    case 'all':
      return query.kind;
    default:
      return `${query.kind}=${query.is}`;
  }
}

const day = (at: number | null) => (at === null ? '' : new Date(at).toISOString().slice(0, 10));

test.each([
  ['', '-'],
  ['  ', '-'],
  ['!? * ... "--"', '-'],
  ['a !? b', '(a* & b*)'],
  ['plan', 'plan*'],
  ['plan day', '(plan* & day*)'],
  ['"plan of the day"', 'plan of the day'],
  ['„plan day“ x', '(plan day & x*)'],
  ['"never closed', 'never closed'],
  ['a OR b c', '(a* | (b* & c*))'],
  ['a AND b', '(a* & b*)'],
  ['a and b', '(a* & and* & b*)'],
  ['a NOT b', '(a* & !b*)'],
  ['a -b', '(a* & !b*)'],
  ['-"a b"', '!a b'],
  ['-(a OR b)', '!(a* | b*)'],
  ['(a (b OR c)) d', '((a* & (b* | c*)) & d*)'],
  ['a) b ( c', '(a* & (b* & c*))'],
  ['AND OR NOT', '-'],
  ['e-mail', 'e-mail*'],
  ['from:ann', 'from:ann*'],
  ['From:"Ann Lee"', 'from:Ann Lee'],
  ['subject:(a b)', '(subject:a* & subject:b*)'],
  ['-subject:a', '!subject:a*'],
  ['participants=ann', 'from,to,cc,bcc:ann*'],
  ['filename:plan.pdf', 'files:plan.pdf*'],
  ['has:attachment', 'attachment=true'],
  ['hasattachment:no', 'attachment=false'],
  ['is:unread is:flagged', '(read=false & flagged=true)'],
  ['isread:true', 'read=true'],
  ['larger:10MB', '10485760-b'],
  ['size<1.5k', '-1535b'],
  ['size:1k..2k', '1024-2048b'],
  ['received:today', '2026-11-21..2026-11-22'],
  ['received:yesterday', '2026-11-20..2026-11-21'],
  ['received:"this week"', '2026-11-16..2026-11-23'],
  ['received:lastweek', '2026-11-09..2026-11-16'],
  ['received:lastmonth', '2026-10-01..2026-11-01'],
  ['received:lastyear', '2025-01-01..2026-01-01'],
  ['received:2026-02', '2026-02-01..2026-03-01'],
  ['received>=2026-02-01', '2026-02-01..'],
  ['received:>2026-02-01', '2026-02-02..'],
  ['received<=2/1/2026', '..2026-02-02'],
  ['before:2026-02-01 after:2025-12-31', '(..2026-02-01 & 2025-12-31..)'],
  ['sent:2026-01-01..2026-01-31', '2026-01-01..2026-02-01'],
  ['received:2026-02-31', 'received:2026-02-31*'],
  ['category:"Very red"', '#Very red'],
  ['in:"Sent Items" x', '(in:sent & x*)'],
  ['in:Nowhere', 'in:Nowhere*'],
  ['kind:email x', '(all & x*)'],
  ['http://example.com/a', 'http://example.com/a*'],
  ['from:', 'from:*'],
  ['is:what', 'is:what*'],
  ['constructor:x', 'constructor:x*'],
  ['会議 OR 東京', '(会議* | 東京*)'],
])('%s', (text, expected) => {
  expect(show(parse(text))).toBe(expected);
});

describe('hostile text', () => {
  test('of any kind makes a query of bounded size, and never an error', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '(',
        ')',
        '"',
        '-',
        ' OR ',
        ' AND ',
        ' NOT ',
        ':',
        'from:',
        'size>',
        'received:',
        '..',
        '*',
        ' ',
      ),
      fc.string({ maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const query = parse(pieces.join(''));
        expect(depthOf(query)).toBeLessThanOrEqual(3 * QUERY_LIMITS.depth + 4);
      }),
    );
  });

  test('a million parentheses are read in no time', () => {
    const start = process.cpuUsage();
    for (const text of [
      '('.repeat(1e6),
      '(a '.repeat(3e5),
      'NOT '.repeat(3e5),
      '"'.repeat(1e6),
      '-'.repeat(1e6),
    ]) {
      expect(depthOf(parse(text))).toBeLessThan(50);
    }
    expect(process.cpuUsage(start).user).toBeLessThan(2_000_000);
  });
});

function depthOf(query: Query | null): number {
  if (query === null) return 0;
  if (query.kind === 'not') return 1 + depthOf(query.of);
  if (query.kind === 'and' || query.kind === 'or') return 1 + Math.max(0, ...query.of.map(depthOf));
  return 1;
}
