import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RecordType } from '../../codecs/dns/index.ts';
import { encodeResponse, nameData, textData, type WireResponse } from '../../codecs/dns/testing.ts';
import { type DnsServer, startDnsServer } from '../../test/support/dns-server.ts';
import { createDns } from './index.ts';

describe('DNS over HTTPS', () => {
  let server: DnsServer;
  beforeAll(async () => {
    server = await startDnsServer(
      {
        'example.test': {
          MX: [{ exchange: 'mx.example.test', priority: 10 }],
          TXT: ['v=spf1 -all', 'x'.repeat(700)],
        },
        'mx.example.test': { A: ['192.0.2.1'], AAAA: ['2001:db8::1'] },
        'alias.test': { CNAME: ['mx.example.test'] },
        'broken.test': 'fails',
      },
      60,
    );
  });
  afterAll(() => server.stop());

  it('answers with the records of a name, whatever its case and the dot at its end', async () => {
    const dns = createDns({ dnsOverHttpsUrl: server.url });
    expect(await dns.query('Example.test.', 'MX')).toEqual({
      kind: 'found',
      type: 'MX',
      records: [{ exchange: 'mx.example.test', priority: 10 }],
    });
    expect(await dns.query('example.test', 'TXT')).toMatchObject({
      records: ['v=spf1 -all', 'x'.repeat(700)],
    });
    expect(await dns.query('mx.example.test', 'A')).toMatchObject({ records: ['192.0.2.1'] });
    expect(await dns.query('mx.example.test', 'AAAA')).toMatchObject({ records: ['2001:db8:0:0:0:0:0:1'] });
    expect(await dns.query('alias.test', 'CNAME')).toMatchObject({ records: ['mx.example.test'] });
  });

  it('tells no such name from no such record, and rejects when there is no answer', async () => {
    const dns = createDns({ dnsOverHttpsUrl: server.url });
    expect(await dns.query('mx.example.test', 'TXT')).toEqual({ kind: 'none' });
    expect(await dns.query('nobody.test', 'TXT')).toEqual({ kind: 'no-name' });
    await expect(dns.query('broken.test', 'TXT')).rejects.toThrow('code 2');
  });

  it('remembers answers for their time, and absence for a minute at most', async () => {
    let now = 0;
    const dns = createDns({ dnsOverHttpsUrl: server.url }, { now: () => now });
    const before = server.zone.asked.length;
    for (const at of [0, 59_999]) {
      now = at;
      await dns.query('example.test', 'TXT');
      await dns.query('nobody.test', 'TXT');
    }
    expect(server.zone.asked.length - before).toBe(2);
    now = 60_000;
    await dns.query('example.test', 'TXT');
    await dns.query('nobody.test', 'TXT');
    expect(server.zone.asked.length - before).toBe(4);
  });

  it('hands out copies: what a caller does with an answer changes no other answer', async () => {
    const dns = createDns({ dnsOverHttpsUrl: server.url });
    const first = await dns.query('example.test', 'TXT');
    if (first.kind === 'found') first.records.length = 0;
    expect(await dns.query('example.test', 'TXT')).toMatchObject({
      records: ['v=spf1 -all', 'x'.repeat(700)],
    });
  });

  it('refuses names that cannot be asked for', async () => {
    const dns = createDns({ dnsOverHttpsUrl: server.url });
    await expect(dns.query('a..test', 'TXT')).rejects.toThrow('not a name');
  });
});

describe('DNS over HTTPS with a resolver that is not as it should be', () => {
  let server: Server;
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  async function resolver(answer: (name: string) => Uint8Array | string | null): Promise<string> {
    server = createServer((request, response) => {
      const query = Buffer.from(
        new URL(request.url ?? '', 'http://x').searchParams.get('dns') ?? '',
        'base64url',
      );
      const body = answer(query.subarray(12).toString('latin1'));
      if (body === null) return;
      const type = typeof body === 'string' ? 'text/html' : 'application/dns-message';
      response.writeHead(200, { 'content-type': type }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/dns-query`;
  }
  const wire = (answers: [string, RecordType, Uint8Array][], rest: Partial<WireResponse> = {}) =>
    encodeResponse({
      question: { name: 'a.test', type: 'TXT' },
      answers: answers.map(([name, type, data]) => ({ name, type, ttl: 0, data })),
      ...rest,
    });

  it('follows the aliases of an answer in any order, without regard to records of other names', async () => {
    const url = await resolver(() =>
      wire([
        ['c.test', 'TXT', textData('right')],
        ['other.test', 'TXT', textData('wrong')],
        ['b.test', 'CNAME', nameData('c.test')],
        ['a.test', 'CNAME', nameData('b.test')],
      ]),
    );
    expect(await createDns({ dnsOverHttpsUrl: url }).query('a.test', 'TXT')).toMatchObject({
      records: ['right'],
    });
  });

  it('asks for the target of an alias that the resolver did not follow', async () => {
    const url = await resolver((name) =>
      name.startsWith('\x01a')
        ? wire([['a.test', 'CNAME', nameData('b.test')]])
        : wire([['b.test', 'TXT', textData('right')]], { question: { name: 'b.test', type: 'TXT' } }),
    );
    expect(await createDns({ dnsOverHttpsUrl: url }).query('a.test', 'TXT')).toMatchObject({
      records: ['right'],
    });
  });

  it('gives up on aliases without end', async () => {
    const circle = await resolver(() =>
      wire([
        ['a.test', 'CNAME', nameData('b.test')],
        ['b.test', 'CNAME', nameData('a.test')],
      ]),
    );
    await expect(createDns({ dnsOverHttpsUrl: circle }).query('a.test', 'TXT')).rejects.toThrow(
      'too many aliases',
    );
  });

  it('gives up on a resolver that leads from question to question', async () => {
    let asked = 0;
    const url = await resolver(() => {
      asked++;
      const name = asked === 1 ? 'a.test' : `a${asked}.test`;
      return wire([[name, 'CNAME', nameData(`a${asked + 1}.test`)]], { question: { name, type: 'TXT' } });
    });
    await expect(createDns({ dnsOverHttpsUrl: url }).query('a.test', 'TXT')).rejects.toThrow(
      'too many aliases',
    );
    expect(asked).toBe(4);
  });

  it('rejects an answer to another question, another content type, too many bytes, and silence', async () => {
    let body: Uint8Array | string | null = wire([], { question: { name: 'b.test', type: 'TXT' } });
    const url = await resolver(() => body);
    const dns = createDns({ dnsOverHttpsUrl: url }, { timeoutMs: 300 });
    await expect(dns.query('a.test', 'TXT')).rejects.toThrow('another question');
    body = '<html>';
    await expect(dns.query('a.test', 'TXT')).rejects.toThrow('text/html');
    body = new Uint8Array(70_000);
    await expect(dns.query('a.test', 'TXT')).rejects.toThrow('too long');
    body = null;
    await expect(dns.query('a.test', 'TXT')).rejects.toThrow();
  });
});
