import { describe, expect, it } from 'vitest';
import { createMemoryDns } from './memory.ts';

describe('the DNS of tests', () => {
  const dns = createMemoryDns({
    'example.test': { MX: [{ exchange: 'mx.example.test', priority: 10 }], TXT: ['v=spf1 -all'] },
    'mx.example.test': { A: ['192.0.2.1'] },
    'alias.example.test': { CNAME: ['mx.example.test'] },
    'loop.example.test': { CNAME: ['loop.example.test'] },
    'deep.under.example.test': { TXT: ['x'] },
    'broken.test': 'fails',
  });

  it('answers with the records of a type, whatever the case and the dot at the end', async () => {
    expect(await dns.query('Example.TEST.', 'MX')).toEqual({
      kind: 'found',
      type: 'MX',
      records: [{ exchange: 'mx.example.test', priority: 10 }],
    });
    expect(await dns.query('example.test', 'TXT')).toEqual({
      kind: 'found',
      type: 'TXT',
      records: ['v=spf1 -all'],
    });
  });

  it('tells a name without such records from a name that does not exist', async () => {
    expect(await dns.query('example.test', 'AAAA')).toEqual({ kind: 'none' });
    expect(await dns.query('under.example.test', 'TXT')).toEqual({ kind: 'none' });
    expect(await dns.query('nobody.test', 'TXT')).toEqual({ kind: 'no-name' });
  });

  it('follows aliases, and rejects when they have no end or the name fails', async () => {
    expect(await dns.query('alias.example.test', 'A')).toMatchObject({ records: ['192.0.2.1'] });
    await expect(dns.query('loop.example.test', 'A')).rejects.toThrow('too many aliases');
    await expect(dns.query('broken.test', 'TXT')).rejects.toThrow('no answer');
  });

  it('takes changes and remembers the questions', async () => {
    const own = createMemoryDns();
    own.set('a.test', { TXT: ['1'] });
    expect(await own.query('a.test', 'TXT')).toMatchObject({ records: ['1'] });
    own.set('a.test', null);
    expect(await own.query('a.test', 'TXT')).toEqual({ kind: 'no-name' });
    expect(own.asked).toEqual(['TXT a.test', 'TXT a.test']);
  });
});
