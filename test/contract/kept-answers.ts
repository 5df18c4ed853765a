import { describe, expect, test } from 'vitest';
import type { KeptAnswer } from '../../core/ports/kept-answers.ts';
import { type Subject, unique } from './subject.ts';

export function keptAnswersContract(subject: Subject): void {
  const wanted = (over: Partial<KeptAnswer> = {}) => ({
    ...{ tenantId: unique('tenant'), caller: 'token/Ž', keyHash: unique('key'), requestHash: 'r1' },
    ...{ claim: unique('claim'), startedAt: 100, expiresAt: 1000 },
    ...over,
  });
  const open = { status: null, body: null };

  describe('answers that are kept', () => {
    test('one of two attempts has the key, and the other one gets what it answered', async () => {
      const { directory } = await subject.open();
      const first = wanted();
      const second = { ...first, claim: unique('claim'), requestHash: 'r2' };
      const got = await Promise.all([first, second].map((one) => directory.claimAnswer(one, 50)));
      expect(new Set(got.map(({ claim }) => claim)).size).toBe(1);
      const [winner, loser] = got[0]?.claim === first.claim ? [first, second] : [second, first];
      expect(got[0]).toEqual({ ...winner, ...open });
      await directory.finishAnswer(winner, loser.claim, { status: 500, body: 'not mine' });
      await directory.finishAnswer(winner, winner.claim, { status: 201, body: '{"a":"č"}' });
      await directory.releaseAnswer(winner, winner.claim);
      expect(await directory.claimAnswer(loser, 100)).toEqual({ ...winner, status: 201, body: '{"a":"č"}' });
    });

    test('a key is free when its time is over, when nothing was done, or when its attempt broke off', async () => {
      const { directory } = await subject.open();
      const first = wanted({ tenantId: null });
      const again = (over: Partial<KeptAnswer>) => ({ ...first, claim: unique('claim'), ...over });
      await directory.claimAnswer(first, 0);
      expect((await directory.claimAnswer(again({}), 99)).claim).toBe(first.claim);
      const taken = again({ startedAt: 300 });
      expect(await directory.claimAnswer(taken, 100)).toEqual({ ...taken, ...open });
      await directory.releaseAnswer(first, first.claim);
      expect((await directory.claimAnswer(again({}), 0)).claim).toBe(taken.claim);
      await directory.releaseAnswer(first, taken.claim);
      const next = again({ startedAt: 310 });
      expect((await directory.claimAnswer(next, 0)).claim).toBe(next.claim);
      await directory.finishAnswer(first, next.claim, { status: 204, body: null });
      expect((await directory.claimAnswer(again({ startedAt: 999 }), 999)).claim).toBe(next.claim);
      const late = again({ startedAt: 1000, expiresAt: 2000 });
      expect(await directory.claimAnswer(late, 0)).toEqual({ ...late, ...open });
    });

    test('keys of another caller or tenant are others, and tenants forget theirs alone', async () => {
      const { directory } = await subject.open();
      const first = wanted();
      const others = [
        { ...first, tenantId: unique('tenant'), claim: 'c2' },
        { ...first, caller: 'user/x', claim: 'c3' },
        { ...first, keyHash: unique('key'), claim: 'c4', expiresAt: 5000 },
      ];
      for (const one of [first, ...others]) {
        expect((await directory.claimAnswer(one, 0)).claim).toBe(one.claim);
      }
      expect(await directory.forgetAnswers(first.tenantId, 999)).toBe(0);
      expect(await directory.forgetAnswers(first.tenantId, 1000)).toBe(2);
      expect(await directory.forgetAnswers(first.tenantId, Number.POSITIVE_INFINITY)).toBe(1);
      expect(await directory.forgetAnswers(others[0]?.tenantId ?? '', 1000)).toBe(1);
    });
  });
}
