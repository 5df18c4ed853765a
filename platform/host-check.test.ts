import { describe, expect, test } from 'vitest';
import type { Dns } from '../core/ports/dns.ts';
import { checkHost, checkHostForm, HostRefused } from './host-check.ts';

const PUBLIC = { ports: [465, 587], allowPrivate: false };
const PRIVATE = { ports: [465, 587], allowPrivate: true };

function reason(work: () => unknown): string | null {
  try {
    work();
    return null;
  } catch (error) {
    if (!(error instanceof HostRefused)) throw error;
    return error.reason;
  }
}

describe('a host written out', () => {
  test.each([
    ...[
      '127.0.0.1',
      '127.1.2.3',
      '10.0.0.1',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.1.1',
      '169.254.169.254',
    ],
    ...['100.64.0.1', '100.127.255.255', '0.0.0.0', '192.0.0.1', '192.0.2.1', '198.18.0.1', '198.51.100.1'],
    ...['203.0.113.9', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255', '127.0.0.1.'],
    ...['::', '::1', '[::1]', 'fc00::1', 'fd12:3456::1', 'fe80::1', 'fec0::1', 'ff02::1', '2001:db8::1'],
    ...['::ffff:127.0.0.1', '::ffff:7f00:1', '[::ffff:10.0.0.1]', '::127.0.0.1', '64:ff9b::7f00:1'],
    ...[
      '64:ff9b::10.0.0.1',
      '64:ff9b:1::1',
      '2002:7f00:1::1',
      '2002:a00:1::1',
      '2001::1',
      '100::1',
      '3fff::1',
    ],
    ...[
      'localhost',
      'LOCALHOST',
      'localhost.',
      'a.localhost',
      'printer',
      'db.internal',
      'nas.local',
      'x.home.arpa',
    ],
    ...['1.0.0.127.in-addr.arpa', 'x.test', 'router.lan'],
  ])('in a private network is refused: %s', (host) => {
    expect(reason(() => checkHostForm(host, 465, PUBLIC))).toBe('private');
  });

  test.each([
    ...['2130706433', '0x7f000001', '0x7f.1', '127.1', '0177.0.0.1', '127.0.0.01', '0x7f.0.0.1', '1.2.3.4.5'],
    ...['127.0.0.256', 'a.0x7f', 'evil.123', '0', ''],
    ...[
      'a b.com',
      'a@b.com',
      'a/b.com',
      'a:25',
      'a\r\nb.com',
      'a\0.com',
      '-a.com',
      'a..com',
      '.com',
      '%6c.com',
    ],
    ...[
      '{}',
      '*.com',
      'ｌｏｃａｌｈｏｓｔ',
      '１２７.0.0.1',
      'a'.repeat(64).concat('.com'),
      '[::1',
      '::1::',
      '[fe80::1%25eth0]',
    ],
    ...['fe80::1%eth0', 'waypost.someone.workers.dev'],
  ])('that is no plain name or address is refused: %j', (host) => {
    expect(reason(() => checkHostForm(host, 465, PUBLIC))).toBe('name');
  });

  test.each([
    ...['smtp.example.com', 'SMTP.Example.COM.', 'xn--bcher-kva.ch', '8.8.8.8', '172.32.0.1', '100.128.0.1'],
    ...[
      '2606:4700:4700::1111',
      '[2606:4700::1]',
      '::ffff:8.8.8.8',
      '64:ff9b::8.8.8.8',
      '2002:808:808::1',
      'notlocalhost.com',
    ],
  ])('that everybody can reach is fine: %s', (host) => {
    expect(reason(() => checkHostForm(host, 465, PUBLIC))).toBeNull();
  });

  test('has one form', () => {
    expect(checkHostForm('SMTP.Example.COM.', 465, PUBLIC)).toEqual({
      kind: 'name',
      host: 'smtp.example.com',
    });
    expect(checkHostForm('[2606:4700::1]', 465, PUBLIC)).toEqual({ kind: 'address', host: '2606:4700::1' });
  });

  test('only on a port that is allowed', () => {
    for (const port of [25, 22, 80, 0, -1, 465.5, 70_000, Number.NaN])
      expect(reason(() => checkHostForm('smtp.example.com', port, PRIVATE))).toBe('port');
  });

  test('may be private where the installation says so, and is still a host', () => {
    for (const host of ['127.0.0.1', 'localhost', 'mail', '::1', '10.1.1.1'])
      expect(reason(() => checkHostForm(host, 587, PRIVATE))).toBeNull();
    for (const host of ['0x7f.1', '2130706433', 'a b', '']) {
      expect(reason(() => checkHostForm(host, 587, PRIVATE))).toBe('name');
    }
  });
});

describe('a name', () => {
  const dns = (records: { A?: string[]; AAAA?: string[] }): Dns => ({
    async query(_, type) {
      const found = type === 'A' || type === 'AAAA' ? records[type] : undefined;
      return found === undefined ? { kind: 'none' } : { kind: 'found', type: 'A', records: found };
    },
  });
  const check = (records: { A?: string[]; AAAA?: string[] }) =>
    checkHost(dns(records), 'smtp.example.com', 465, PUBLIC);

  test('of public addresses is fine', async () => {
    const records = { A: ['8.8.8.8'], AAAA: ['2606:4700::1'] };
    expect(await check(records)).toEqual({ kind: 'name', host: 'smtp.example.com' });
    expect(await check({ AAAA: ['2606:4700::1'] })).toMatchObject({ kind: 'name' });
  });

  test.each([
    { A: ['127.0.0.1'] },
    { A: ['8.8.8.8', '10.0.0.1'] },
    { A: ['8.8.8.8'], AAAA: ['::1'] },
    { AAAA: ['::ffff:169.254.169.254'] },
    { A: ['not an address'] },
  ])('that leads into a private network by one of its addresses is refused: %j', async (records) => {
    await expect(check(records)).rejects.toMatchObject({ reason: 'private' });
  });

  test('without an address is refused', async () => {
    await expect(check({})).rejects.toMatchObject({ reason: 'unknown' });
  });

  test('is asked for anew each time, so that a changed answer counts', async () => {
    const answers = [['8.8.8.8'], ['127.0.0.1']];
    const changing: Dns = {
      query: async (_, type) =>
        type === 'A' ? { kind: 'found', type, records: answers.shift() ?? [] } : { kind: 'none' },
    };
    await checkHost(changing, 'smtp.example.com', 465, PUBLIC);
    await expect(checkHost(changing, 'smtp.example.com', 465, PUBLIC)).rejects.toMatchObject({
      reason: 'private',
    });
  });

  test('is not asked for when it is refused by its form, or written out, or may be private', async () => {
    const never: Dns = { query: () => Promise.reject(new Error('asked')) };
    await expect(checkHost(never, 'localhost', 465, PUBLIC)).rejects.toMatchObject({ reason: 'private' });
    expect(await checkHost(never, '8.8.8.8', 465, PUBLIC)).toMatchObject({ kind: 'address' });
    expect(await checkHost(never, 'localhost', 465, PRIVATE)).toMatchObject({ kind: 'name' });
    await expect(checkHost(never, 'smtp.example.com', 465, PUBLIC)).rejects.toThrow('asked');
  });
});
