import { createRequire } from 'node:module';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { streamOf } from '../../../test/support/mail.ts';
import { SIGNED, SIGNED_ZONE } from '../../../test/support/signed.worker.ts';
import { createMemoryDns } from '../../dns/memory.ts';
import { createMailAuth } from '../index.ts';
import { string } from './joi.ts';
import { foldLines, parseHeaderValue } from './libmime.ts';
import { getDomain } from './tldts.ts';

/** The packages themselves, as mailauth has them. */
const load = createRequire(createRequire(import.meta.url).resolve('mailauth/package.json'));
const joi = load('joi') as {
  string(): { domain(options: object): Schema; base64(options: object): Schema };
};
const libmime = load('libmime') as typeof import('./libmime.ts');

interface Schema {
  validate(value: unknown): { error?: unknown };
}

const real = {
  domain: joi.string().domain({ allowUnicode: false, tlds: false }),
  base64: joi.string().base64({ paddingRequired: false }),
};
const ours = { domain: string().domain(), base64: string().base64() };

const label = fc.stringMatching(/^[A-Za-z0-9_-]{0,4}$/);

test('a domain is one for both, and so is base64', () => {
  const domains = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'));
  fc.assert(
    fc.property(fc.oneof(domains, fc.string()), (text) => {
      expect(ours.domain.validate(text).error === undefined, text).toBe(
        real.domain.validate(text).error === undefined,
      );
    }),
    { numRuns: 2000 },
  );
  const almost = fc.stringMatching(/^[A-Za-z0-9+/]{0,9}={0,3}$/);
  fc.assert(
    fc.property(fc.oneof(almost, fc.string()), (text) => {
      expect(ours.base64.validate(text).error === undefined, text).toBe(
        real.base64.validate(text).error === undefined,
      );
    }),
    { numRuns: 2000 },
  );
  for (const long of ['a'.repeat(64), 'a'.repeat(63)]) {
    expect(ours.domain.validate(`${long}.example`).error === undefined).toBe(
      real.domain.validate(`${long}.example`).error === undefined,
    );
  }
});

test('parameters of a Content-Type are those of the package, as far as a boundary goes', () => {
  const word = fc.stringMatching(/^[A-Za-z0-9'()+_,./:=? -]{1,30}$/);
  const boundary = word.map((text) => `"${text}"`);
  fc.assert(
    fc.property(fc.oneof(boundary, fc.stringMatching(/^[A-Za-z0-9_]{1,20}$/)), word, (text, other) => {
      const field = `multipart/mixed; charset="${other}";\r\n boundary=${text}; x=y`;
      expect(parseHeaderValue(field).params['boundary']).toBe(
        libmime.parseHeaderValue(field).params['boundary'],
      );
      expect(parseHeaderValue(field).value).toBe(libmime.parseHeaderValue(field).value);
    }),
  );
});

test('fields are folded alike', () => {
  const words = fc.array(fc.stringMatching(/^[A-Za-z0-9=;.@-]{1,40}$/), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(words, fc.constantFrom(76, 160), (list, length) => {
      expect(foldLines(list.join(' '), length)).toBe(libmime.foldLines(list.join(' '), length));
    }),
  );
});

test('signatures, chains and DMARC are judged alike with and without the list of public suffixes', async () => {
  const tldts = load('tldts') as { getDomain: (host: string, options?: object) => string | null };
  const real = tldts.getDomain;
  const asked: string[] = [];
  const judge = async () => {
    const auth = createMailAuth(createMemoryDns(SIGNED_ZONE));
    const results = [];
    for (const raw of Object.values(SIGNED)) {
      const open = async () => streamOf(new TextEncoder().encode(raw));
      const signatures = await auth.signatures({ open });
      const spf = { result: 'pass', domain: 'bounces.signed.example' } as const;
      results.push([signatures, await auth.dmarc('mail.signed.example', spf, signatures.dkim)]);
    }
    return results;
  };
  try {
    tldts.getDomain = (host, options) => {
      asked.push(host);
      return real(host, options);
    };
    const before = await judge();
    expect(asked.length).toBeGreaterThan(0);
    tldts.getDomain = getDomain;
    expect(await judge()).toEqual(before);
  } finally {
    tldts.getDomain = real;
  }
});
