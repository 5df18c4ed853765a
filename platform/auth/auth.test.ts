import { describe, expect, test, vi } from 'vitest';
import { hashAppPassword, newAppPassword } from '../app-password.ts';
import { parseBasic } from './basic.ts';
import { Joined } from './join.ts';
import type { Attempt, SignedIn } from './types.ts';
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
  const someone = (userId: string): SignedIn => ({
    login: `${userId}@b.test`,
    credential: null,
    principal: {
      tenant: { tenantId: 't', name: 't', status: 'active', mailShard: 'MAIL_1' },
      user: {
        ...{ userId, tenantId: 't', address: `${userId}@b.test`, displayName: '', status: 'active' as const },
        ...{ quotaBytes: null, createdAt: 0 },
      },
      signIn: { method: 'password', credentialId: null },
    },
  });
  const ok = (userId: string, until = 300_000) => ({ kind: 'ok' as const, value: someone(userId), until });
  const denied = { kind: 'denied' as const, token: false };
  const same = async (value: SignedIn) => value;
  const name = (got: Awaited<ReturnType<VerifiedCache['get']>>) =>
    got.kind === 'ok' ? got.value.principal.user.userId : got.kind;

  test('verifies once for concurrent equal headers and again after its time', async () => {
    const cache = new VerifiedCache(10);
    let calls = 0;
    const how = {
      verify: async () => {
        calls++;
        return ok('ann', 1000);
      },
      recheck: same,
    };
    await Promise.all([cache.get('h', 0, how), cache.get('h', 0, how)]);
    await cache.get('h', 999, how);
    expect(calls).toBe(1);
    await cache.get('h', 1001, how);
    expect(calls).toBe(2);
  });

  test('keeps no refusal, forgets on demand and stays within its size', async () => {
    const cache = new VerifiedCache(2);
    const get = async (header: string, outcome: Attempt) =>
      name(await cache.get(header, 0, { verify: async () => outcome, recheck: same }));
    expect(await get('bad', denied)).toBe('denied');
    expect(await get('bad', ok('now'))).toBe('now');
    await get('x', ok('x'));
    await get('y', ok('y'));
    expect(await get('bad', ok('again'))).toBe('again');
    cache.forget(({ principal }) => principal.user.userId === 'y');
    expect(await get('y', ok('fresh'))).toBe('fresh');
  });

  test('compares with the directory every half minute, and verifies anew what does not hold any more', async () => {
    const cache = new VerifiedCache(10);
    let [verified, rechecked, holds] = [0, 0, true];
    const get = async (now: number) =>
      name(
        await cache.get('h', now, {
          verify: async () => {
            verified++;
            return holds ? ok('ann') : denied;
          },
          recheck: async (value) => {
            rechecked++;
            return holds ? value : null;
          },
        }),
      );
    for (const now of [0, 29_999, 30_000, 45_000, 60_000]) expect(await get(now)).toBe('ann');
    expect([verified, rechecked]).toEqual([1, 2]);
    holds = false;
    expect(await get(89_999)).toBe('ann');
    expect(await get(90_000)).toBe('denied');
    expect(await get(90_001)).toBe('denied');
    expect([verified, rechecked]).toEqual([3, 3]);
  });
});

describe('work that is joined', () => {
  test('is not waited for without end when the one that began it has gone', async () => {
    vi.useFakeTimers();
    try {
      const joined = new Joined<string>();
      void joined.run('k', () => new Promise<string>(() => undefined));
      const second = joined.run('k', async () => 'mine');
      await vi.advanceTimersByTimeAsync(5_001);
      expect(await second).toBe('mine');
    } finally {
      vi.useRealTimers();
    }
  });
});
