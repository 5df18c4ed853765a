import { describe, expect, test } from 'vitest';
import { hashAppPassword, newAppPassword } from '../app-password.ts';
import { parseBasic } from './basic.ts';
import { VerifiedCache } from './verified-cache.ts';

const header = (text: string, encoding: BufferEncoding = 'utf8') =>
  `Basic ${Buffer.from(text, encoding).toString('base64')}`;

describe('Basic credentials', () => {
  test('are split at the first colon and lose a leading domain', () => {
    expect(parseBasic(header('a@b.test:x:y'))).toEqual({ login: 'a@b.test', password: 'x:y' });
    expect(parseBasic(header('CORP\\a@b.test:x'))).toEqual({ login: 'a@b.test', password: 'x' });
  });

  test('are UTF-8, or windows-1252 when they are not', () => {
    expect(parseBasic(header('a:žluť'))?.password).toBe('žluť');
    expect(parseBasic(header('a:caf\u00e9', 'latin1'))?.password).toBe('café');
  });

  test.each([
    null,
    '',
    'Bearer x',
    'Basic',
    'Basic !!!',
    header('nocolon'),
    header('a\0b:c'),
    `Basic ${'A'.repeat(5000)}`,
  ])('are refused when malformed: %s', (value) => {
    expect(parseBasic(value)).toBeNull();
  });
});

describe('an app password', () => {
  test('is four groups of four and never the same twice', () => {
    const a = newAppPassword();
    expect(a).toMatch(/^[a-km-z2-9]{4}(-[a-km-z2-9]{4}){3}$/);
    expect(newAppPassword()).not.toBe(a);
  });

  test('may be typed with or without hyphens and in capitals', async () => {
    expect(await hashAppPassword('ABCD efgh-2345 wxyz')).toBe(await hashAppPassword('abcd-efgh-2345-wxyz'));
    expect(await hashAppPassword('abcd-efgh-2345-wxyz')).not.toBe(
      await hashAppPassword('abcd-efgh-2345-wxyy'),
    );
  });
});

describe('the cache of verified headers', () => {
  test('verifies once for concurrent equal headers and again after its time', async () => {
    const cache = new VerifiedCache<string>(1000, 10);
    let calls = 0;
    const verify = async () => {
      calls++;
      return 'user';
    };
    await Promise.all([cache.get('h', 0, verify), cache.get('h', 0, verify)]);
    await cache.get('h', 999, verify);
    expect(calls).toBe(1);
    await cache.get('h', 1001, verify);
    expect(calls).toBe(2);
  });

  test('keeps no failure, forgets on demand and stays within its size', async () => {
    const cache = new VerifiedCache<string>(1000, 2);
    expect(await cache.get('bad', 0, async () => null)).toBeNull();
    expect(await cache.get('bad', 0, async () => 'now good')).toBe('now good');
    await cache.get('x', 0, async () => 'x');
    await cache.get('y', 0, async () => 'y');
    expect(await cache.get('bad', 0, async () => 'asked again')).toBe('asked again');
    cache.forget((v) => v === 'y');
    expect(await cache.get('y', 0, async () => 'fresh')).toBe('fresh');
  });
});
