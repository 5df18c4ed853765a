import { describe, expect, test } from 'vitest';
import type { Challenge, Factor, Session } from '../../core/ports/sessions.ts';
import { type Subject, unique } from './subject.ts';

export function sessionsContract(subject: Subject): void {
  const session = (over: Partial<Session> = {}): Session => ({
    ...{ sessionId: unique('session'), tenantId: unique('tenant'), userId: 'ann', tokenHash: unique('hash') },
    ...{ previousHash: null, previousUntil: null, method: 'password', passwordId: 'p1', createdAt: 5 },
    tokenRoles: null,
    ...{ rotatedAt: 5, seenAt: 5, expiresAt: 500, userAgent: 'Prohlížeč', address: null },
    ...over,
  });

  describe('sessions', () => {
    test('are found by their token and the one before it, and one change of the token has one winner', async () => {
      const { directory } = await subject.open();
      const first = session();
      await directory.putSession(first);
      await directory.putSession(session({ tenantId: first.tenantId, userId: 'bob' }));
      expect(await directory.findSession(first.tokenHash)).toEqual(first);
      expect(await directory.findSession(unique('hash'))).toBeNull();
      const from = first.tokenHash;
      const outcomes = await Promise.all(
        [unique('hash'), unique('hash')].map((to) =>
          directory.rotateSession(first, { from, to, at: 70, overlapUntil: 80 }),
        ),
      );
      expect(outcomes.toSorted()).toEqual([false, true]);
      const now = await directory.findSession(from);
      expect(now).toMatchObject({ previousHash: from, previousUntil: 80, rotatedAt: 70, seenAt: 70 });
      expect(await directory.findSession(now?.tokenHash ?? '')).toEqual(now);
      await directory.touchSession(first.tenantId, first.userId, first.sessionId, 90);
      await directory.touchSession(first.tenantId, 'bob', first.sessionId, 95);
      expect((await directory.findSession(from))?.seenAt).toBe(90);
    });

    test('are listed and removed for their user alone', async () => {
      const { directory } = await subject.open();
      const tenantId = unique('tenant');
      const [a, b, c] = [1, 2, 3].map((createdAt) => session({ tenantId, createdAt }));
      const tokenRoles: Session['tokenRoles'] = { issuer: 'https://id.example', roles: ['admin'] };
      const other = session({
        tenantId,
        userId: 'bob',
        method: 'oidc',
        passwordId: null,
        address: '::1',
        tokenRoles,
      });
      if (a === undefined || b === undefined || c === undefined) throw new Error('three');
      for (const one of [a, b, c, other]) await directory.putSession(one);
      expect(await directory.listSessions(tenantId, 'ann')).toEqual([c, b, a]);
      expect(await directory.removeSession(tenantId, 'bob', a.sessionId)).toBe(false);
      expect(await directory.removeSession(tenantId, 'ann', a.sessionId)).toBe(true);
      expect(await directory.removeSession(tenantId, 'ann', a.sessionId)).toBe(false);
      expect(await directory.removeSessions(tenantId, 'ann', c.sessionId)).toBe(1);
      expect(await directory.listSessions(tenantId, 'ann')).toEqual([c]);
      expect(await directory.removeSessions(tenantId, 'ann', null)).toBe(1);
      expect(await directory.listSessions(tenantId, 'bob')).toEqual([other]);
    });
  });

  describe('factors', () => {
    test('are confirmed once, and one value of the counter is used once', async () => {
      const { directory } = await subject.open();
      const factor: Factor = {
        ...{ tenantId: unique('tenant'), userId: 'ann', factorId: 'f1', kind: 'totp', secret: 's' },
        ...{ counter: 0, label: 'Telefón', createdAt: 5, confirmedAt: null, lastUsedAt: null },
      };
      const { tenantId, userId, factorId } = factor;
      await directory.putFactor(factor);
      await expect(directory.putFactor(factor)).rejects.toMatchObject({ code: 'conflict' });
      await directory.putFactor({ ...factor, userId: 'bob' });
      expect(await directory.useFactor(factor, { from: 0, to: 9 }, 9)).toBe(false);
      expect(await directory.confirmFactor(tenantId, 'eve', factorId, 7, 10)).toBe(false);
      expect(await directory.confirmFactor(tenantId, userId, factorId, 7, 10)).toBe(true);
      expect(await directory.confirmFactor(tenantId, userId, factorId, 8, 11)).toBe(false);
      const uses = await Promise.all([
        directory.useFactor(factor, { from: 7, to: 8 }, 12),
        directory.useFactor(factor, { from: 7, to: 8 }, 12),
      ]);
      expect(uses.toSorted()).toEqual([false, true]);
      expect(await directory.listFactors(tenantId, userId)).toEqual([
        { ...factor, counter: 8, confirmedAt: 10, lastUsedAt: 12 },
      ]);
      const removals = await Promise.all(
        [1, 2].map(() => directory.removeFactor(tenantId, userId, factorId)),
      );
      expect(removals.toSorted()).toEqual([false, true]);
      expect(await directory.listFactors(tenantId, userId)).toEqual([]);
      expect(await directory.listFactors(tenantId, 'bob')).toHaveLength(1);
    });
  });

  describe('challenges', () => {
    test('are answered once, in their time, and by what they were made for', async () => {
      const { directory } = await subject.open();
      const challenge = (over: Partial<Challenge> = {}): Challenge => ({
        ...{ challengeHash: unique('hash'), kind: 'oidc', tenantId: null, userId: null },
        ...{ data: '{"a":"č"}', expiresAt: 100 },
        ...over,
      });
      const [one, late] = [challenge(), challenge({ expiresAt: 50 })];
      const theirs = challenge({ kind: 'passkey-add', tenantId: unique('tenant'), userId: 'ann' });
      for (const each of [one, late, theirs]) await directory.putChallenge(each, 10);
      expect(await directory.takeChallenge('passkey-sign-in', one.challengeHash, 60)).toBeNull();
      expect(await directory.takeChallenge('oidc', late.challengeHash, 50)).toBeNull();
      const taken = await Promise.all(
        [1, 2].map(() => directory.takeChallenge('oidc', one.challengeHash, 60)),
      );
      expect(taken.filter((got) => got !== null)).toEqual([one]);
      expect(await directory.takeChallenge('passkey-add', theirs.challengeHash, 60)).toEqual(theirs);
      // What nobody answered goes with the next one.
      await directory.putChallenge(challenge(), 60);
      expect(await directory.takeChallenge('oidc', late.challengeHash, 10)).toBeNull();
    });
  });
}
