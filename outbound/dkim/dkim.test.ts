import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { rewriteHeader } from '../../codecs/mime/edit/index.ts';
import { createMemoryDns, type MemoryDns } from '../../platform/dns/memory.ts';
import { createSeal } from '../../platform/sealed.ts';
import { createMemoryStores } from '../../store/memory/index.ts';
import type { WholeMessage } from '../prepare.ts';
import { relaxedBodyHash } from './body-hash.ts';
import { createDkim, type DkimServices } from './index.ts';
import { addActiveKey } from './testing.ts';

const NOW = Date.UTC(2026, 10, 20, 12);
const DAY_S = 86_400;
const utf8 = new TextEncoder();

const message = (text: string): WholeMessage => rewriteHeader(utf8.encode(text), new Set(), []);
const textOf = (whole: WholeMessage) => Buffer.concat(whole).toString('latin1');
const HELLO =
  'From: Ann <ann@one.test>\r\nTo: bob@else.test\r\nSubject: Hello\r\nMessage-ID: <a@one.test>\r\n' +
  'Date: Fri, 20 Nov 2026 12:00:00 +0000\r\nMIME-Version: 1.0\r\n\r\nHello  Bob \r\n\r\n\r\n';

describe('signing', () => {
  const seal = createSeal('a secret of the installation, 40 letters');
  const stores = createMemoryStores();
  let dns: MemoryDns;
  let services: DkimServices;

  beforeAll(async () => {
    dns = createMemoryDns();
    services = { ...stores, seal, now: () => NOW, dkimExpirySeconds: 14 * DAY_S };
    const domains = { 'one.test': 'one', 'bare.test': 'one', 'two.test': 'two', 'gone.test': 'two' };
    for (const [domain, tenantId] of Object.entries(domains))
      await stores.directory.createDomain({ domain, tenantId, catchAllUserId: null, enabled: true });
    for (const [tenantId, domain] of [
      ['one', 'one.test'],
      ['two', 'two.test'],
      // Of a time when the domain was another tenant's.
      ['one', 'gone.test'],
    ] as const) {
      for (const [selector, algorithm] of [
        ['r1', 'rsa-sha256'],
        ['e1', 'ed25519-sha256'],
      ] as const) {
        const { name, record } = await addActiveKey(
          { ...stores, seal },
          { tenantId, domain, selector, algorithm },
        );
        dns.set(name, { TXT: [record] });
      }
    }
  });

  async function verdicts(bytes: Uint8Array): Promise<string[]> {
    const { results } = await dkimVerify(Buffer.from(bytes), {
      strict: true,
      curTime: new Date(NOW),
      resolver: async (name, type) => {
        const answer = await dns.query(name, type as 'TXT');
        return answer.kind === 'found' ? answer.records.map((one) => [one]) : [];
      },
    });
    return results.map((r) => `${r.signingDomain} ${r.algo} ${r.status.result}`);
  }

  it('puts a signature of each key before the header and leaves every other byte', async () => {
    const whole = message(HELLO);
    const signed = await createDkim(services).sign('one', 'one.test', whole);
    expect(signed[1]).toBe(whole[1]);
    const text = textOf(signed);
    expect(text.endsWith(HELLO)).toBe(true);
    expect(text.match(/^DKIM-Signature:/gm)).toHaveLength(2);
    expect(text.indexOf('a=rsa-sha256')).toBeLessThan(text.indexOf('a=ed25519-sha256'));
    expect(await verdicts(Buffer.concat(signed))).toEqual([
      'one.test rsa-sha256 pass',
      'one.test ed25519-sha256 pass',
    ]);
  });

  it('writes an expiry, no l=, and lines that any server takes (A24)', async () => {
    const signatures = await createDkim(services).signatures('one', 'one.test', message(HELLO));
    const [field = ''] = signatures.split(/(?<=\r\n)(?=DKIM)/);
    const tags = new Map(
      field
        .slice('DKIM-Signature:'.length)
        .replace(/\s/g, '')
        .split(';')
        .map((tag): [string, string] => [tag.slice(0, tag.indexOf('=')), tag.slice(tag.indexOf('=') + 1)]),
    );
    expect([...tags.keys()]).toEqual(['v', 'a', 'c', 'd', 's', 't', 'x', 'h', 'bh', 'b']);
    expect(tags.get('d')).toBe('one.test');
    expect(tags.get('c')).toBe('relaxed/relaxed');
    // An hour early: a fast clock of ours must not make signatures of the future (I30).
    expect(Number(tags.get('t'))).toBe(NOW / 1000 - 3600);
    expect(Number(tags.get('x'))).toBe(NOW / 1000 + 14 * DAY_S);
    for (const line of signatures.split('\r\n')) expect(line.length).toBeLessThanOrEqual(78);
  });

  it('signs the fields that readers show once more than they are there', async () => {
    const signed = await createDkim(services).sign('one', 'one.test', message(HELLO));
    for (const added of [
      'From: x@evil.test',
      'Subject: other',
      'To: x@y.test',
      'Cc: x@y.test',
      'Reply-To: x@y.test',
      'Content-Type: text/html',
      'In-Reply-To: <x@y>',
      'References: <x@y>',
      'Date: now',
      'Message-ID: <x@y>',
      'MIME-Version: 1.0',
      'Content-Transfer-Encoding: 8bit',
    ]) {
      const forged = Buffer.concat([utf8.encode(`${added}\r\n`), ...signed]);
      expect(await verdicts(forged), added).toEqual([
        'one.test rsa-sha256 fail',
        'one.test ed25519-sha256 fail',
      ]);
    }
    // No l=: nothing can be added to the body.
    const longer = Buffer.concat([...signed, utf8.encode('more\r\n')]);
    expect(await verdicts(longer)).toEqual(['one.test rsa-sha256 fail', 'one.test ed25519-sha256 fail']);
  });

  it('does not sign for a domain of another tenant, of nobody, or without keys (A24)', async () => {
    const dkim = createDkim(services);
    for (const [tenantId, domain] of [
      ['one', 'two.test'],
      ['two', 'one.test'],
      ['one', 'gone.test'],
      ['two', 'gone.test'],
      ['one', 'bare.test'],
      ['one', 'nobody.test'],
      ['one', 'not a domain'],
      ['one', ''],
    ] as const) {
      const whole = message(HELLO.replace('ann@one.test', `ann@${domain}`));
      expect(await dkim.sign(tenantId, domain, whole), `${tenantId} ${domain}`).toBe(whole);
    }
  });

  it('does not sign what another domain is the author of', async () => {
    const dkim = createDkim(services);
    for (const from of ['ann@sub.one.test', 'ann@two.test', 'ann@xone.test', '']) {
      const whole = message(HELLO.replace('ann@one.test', from));
      expect(await dkim.sign('one', 'one.test', whole), from).toBe(whole);
    }
    const upper = await dkim.sign('one', 'ONE.test', message(HELLO.replace('ann@one.test', 'ann@One.Test')));
    expect(await verdicts(Buffer.concat(upper))).toEqual([
      'one.test rsa-sha256 pass',
      'one.test ed25519-sha256 pass',
    ]);
  });

  it('signs with active keys that nothing has replaced', async () => {
    const own = createMemoryStores();
    await own.directory.createDomain({
      domain: 'one.test',
      tenantId: 'one',
      catchAllUserId: null,
      enabled: true,
    });
    const names = ['pending', 'replaced', 'retired', 'current'];
    for (const selector of names)
      await addActiveKey(
        { ...own, seal },
        {
          tenantId: 'one',
          domain: 'one.test',
          selector,
          algorithm: 'ed25519-sha256',
        },
      );
    const base = { tenantId: 'one', domain: 'one.test' };
    await own.dkimKeys.changeKey({ ...base, selector: 'pending' }, 'active', { state: 'pending' });
    await own.dkimKeys.changeKey({ ...base, selector: 'replaced' }, 'active', { notAfter: NOW + 1 });
    await own.dkimKeys.changeKey({ ...base, selector: 'retired' }, 'active', {
      state: 'retired',
      sealedKey: '',
    });
    const text = await createDkim({ ...services, ...own }).signatures('one', 'one.test', message(HELLO));
    expect(text.match(/s=\w+/g)).toEqual(['s=current']);
  });

  it('opens keys once a minute, and sees what has changed after it', async () => {
    let now = NOW;
    let listed = 0;
    const dkim = createDkim({
      ...services,
      now: () => now,
      dkimKeys: {
        listKeys: (...args) => {
          listed++;
          return stores.dkimKeys.listKeys(...args);
        },
      },
    });
    for (const at of [0, 59_999, 60_000]) {
      now = NOW + at;
      await dkim.sign('one', 'one.test', message(HELLO));
    }
    expect(listed).toBe(2);
  });

  it('rejects rather than sends without the signature that a domain has promised', async () => {
    const wrong = createSeal('another secret of an installation, 40 letters');
    await expect(
      createDkim({ ...services, seal: wrong }).sign('one', 'one.test', message(HELLO)),
    ).rejects.toThrow();
    await expect(
      createDkim({ ...services, seal: null }).sign('one', 'one.test', message(HELLO)),
    ).rejects.toThrow('SECRETS_KEY');
  });

  it('verifies whatever the fields and the body look like', async () => {
    const words = fc.stringMatching(/^[ \t!-~]{0,60}$/);
    const field = fc
      .tuple(
        fc.constantFrom('Subject', 'To', 'Received', 'List-Id', 'X-Any', 'References', 'Subject '),
        words,
        words,
      )
      .map(([name, a, b]) => `${name}:${a}\r\n ${b}x\r\n`);
    const body = fc
      .array(fc.oneof(words, fc.constant(''), fc.constant(' \t'), fc.constant('žluť  x ')))
      .map((lines) => lines.join('\r\n'));
    const dkim = createDkim(services);
    await fc.assert(
      fc.asyncProperty(fc.array(field, { maxLength: 6 }), body, fc.boolean(), async (fields, text, ended) => {
        const raw = `${fields.join('')}From: ann@one.test\r\n\r\n${text}${ended ? '\r\n' : ''}`;
        const signed = await dkim.sign('one', 'one.test', message(raw));
        expect(await verdicts(Buffer.concat(signed))).toEqual([
          'one.test rsa-sha256 pass',
          'one.test ed25519-sha256 pass',
        ]);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the hash of a body', () => {
  const hash = (text: string | Uint8Array) => createHash('sha256').update(text).digest('base64');
  const relaxed = (text: string) => Buffer.from(relaxedBodyHash(utf8.encode(text))).toString('base64');

  it('is that of the examples of RFC 6376', () => {
    // 3.4.5 and the empty body of 3.4.4.
    expect(relaxed(' C \r\nD \t E\r\n\r\n\r\n')).toBe(hash(' C\r\nD E\r\n'));
    expect(relaxed('')).toBe('47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=');
    expect(relaxed('\r\n \r\n\t\r\n')).toBe('47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=');
    expect(relaxed('no end')).toBe(hash('no end\r\n'));
  });

  it('keeps bytes that only look like line ends', () => {
    expect(relaxed('a \rb \nc\n')).toBe(hash('a \rb \nc\n\r\n'));
  });

  it('is that of the text made relaxed line by line', () => {
    const line = fc
      .array(fc.constantFrom(' ', '\t', 'a', 'é', '.', '\r', '  '))
      .map((parts) => parts.join('').replace(/\r$/, ''));
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const plain = lines.map((one) => one.replace(/[ \t]+/g, ' ').replace(/ $/, ''));
        while (plain.at(-1) === '') plain.pop();
        expect(relaxed(lines.join('\r\n'))).toBe(hash(plain.map((one) => `${one}\r\n`).join('')));
      }),
    );
  });

  it('is quick for bodies that are all blanks and bodies that have none', () => {
    const start = performance.now();
    for (const pattern of ['a \t', '  ', 'abcdefgh']) {
      const body = new Uint8Array(8_000_000);
      for (let i = 0; i < body.length; i++) body[i] = pattern.charCodeAt(i % pattern.length);
      relaxedBodyHash(body);
    }
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
