import { generateKeyPairSync } from 'node:crypto';
import { dkimSign } from 'mailauth/lib/dkim/sign.js';
import { describe, expect, it } from 'vitest';
import type { DkimCheck, SpfCheck } from '../../core/ports/mail-auth.ts';
import { streamOf } from '../../test/support/mail.ts';
import { SIGNED, SIGNED_ZONE } from '../../test/support/signed.worker.ts';
import { createMemoryDns, type Zone } from '../dns/memory.ts';
import { createMailAuth } from './index.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const openOf = (raw: string | Uint8Array, chunk?: number) => ({
  open: async () => streamOf(typeof raw === 'string' ? bytes(raw) : raw, chunk),
});
function auth(zone: Zone = SIGNED_ZONE, timeoutMs?: number) {
  const dns = createMemoryDns(zone);
  return { dns, ...createMailAuth(dns, timeoutMs === undefined ? {} : { timeoutMs }) };
}

describe('signatures', () => {
  it.each(['rsa', 'ed25519'] as const)('of %s pass, however the bytes come', async (name) => {
    const { signatures } = auth();
    for (const chunk of [65_536, 1, 7]) {
      expect(await signatures(openOf(SIGNED[name], chunk))).toEqual({
        dkim: { result: 'pass', domains: ['signed.example'], unknown: [] },
        arc: { result: 'none', sets: [] },
      });
    }
  });

  it.each([
    ['another subject', 'Subject: Gr', 'Subject: Xr'],
    ['another author', 'From: Ann', 'From: Eve'],
    ['a changed body', 'Hello Bob', 'Hello Eve'],
    ['a second From field', 'From: Ann', 'From: x@evil.example\r\nFrom: Ann'],
  ])('of a message with %s fail', async (_what, before, after) => {
    const { signatures } = auth();
    const raw = SIGNED.rsa.replace(before, after);
    expect(raw).not.toBe(SIGNED.rsa);
    expect((await signatures(openOf(raw))).dkim).toEqual({ result: 'fail', domains: [], unknown: [] });
  });

  it('hold over lines that end in LF alone and over other blanks', async () => {
    const { signatures } = auth();
    const same = SIGNED.rsa.replaceAll('\r\n', '\n').replace('the  plan', 'the plan ');
    expect((await signatures(openOf(same))).dkim.result).toBe('pass');
  });

  it('without their key are worth nothing, and unknown while the DNS fails', async () => {
    const none = auth({});
    expect((await none.signatures(openOf(SIGNED.rsa))).dkim).toMatchObject({
      result: 'neutral',
      domains: [],
    });
    const failing = auth({ 'rsa._domainkey.signed.example': 'fails' });
    expect((await failing.signatures(openOf(SIGNED.rsa))).dkim).toEqual({
      result: 'temperror',
      domains: [],
      unknown: ['signed.example'],
    });
  });

  it('that leave the end of the body out are not accepted (RFC 6376 8.2)', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const plain = 'From: a@part.example\r\nSubject: s\r\n\r\nsigned\r\n';
    const { signatures: field } = await dkimSign(plain, {
      canonicalization: 'relaxed/simple',
      signatureData: [
        {
          ...{ signingDomain: 'part.example', selector: 's', algorithm: 'rsa-sha256', maxBodyLength: 8 },
          privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        },
      ],
    });
    const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    const { signatures } = auth({ 's._domainkey.part.example': { TXT: [`v=DKIM1; p=${key}`] } });
    expect((await signatures(openOf(`${field}${plain}`))).dkim.result).toBe('pass');
    expect((await signatures(openOf(`${field}${plain}added\r\n`))).dkim).toMatchObject({
      result: 'policy',
      domains: [],
    });
  });

  it('are checked without the library, or a question, where there are none', async () => {
    const { signatures, dns } = auth();
    expect(await signatures(openOf('From: a@b.example\r\n\r\nx'))).toEqual({
      dkim: { result: 'none', domains: [], unknown: [] },
      arc: { result: 'none', sets: [] },
    });
    expect(dns.asked).toEqual([]);
  });
});

