import { createRequire } from 'node:module';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { convert } from './encoding-japanese.ts';
import { decode } from './iconv-lite.ts';
import { string } from './joi.ts';

/** The packages themselves, as mailauth has them. */
const load = createRequire(createRequire(import.meta.url).resolve('mailauth/package.json'));
const joi = load('joi') as {
  string(): { domain(options: object): Schema; base64(options: object): Schema };
};
const iconv = createRequire(load.resolve('libmime'))('iconv-lite') as {
  encode(text: string, charset: string): Uint8Array;
};

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

test.each([
  ['windows-1252', 'Grüße €'],
  ['koi8-r', 'Привет'],
  ['gb18030', '你好'],
  ['big5', '你好'],
  ['shift_jis', 'こんにちは'],
  ['euc-kr', '안녕'],
])('characters of %s are those of the package', (charset, text) => {
  const bytes = new Uint8Array(iconv.encode(text, charset));
  expect(decode(bytes, charset)).toBe(text);
});

test('Japanese mail in its own encoding', () => {
  const bytes = Uint8Array.from([0x1b, 0x24, 0x42, 0x24, 0x22, 0x1b, 0x28, 0x42]);
  for (const from of ['iso-2022-jp', 'JIS']) expect(convert(bytes, { from })).toBe('あ');
  expect(convert(Uint8Array.from([0xa4, 0xa2]), { from: 'EUCJP' })).toBe('あ');
});
