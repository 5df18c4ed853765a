import { describe, expect, it } from 'vitest';
import { judgeArrival } from './check.ts';
import { levelOf, limitsOf, readTenantQuota, readUsage, readUserQuota } from './settings.ts';

const none = { warn: null, stopSending: null, stopReceiving: null, maxMessageBytes: null };

describe('limits of a user', () => {
  it('are the tenant’s where the user has none, and the user’s where it has', () => {
    const tenant = readTenantQuota({
      user: { warn: 10, stopSending: 20, stopReceiving: 30, maxMessageBytes: 5 },
    });
    expect(limitsOf(tenant, {}, null)).toEqual({
      ...{ warn: 10, stopSending: 20, stopReceiving: 30, maxMessageBytes: 5 },
    });
    expect(limitsOf(tenant, readUserQuota({ warn: 11, stopSending: null }), 40)).toEqual({
      ...{ warn: 11, stopSending: null, stopReceiving: 40, maxMessageBytes: 5 },
    });
  });

  it('that are damaged are no limits', () => {
    for (const value of [
      null,
      7,
      'x',
      [],
      { user: 3 },
      { user: { warn: -1, stopSending: '5', maxMessageBytes: 1.5 } },
    ]) {
      expect(readTenantQuota(value)).toEqual({ user: none, totalBytes: null });
    }
    expect(readUserQuota({ warn: 'much', maxMessageBytes: -5, stopSending: 9 })).toEqual({ stopSending: 9 });
    expect(readUsage({ sizeBytes: 5 })).toBeNull();
  });

  it.each([
    [0, 'none'],
    [10, 'none'],
    [11, 'warn'],
    [21, 'stopSending'],
    [31, 'stopReceiving'],
  ] as const)('a mailbox of %i bytes is at %s', (size, level) => {
    expect(levelOf({ warn: 10, stopSending: 20, stopReceiving: 30 }, size)).toBe(level);
  });

  it.each([
    [{ stopReceiving: 100 }, null, 90, 10, 'ok'],
    [{ stopReceiving: 100 }, null, 90, 11, 'over-quota'],
    [{ maxMessageBytes: 10 }, null, 0, 11, 'too-large'],
    [{ maxMessageBytes: 10 }, null, 0, 10, 'ok'],
    [{}, 5, 0, 6, 'over-quota'],
    [{}, 5, 1000, 5, 'ok'],
    [{}, -5, 0, 0, 'over-quota'],
  ] as const)('%j with room %j: %i bytes and %i more: %s', (user, tenantRoom, there, size, verdict) => {
    expect(judgeArrival({ user: { ...none, ...user }, tenantRoom }, there, size)).toBe(verdict);
  });
});
