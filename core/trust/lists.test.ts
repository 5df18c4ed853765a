import { describe, expect, it } from 'vitest';
import { formatIp, inRange, parseIp, parseIpRange } from './ip.ts';
import { addToList, canonicalEntry, readSenderLists, removeFromLists, SenderMatcher } from './lists.ts';

describe('an entry of a list', () => {
  it.each([
    ['Ann@Shop.Example', 'ann@shop.example'],
    ['shop.example', '@shop.example'],
    ['@shop.example', '@shop.example'],
    ['*.Shop.example.', '@shop.example'],
    ['bücher.example', '@xn--bcher-kva.example'],
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.77/24', '192.0.2.0/24'],
    ['192.0.2.1/32', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['2001:db8::1/32', '2001:db8::/32'],
  ])('%s is %s', (text, entry) => {
    expect(canonicalEntry(text)).toBe(entry);
    expect(canonicalEntry(entry)).toBe(entry);
  });

  it.each([
    '',
    '@',
    'a b',
    '192.0.2',
    '192.0.2.256',
    '192.0.2.1/33',
    '2001:db8::/129',
    '1.2.3.4/',
    'x@',
    'a/b',
    ':::',
    '012.0.0.1',
  ])('%j is none', (text) => {
    expect(canonicalEntry(text)).toBeNull();
  });
});

describe('addresses of the network', () => {
  it.each([
    ['2001:db8::', '2001:db8::'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['[IPv6:2001:db8::1]', '2001:db8::1'],
    ['[192.0.2.1]', '192.0.2.1'],
  ])('%s is %s', (text, canonical) => {
    const bytes = parseIp(text);
    expect(bytes === null ? null : formatIp(bytes)).toBe(canonical);
  });
  it.each([
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '::12345',
    '1.2.3',
    '::1.2.3.4.5',
    '1:2:3:4:5:6:7::8:9',
  ])('%s is none', (text) => {
    expect(parseIp(text)).toBeNull();
  });

  it('lie in ranges by their first bits', () => {
    const within = (ip: string, range: string) => {
      const [address, parsed] = [parseIp(ip), parseIpRange(range)];
      return address !== null && parsed !== null && inRange(address, parsed);
    };
    expect(within('192.0.2.127', '192.0.2.0/25')).toBe(true);
    expect(within('192.0.2.128', '192.0.2.0/25')).toBe(false);
    expect(within('10.1.2.3', '0.0.0.0/0')).toBe(true);
    expect(within('2001:db8::1', '0.0.0.0/0')).toBe(false);
    expect(within('2001:db8:8000::', '2001:db8::/33')).toBe(false);
  });
});

describe('the lists', () => {
  it('hold an entry once, in one of them', () => {
    let lists = addToList({ allow: [], block: [] }, 'block', [
      'Shop.example',
      '@shop.example',
      'a@b.example',
    ]);
    expect(lists).toEqual({ allow: [], block: ['@shop.example', 'a@b.example'] });
    lists = addToList(lists, 'allow', ['shop.example']);
    expect(lists).toEqual({ allow: ['@shop.example'], block: ['a@b.example'] });
    expect(removeFromLists(lists, ['A@b.example', 'shop.example'])).toEqual({ allow: [], block: [] });
  });

  it('refuse what is no entry, and too many', () => {
    expect(() => addToList({ allow: [], block: [] }, 'allow', ['not one'])).toThrow(
      '"not one" is no address',
    );
    const many = Array.from({ length: 1001 }, (_, n) => `d${n}.example`);
    expect(() => addToList({ allow: [], block: [] }, 'allow', many)).toThrow('at most 1000');
  });

  it('are empty where the setting is damaged', () => {
    for (const value of [null, 'x', 7, { allow: 'x' }, { allow: [7, null, 'not one'] }]) {
      expect(readSenderLists(value)).toEqual({ allow: [], block: [] });
    }
  });

  it('name addresses, domains with what is below them, and networks', () => {
    const matcher = new SenderMatcher(['ann@shop.example', '@ads.example', '192.0.2.0/24']);
    const match = (address: string, clientIp: string | null = null) =>
      matcher.match({ addresses: [address], clientIp })?.entry ?? null;
    expect(match('ann@shop.example')).toBe('ann@shop.example');
    expect(match('bob@shop.example')).toBeNull();
    expect(match('x@deep.ads.example')).toBe('@ads.example');
    expect(match('x@notads.example')).toBeNull();
    expect(match('x@y.example', '192.0.2.200')).toBe('192.0.2.0/24');
    expect(match('x@y.example', 'nonsense')).toBeNull();
  });
});