describe('a chain of seals (RFC 8617)', () => {
  it('passes with what its sealers had found', async () => {
    const { signatures } = auth();
    const { dkim, arc } = await signatures(openOf(SIGNED.sealed));
    expect(dkim.result).toBe('fail');
    expect(arc).toEqual({
      result: 'pass',
      sets: [
        {
          sealer: 'list.example',
          results:
            ' mx.list.example; dkim=pass header.d=signed.example; dmarc=pass header.from=signed.example',
        },
      ],
    });
  });

  it.each([
    ['its results', 'header.from=signed.example', 'header.from=bank.example'],
    ['the message', 'Hello Bob', 'Hello Eve'],
    ['its instance', 'ARC-Seal: i=1', 'ARC-Seal: i=2'],
    ['its state', 'cv=none', 'cv=pass'],
  ])('fails when %s was changed', async (_what, before, after) => {
    const { signatures } = auth();
    expect((await signatures(openOf(SIGNED.sealed.replace(before, after)))).arc).toEqual({
      result: 'fail',
      sets: [],
    });
  });

  it('fails when a sender put a set of its own on top', async () => {
    const { signatures } = auth();
    const forged =
      'ARC-Seal: i=2; a=rsa-sha256; cv=pass; d=google.com; s=x; b=AAAA\r\n' +
      'ARC-Message-Signature: i=2; a=rsa-sha256; d=google.com; s=x; h=from; bh=AAAA; b=AAAA\r\n' +
      'ARC-Authentication-Results: i=2; mx.google.com; dmarc=pass header.from=bank.example\r\n';
    expect((await signatures(openOf(forged + SIGNED.sealed))).arc.result).toBe('fail');
  });
});

describe('SPF (RFC 7208)', () => {
  const zone: Zone = {
    'a.example': { TXT: ['v=spf1 ip4:192.0.2.0/24 include:b.example ~all'] },
    'b.example': { TXT: ['v=spf1 mx -all'], MX: [{ exchange: 'mx.b.example', priority: 1 }] },
    'mx.b.example': { A: ['198.51.100.7'], AAAA: ['2001:db8::7'] },
    'hard.example': { TXT: ['v=spf1 -all'] },
    'loop.example': { TXT: ['v=spf1 include:loop.example -all'] },
    'ring.example': { TXT: ['v=spf1 redirect=ring2.example'] },
    'ring2.example': { TXT: ['v=spf1 redirect=ring.example'] },
    'alias.example': { CNAME: ['alias2.example'] },
    'alias2.example': { CNAME: ['alias.example'] },
    'broken.example': 'fails',
    'twice.example': { TXT: ['v=spf1 -all', 'v=spf1 +all'] },
    'void.example': { TXT: ['v=spf1 a:x1.void.example a:x2.void.example a:x3.void.example +all'] },
    'mail.helo.example': { TXT: ['v=spf1 ip6:2001:db8::/32 -all'] },
  };
  it.each([
    ['x@a.example', '192.0.2.9', 'pass'],
    ['x@a.example', '::ffff:192.0.2.9', 'pass'],
    ['x@a.example', '198.51.100.7', 'pass'],
    ['x@a.example', '203.0.113.1', 'softfail'],
    ['x@A.Example', '2001:db8::7', 'pass'],
    ['x@hard.example', '192.0.2.9', 'fail'],
    ['x@nothing.example', '192.0.2.9', 'none'],
    ['x@loop.example', '192.0.2.9', 'permerror'],
    ['x@ring.example', '192.0.2.9', 'permerror'],
    ['x@alias.example', '192.0.2.9', 'temperror'],
    ['x@broken.example', '192.0.2.9', 'temperror'],
    ['x@twice.example', '192.0.2.9', 'permerror'],
    ['x@void.example', '192.0.2.9', 'permerror'],
    ['', '2001:db8:1::1', 'pass'],
    ['', '192.0.2.9', 'fail'],
    [`x@${'y'.repeat(70)}.example`, '192.0.2.9', 'none'],
    ['nonsense', 'no address', 'temperror'],
  ])('of %s from %s is %s', async (mailFrom, clientIp, result) => {
    const { spf } = auth(zone);
    expect((await spf({ mailFrom, clientIp, helo: 'mail.helo.example' })).result).toBe(result);
  });

  it('asks no more than its limit, whatever the records lead to', async () => {
    const mx = Array.from({ length: 10 }, (_, n) => ({ exchange: `mx${n}.big.example`, priority: n }));
    const wide: Zone = { 'big.example': { TXT: [`v=spf1 ${'mx '.repeat(9)}-all`], MX: mx } };
    for (let n = 0; n < 9; n++) {
      wide[`d${n}.example`] = { MX: mx.map((m) => ({ ...m, exchange: `h${n}${m.exchange}` })) };
    }
    wide['many.example'] = {
      TXT: [`v=spf1 ${Array.from({ length: 9 }, (_, n) => `mx:d${n}.example`).join(' ')} -all`],
    };
    const { spf, dns } = auth(wide);
    const { result } = await spf({ mailFrom: 'x@many.example', clientIp: '192.0.2.1', helo: null });
    expect(['permerror', 'fail']).toContain(result);
    expect(dns.asked.length).toBeLessThanOrEqual(40);
  });

  it('is none where the platform does not say where the message came from', async () => {
    const { spf, dns } = auth(zone);
    expect(await spf({ mailFrom: 'x@hard.example', clientIp: null, helo: null })).toMatchObject({
      result: 'none',
    });
    expect(dns.asked).toEqual([]);
  });
});

