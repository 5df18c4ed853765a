import { describe, expect, test } from 'vitest';
import { attemptDigest, netOf } from './throttle.ts';

describe('the address prefix', () => {
  test.each([
    [null, null],
    ['192.0.2.77', '192.0.2'],
    ['2001:db8:7:8::1', '2001:db8:7'],
    ['2001:0DB8:0007:0008:1:2:3:4', '2001:db8:7'],
    ['2001:db8::1', '2001:db8:0'],
    ['::1', '0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0'],
  ])('of %s is %s', (ip, net) => {
    expect(netOf(ip)).toBe(net);
  });
});

describe('the digest of an attempt', () => {
  const secret = 'x'.repeat(32);

  test('is the same for the same login and password, in any case of the login', async () => {
    const one = await attemptDigest(secret, 'Ann@b.test', 'p');
    expect(one).toMatch(/^[0-9a-f]{64}$/);
    expect(await attemptDigest(secret, 'ann@B.test', 'p')).toBe(one);
    for (const [key, login, password] of [
      [secret, 'ann@b.test', 'P'],
      [secret, 'ann@b.tes', 'tp'],
      ['y'.repeat(32), 'ann@b.test', 'p'],
    ] as const) {
      expect(await attemptDigest(key, login, password)).not.toBe(one);
    }
  });

  test('is not made without a secret', async () => {
    expect(await attemptDigest(null, 'ann@b.test', 'p')).toBeNull();
  });
});
