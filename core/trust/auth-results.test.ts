import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authservIdOf, parseAuthResults } from './auth-results.ts';
import { platformFindings } from './platform-results.ts';
import { platformTrace } from './platform-trace.ts';

/** As Email Routing stamps it. */
const REAL =
  'mx.cloudflare.net; dkim=pass header.d=shop.example header.s=s1 header.b=JPqCTZZB; ' +
  'dkim=pass header.d=relay.example header.s=zh4 header.b=d8suBF47; ' +
  'dmarc=pass header.from=shop.example policy.dmarc=none; ' +
  'spf=none (mx.cloudflare.net: no SPF records found for postmaster@out.relay.example) smtp.helo=out.relay.example; ' +
  'spf=pass (mx.cloudflare.net: domain of b-1@send.shop.example designates 192.0.2.53 as permitted sender) ' +
  'smtp.mailfrom=b-1@send.shop.example; arc=none smtp.remote-ip=192.0.2.53';

const parsed = (text: string) =>
  parseAuthResults(text)?.entries.map(({ method, result, props }) => [
    method,
    result,
    Object.fromEntries(props),
  ]);

describe('results of authentication (RFC 8601 2.2)', () => {
  it('are read as the platform writes them', () => {
    expect(parseAuthResults(REAL)?.authservId).toBe('mx.cloudflare.net');
    expect(parsed(REAL)).toEqual([
      ['dkim', 'pass', { 'header.d': 'shop.example', 'header.s': 's1', 'header.b': 'JPqCTZZB' }],
      ['dkim', 'pass', { 'header.d': 'relay.example', 'header.s': 'zh4', 'header.b': 'd8suBF47' }],
      ['dmarc', 'pass', { 'header.from': 'shop.example', 'policy.dmarc': 'none' }],
      ['spf', 'none', { 'smtp.helo': 'out.relay.example' }],
      ['spf', 'pass', { 'smtp.mailfrom': 'b-1@send.shop.example' }],
      ['arc', 'none', { 'smtp.remote-ip': '192.0.2.53' }],
    ]);
  });

  it.each([
    ['x.example 1; none', []],
    ['x.example;', []],
    ['x.example', []],
    [
      '"x.example" ; SPF = Pass smtp.mailfrom = a@b.example',
      [['spf', 'pass', { 'smtp.mailfrom': 'a@b.example' }]],
    ],
    [
      'x.example; dkim/1=fail reason="no; key" header.i=@a.example',
      [['dkim', 'fail', { 'header.i': '@a.example' }]],
    ],
    [
      'x.example; spf=pass smtp.mailfrom="a b"@c.example',
      [['spf', 'pass', { 'smtp.mailfrom': 'a b@c.example' }]],
    ],
    ['x.example; dkim=pass header.b=ab=cd= (c=d)', [['dkim', 'pass', { 'header.b': 'ab=cd=' }]]],
    [
      'x.example; spf=pass (a (nested; dmarc=pass) comment) smtp.helo=h',
      [['spf', 'pass', { 'smtp.helo': 'h' }]],
    ],
    ['x.example; spf=pass (escaped \\) dmarc=pass) smtp.helo=h', [['spf', 'pass', { 'smtp.helo': 'h' }]]],
  ])('%s', (text, entries) => {
    expect(parsed(text)).toEqual(entries);
  });

  it.each([
    ['', 'x.example; spf=pass (never closed', 'x.example; spf=pass "never closed', '; spf=pass'],
  ])('are none where the field is broken', (...texts) => {
    for (const text of texts) expect(parseAuthResults(text)).toBeNull();
  });

  it('cannot be made of what a sender may write into them (A25)', () => {
    // The envelope sender is echoed into a comment and a property.
    const evil = '"a) dmarc=pass header.from=bank.example (b"@evil.example';
    const text = `x.example; spf=pass (domain of ${evil} designates 192.0.2.1) smtp.mailfrom=${evil}`;
    expect(parseAuthResults(text)?.entries.some((e) => e.method === 'dmarc') ?? false).toBe(false);
    const twice = parseAuthResults(
      'x.example; dmarc=fail header.from=bank.example policy.dmarc=reject; dmarc=pass header.from=bank.example policy.dmarc=none',
    );
    expect(platformFindings(twice, 'a@b.example', 'bank.example').dmarc).toEqual({
      result: 'fail',
      policy: 'reject',
    });
  });

  it('come to an end for any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '=', ';', '(', ')', '"', '\\', ' ', '.', '/') }),
        (text) => {
          expect(() => parseAuthResults(text)).not.toThrow();
          expect(() => authservIdOf(text)).not.toThrow();
        },
      ),
    );
    const started = performance.now();
    parseAuthResults(`x; ${'('.repeat(100_000)}`);
    parseAuthResults(`x; ${'a=b '.repeat(50_000)}`);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe('what the platform found out', () => {
  const of = (text: string, mailFrom = 'b-1@send.shop.example', from = 'shop.example') =>
    platformFindings(parseAuthResults(text), mailFrom, from);

  it('is taken for the identities that count', () => {
    expect(of(REAL)).toEqual({
      spf: { result: 'pass', domain: 'send.shop.example' },
      dkim: { result: 'pass', domains: ['shop.example', 'relay.example'], unknown: [] },
      dmarc: { result: 'pass', policy: 'none' },
      arc: 'none',
    });
    // A bounce has no sender but the client's name.
    expect(of(REAL, '').spf).toEqual({ result: 'none', domain: 'out.relay.example' });
  });

  it('says nothing of an author that is not the one shown', () => {
    expect(of(REAL, undefined, 'bank.example').dmarc).toBeNull();
    expect(of('x; dmarc=pass').dmarc).toBeNull();
  });

  it('is asked for again where a failure comes without its policy', () => {
    expect(of('x; dmarc=fail header.from=shop.example').dmarc).toBeNull();
    expect(of('x; dmarc=none header.from=shop.example').dmarc).toEqual({ result: 'none', policy: null });
  });

  it('leaves out what it leaves out', () => {
    expect(of('x; none')).toEqual({ spf: null, dkim: null, dmarc: null, arc: null });
    expect(of('x; spf=strange; dkim=odd')).toMatchObject({ spf: null, dkim: null });
  });
});

describe('the platform’s fields on top of a message', () => {
  const platform = { authservId: 'mx.cloudflare.net', receivedBy: 'cloudflare-email.net' };
  const received = {
    name: 'received',
    value:
      'from out.relay.example (192.0.2.53) by cloudflare-email.net (cloudflare) id x for <a@b.example>; now',
  };
  const results = { name: 'authentication-results', value: REAL };
  const spf = {
    name: 'received-spf',
    value:
      'pass (mx.cloudflare.net: words; client-ip=203.0.113.9) receiver=mx.cloudflare.net; client-ip=192.0.2.53; helo=x;',
  };
  const arc = { name: 'arc-seal', value: 'i=1; d=cloudflare-email.net' };
  const score = { name: 'x-cf-spamh-score', value: '0' };
  const theirs = { name: 'received', value: 'from a (203.0.113.1) by mx.elsewhere.example; then' };

  it('are its Received, results, Received-SPF and seals, in any order', () => {
    for (const fields of [
      [received, arc, results, spf, score],
      [results, spf, received],
      [spf, received, results],
    ]) {
      expect(platformTrace(fields, platform)).toMatchObject({
        results: { authservId: 'mx.cloudflare.net' },
        clientIp: '192.0.2.53',
        helo: 'out.relay.example',
      });
    }
    expect(platformTrace([received, spf, theirs], platform)).toMatchObject({
      results: null,
      clientIp: '192.0.2.53',
    });
  });

  it.each([
    ['its score, which it writes last', [received, score, results]],
    ['a second Received', [received, theirs, results]],
    ['any other field', [received, { name: 'x-first', value: '' }, results]],
  ])('end with %s: what the sender wrote below is not believed (A25)', (_what, fields) => {
    expect(platformTrace(fields, platform)).toMatchObject({ results: null, clientIp: '192.0.2.53' });
  });

  it('are none without its Received, or with another’s on top', () => {
    const nothing = { results: null, clientIp: null, helo: null };
    expect(platformTrace([results, spf], platform)).toEqual(nothing);
    expect(platformTrace([theirs, received, results], platform)).toEqual(nothing);
    expect(platformTrace([], platform)).toEqual(nothing);
  });

  it('give no address where the platform writes no Received and no results', () => {
    expect(platformTrace([received], { ...platform, receivedBy: null }).clientIp).toBeNull();
    expect(platformTrace([results], { ...platform, receivedBy: null }).clientIp).toBe('192.0.2.53');
    expect(
      platformTrace(
        [received, { name: 'received-spf', value: 'pass receiver=evil; client-ip=1.2.3.4' }],
        platform,
      ),
    ).toMatchObject({
      clientIp: '192.0.2.53',
    });
  });
});