describe('DMARC (RFC 9989)', () => {
  const zone: Zone = {
    '_dmarc.bank.example': { TXT: ['v=DMARC1; p=reject; sp=quarantine'] },
    '_dmarc.strict.example': { TXT: ['v=DMARC1; p=quarantine; adkim=s; aspf=s'] },
    '_dmarc.none.example': { TXT: ['v=DMARC1; p=none'] },
    '_dmarc.down.example': 'fails',
    '_dmarc.odd.example': { TXT: ['v=DMARC1; p=whatever'] },
  };
  const spf = (domain: string, result: SpfCheck['result'] = 'pass'): SpfCheck => ({ result, domain });
  const dkim = (...domains: string[]): DkimCheck => ({ result: 'pass', domains, unknown: [] });
  const no = { spf: spf('', 'none'), dkim: dkim() };

  it.each([
    ['bank.example', spf('bank.example'), dkim(), 'pass', 'reject'],
    ['bank.example', spf('bounce.bank.example'), dkim(), 'pass', 'reject'],
    ['bank.example', no.spf, dkim('mail.bank.example'), 'pass', 'reject'],
    ['bank.example', spf('bank.example', 'softfail'), dkim(), 'fail', 'reject'],
    ['bank.example', spf('evil.example'), dkim('evil.example'), 'fail', 'reject'],
    ['bank.example', no.spf, dkim('notbank.example'), 'fail', 'reject'],
    ['news.bank.example', no.spf, dkim(), 'fail', 'quarantine'],
    ['news.bank.example', no.spf, dkim('bank.example'), 'pass', 'quarantine'],
    ['strict.example', spf('a.strict.example'), dkim('b.strict.example'), 'fail', 'quarantine'],
    ['strict.example', no.spf, dkim('strict.example'), 'pass', 'quarantine'],
    ['none.example', no.spf, dkim(), 'fail', 'none'],
    ['nothing.test', spf('nothing.test'), dkim(), 'none', null],
    ['odd.example', no.spf, dkim(), 'none', null],
    ['down.example', no.spf, dkim(), 'temperror', null],
    ['', no.spf, dkim(), 'none', null],
  ] as const)('of %s with %j and %j is %s (%s)', async (domain, bySpf, byDkim, result, policy) => {
    const { dmarc } = auth(zone);
    expect(await dmarc(domain, bySpf, byDkim)).toEqual({ result, policy });
  });

  it('is open, not failed, while the DNS fails for what could have passed', async () => {
    const { dmarc } = auth(zone);
    const unknown = (domain: string): DkimCheck => ({ result: 'temperror', domains: [], unknown: [domain] });
    expect((await dmarc('bank.example', no.spf, unknown('bank.example'))).result).toBe('temperror');
    expect((await dmarc('bank.example', spf('bank.example', 'temperror'), dkim())).result).toBe('temperror');
    // Whose own DNS fails can put nothing off for somebody else.
    expect((await dmarc('bank.example', no.spf, unknown('evil.example'))).result).toBe('fail');
  });
});
