/** Messages that are made to cost: every check has its bounds (ATTACKS A25). */
import { describe, expect, it } from 'vitest';
import { mailOfSize, streamOf } from '../../test/support/mail.ts';
import { SIGNED, SIGNED_ZONE } from '../../test/support/signed.worker.ts';
import { createMemoryDns } from '../dns/memory.ts';
import { createMailAuth } from './index.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const open = (raw: Uint8Array | string) => ({
  open: async () => streamOf(typeof raw === 'string' ? bytes(raw) : raw),
});
const FAKE = 'DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=D; s=S; h=from; bh=AAAA; b=AAAA\r\n';
const ARC_FAKE = (i: number) =>
  `ARC-Seal: i=${i}; a=rsa-sha256; cv=${i === 1 ? 'none' : 'pass'}; d=d${i}.example; s=s; b=AAAA\r\n` +
  `ARC-Message-Signature: i=${i}; a=rsa-sha256; d=d${i}.example; s=s; h=from; bh=AAAA; b=AAAA\r\n` +
  `ARC-Authentication-Results: i=${i}; x; dmarc=pass\r\n`;

describe('what costs much', () => {
  it('1,000 signatures: ten are looked at, in little time', async () => {
    const dns = createMemoryDns(SIGNED_ZONE);
    const { signatures } = createMailAuth(dns);
    const flood = Array.from({ length: 1000 }, (_, n) => FAKE.replace('d=D', `d=d${n}.example`)).join('');
    const started = performance.now();
    const { dkim } = await signatures(open(flood + SIGNED.rsa));
    expect(dkim.result).toBe('fail');
    expect(performance.now() - started).toBeLessThan(3000);
    const few = await signatures(open(FAKE.repeat(9) + SIGNED.rsa));
    expect(few.dkim).toMatchObject({ result: 'pass', domains: ['signed.example'] });
    expect(dns.asked.length).toBeLessThanOrEqual(30);
  });

  it.each([
    ['of one line', `X: ${'y'.repeat(10_000_000)}\r\n`],
    ['of continued lines', `X: y\r\n${' z\r\n'.repeat(2_500_000)}`],
    ['of short fields', 'A: b\r\n'.repeat(1_600_000)],
    ['that never ends', `DKIM-Signature: ${'v=1;'.repeat(2_500_000)}`],
  ])('10 MB of header %s: its signatures are not checked', async (_what, header) => {
    const { signatures } = createMailAuth(createMemoryDns(SIGNED_ZONE));
    const started = performance.now();
    const { dkim, arc } = await signatures(open(header + SIGNED.rsa));
    expect([dkim.result, arc.result]).toEqual(['policy', 'fail']);
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it('fifty seals: not one question of the DNS', async () => {
    const dns = createMemoryDns(SIGNED_ZONE);
    const { signatures } = createMailAuth(dns);
    const seals = Array.from({ length: 50 }, (_, n) => ARC_FAKE(50 - n)).join('');
    expect((await signatures(open(seals + SIGNED.rsa))).arc.result).toBe('fail');
    expect(dns.asked).toEqual([]);
  });

  it('ten seals: no more questions than there may be', async () => {
    const dns = createMemoryDns(SIGNED_ZONE);
    const { signatures } = createMailAuth(dns);
    const seals = Array.from({ length: 10 }, (_, n) => ARC_FAKE(10 - n)).join('');
    const { arc, dkim } = await signatures(open(seals + SIGNED.rsa));
    expect([arc.result, dkim.result]).toEqual(['fail', 'pass']);
    expect(dns.asked.length).toBeLessThanOrEqual(30);
  });

  it('25 MB of body: streamed, and no more of it held than a few chunks', async () => {
    const { signatures } = createMailAuth(createMemoryDns(SIGNED_ZONE));
    const head = bytes(SIGNED.rsa.slice(0, SIGNED.rsa.indexOf('From: Ann')));
    for (const line of ['\r\n', '\n']) {
      const body = bytes(new TextDecoder().decode(mailOfSize(1024 * 1024)).replaceAll('\r\n', line));
      let chunks = 0;
      let peak = 0;
      const before = process.memoryUsage().rss;
      const stream = new ReadableStream<Uint8Array>({
        pull(controller) {
          if (chunks > 25) return controller.close();
          controller.enqueue(chunks === 0 ? head : body.slice());
          chunks++;
          peak = Math.max(peak, process.memoryUsage().rss - before);
        },
      });
      const started = performance.now();
      const { dkim } = await signatures({ open: async () => stream });
      expect(dkim.result).toBe('fail');
      expect(performance.now() - started).toBeLessThan(20_000);
      expect(peak).toBeLessThan(200 * 1024 * 1024);
    }
  }, 60_000);

  it('a DNS that never answers: temperror after the time limit', async () => {
    const dns = { query: () => new Promise<never>(() => undefined) };
    const { spf, signatures, dmarc } = createMailAuth(dns, { timeoutMs: 50 });
    const none = { result: 'none' as const, domain: '', domains: [], unknown: [] };
    expect((await spf({ mailFrom: 'a@b.example', clientIp: '192.0.2.1', helo: null })).result).toBe(
      'temperror',
    );
    expect((await signatures(open(SIGNED.rsa))).dkim.result).toBe('temperror');
    expect((await dmarc('b.example', none, none)).result).toBe('temperror');
  });

  it('an outage: after the first questions nothing is asked for a while, and then again', async () => {
    let now = 1_000_000;
    const down = { up: false, asked: 0 };
    const records = createMemoryDns(SIGNED_ZONE);
    const dns: typeof records = {
      ...records,
      query(name, type) {
        down.asked++;
        return down.up ? records.query(name, type) : Promise.reject(new Error('no network'));
      },
    };
    const { signatures } = createMailAuth(dns, { now: () => now });
    expect((await signatures(open(SIGNED.rsa))).dkim.result).toBe('temperror');
    const askedFirst = down.asked;
    for (let n = 0; n < 20; n++) expect((await signatures(open(SIGNED.rsa))).dkim.result).toBe('temperror');
    expect(down.asked).toBe(askedFirst);
    down.up = true;
    now += 11_000;
    expect((await signatures(open(SIGNED.rsa))).dkim.result).toBe('pass');
  });

  it('a sender whose own names fail stops no check of anybody else', async () => {
    const { signatures } = createMailAuth(
      createMemoryDns({
        ...SIGNED_ZONE,
        'S._domainkey.bad.example': 'fails',
        com: { NS: ['a.gtld.example'] },
      }),
    );
    for (let n = 0; n < 20; n++)
      await signatures(open(FAKE.replace('d=D', 'd=bad.example') + SIGNED.ed25519));
    expect((await signatures(open(SIGNED.rsa))).dkim.result).toBe('pass');
  });

  it('a raw that cannot be read is no property of the message: the check rejects', async () => {
    const { signatures } = createMailAuth(createMemoryDns(SIGNED_ZONE));
    const torn = async () => {
      let sent = false;
      return new ReadableStream<Uint8Array>({
        pull(controller) {
          if (sent) throw new Error('storage is away');
          sent = true;
          controller.enqueue(bytes(SIGNED.rsa.slice(0, -20)));
        },
      });
    };
    await expect(signatures({ open: torn })).rejects.toThrow('storage is away');
  });
});
