import { and, eq, gt, isNotNull, isNull, lte } from 'drizzle-orm';
import { ConflictError } from '../../../core/errors.ts';
import type { Factor, SessionDirectory } from '../../../core/ports/sessions.ts';
import { fitText } from '../../text.ts';
import type { DirectoryContext } from './tenants.ts';

const MAX_TEXT = 1024;
/** Tenant and user of a challenge of whom nobody knows yet. */
const NOBODY = '';

type Factors = Pick<
  SessionDirectory,
  | 'putFactor'
  | 'listFactors'
  | 'listFactorsOfKind'
  | 'replaceFactorSecret'
  | 'confirmFactor'
  | 'useFactor'
  | 'removeFactor'
  | 'putChallenge'
  | 'takeChallenge'
>;

export function createFactors({ executor, tables }: DirectoryContext): Factors {
  const { build } = executor;
  const { signInFactors: factors, signInChallenges: challenges } = tables;
  const fields = {
    tenantId: factors.tenantId,
    userId: factors.userId,
    factorId: factors.factorId,
    kind: factors.kind,
    secret: factors.secret,
    counter: factors.counter,
    label: factors.label,
    createdAt: factors.createdAt,
    confirmedAt: factors.confirmedAt,
    lastUsedAt: factors.lastUsedAt,
  };
  const ofUser = (tenantId: string, userId: string) =>
    and(eq(factors.tenantId, tenantId), eq(factors.userId, userId));
  const one = (tenantId: string, userId: string, factorId: string) =>
    and(ofUser(tenantId, userId), eq(factors.factorId, factorId));

  return {
    async putFactor({ label, ...factor }) {
      const [made] = await executor.atomic([
        build
          .insert(factors)
          .values({ ...factor, label: fitText(label, MAX_TEXT) })
          .onConflictDoNothing(),
      ]);
      if (made?.changes !== 1) throw new ConflictError('there is such a factor');
    },
    async listFactors(tenantId, userId) {
      const rows = await executor.all(
        build
          .select(fields)
          .from(factors)
          .where(ofUser(tenantId, userId))
          .orderBy(factors.createdAt, factors.factorId),
      );
      return rows as Factor[];
    },
    async listFactorsOfKind(tenantId, kind, afterUserId, limit) {
      const rows = await executor.all(
        build
          .select(fields)
          .from(factors)
          .where(and(eq(factors.tenantId, tenantId), eq(factors.kind, kind), gt(factors.userId, afterUserId)))
          .orderBy(factors.userId, factors.factorId)
          .limit(limit),
      );
      return rows as Factor[];
    },
    async replaceFactorSecret({ tenantId, userId, factorId, secret: from }, secret) {
      const [done] = await executor.atomic([
        build
          .update(factors)
          .set({ secret })
          .where(and(one(tenantId, userId, factorId), eq(factors.secret, from))),
      ]);
      return done?.changes === 1;
    },
    async confirmFactor(tenantId, userId, factorId, counter, at) {
      const [done] = await executor.atomic([
        build
          .update(factors)
          .set({ confirmedAt: at, counter, lastUsedAt: at })
          .where(and(one(tenantId, userId, factorId), isNull(factors.confirmedAt))),
      ]);
      return (done?.changes ?? 0) > 0;
    },
    async useFactor({ tenantId, userId, factorId }, { from, to }, at) {
      const [done] = await executor.atomic([
        build
          .update(factors)
          .set({ counter: to, lastUsedAt: at })
          .where(
            and(one(tenantId, userId, factorId), eq(factors.counter, from), isNotNull(factors.confirmedAt)),
          ),
      ]);
      return (done?.changes ?? 0) > 0;
    },
    async removeFactor(tenantId, userId, factorId) {
      const [gone] = await executor.atomic([build.delete(factors).where(one(tenantId, userId, factorId))]);
      return (gone?.changes ?? 0) > 0;
    },

    async putChallenge({ tenantId, userId, ...challenge }, now) {
      const owner = { tenantId: tenantId ?? NOBODY, userId: userId ?? NOBODY };
      await executor.atomic([
        build
          .delete(challenges)
          .where(and(eq(challenges.tenantId, owner.tenantId), lte(challenges.expiresAt, now))),
        build.insert(challenges).values({ ...owner, ...challenge }),
      ]);
    },
    async takeChallenge(kind, challengeHash, now) {
      const [taken] = await executor.atomic([
        build
          .delete(challenges)
          .where(
            and(
              eq(challenges.challengeHash, challengeHash),
              eq(challenges.kind, kind),
              gt(challenges.expiresAt, now),
            ),
          )
          .returning({
            tenantId: challenges.tenantId,
            userId: challenges.userId,
            data: challenges.data,
            expiresAt: challenges.expiresAt,
          }),
      ]);
      const row = taken?.rows[0];
      if (row === undefined) return null;
      const owner = (value: unknown) => (value === NOBODY ? null : String(value));
      return {
        ...{ challengeHash, kind, data: String(row['data']), expiresAt: Number(row['expires_at']) },
        ...{ tenantId: owner(row['tenant_id']), userId: owner(row['user_id']) },
      };
    },
  };
}
