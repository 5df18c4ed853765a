import { and, eq, isNull, lte, or } from 'drizzle-orm';
import type { AnswerDirectory, AnswerKey } from '../../../core/ports/kept-answers.ts';
import { fitOptional } from '../../text.ts';
import type { DirectoryContext } from './tenants.ts';

/** Tenant of a caller of the installation. */
const NONE = '';
/** More than any answer that is kept. */
const MAX_BODY = 1_000_000;

export function createKeptAnswers({
  executor,
  tables: { keptAnswers: t },
}: DirectoryContext): AnswerDirectory {
  const { build } = executor;
  const isKey = ({ tenantId, caller, keyHash }: AnswerKey) =>
    and(eq(t.tenantId, tenantId ?? NONE), eq(t.caller, caller), eq(t.keyHash, keyHash));
  const fields = {
    tenantId: t.tenantId,
    caller: t.caller,
    keyHash: t.keyHash,
    requestHash: t.requestHash,
    claim: t.claim,
    startedAt: t.startedAt,
    expiresAt: t.expiresAt,
    status: t.status,
    body: t.body,
  };

  return {
    async claimAnswer({ tenantId, ...wanted }, abandoned) {
      const { requestHash, claim, startedAt, expiresAt } = wanted;
      const row = { ...wanted, tenantId: tenantId ?? NONE, status: null, body: null };
      await executor.atomic([
        build
          .insert(t)
          .values(row)
          .onConflictDoUpdate({
            target: [t.tenantId, t.caller, t.keyHash],
            set: { requestHash, claim, startedAt, expiresAt, status: null, body: null },
            setWhere: and(
              eq(t.tenantId, row.tenantId),
              or(lte(t.expiresAt, startedAt), and(isNull(t.status), lte(t.startedAt, abandoned))),
            ),
          }),
      ]);
      const [kept] = await executor.all(
        build
          .select(fields)
          .from(t)
          .where(isKey({ ...wanted, tenantId })),
      );
      // Between the two the time of a key can have come.
      return kept === undefined
        ? { ...row, tenantId }
        : { ...kept, tenantId: kept.tenantId === NONE ? null : kept.tenantId };
    },
    async finishAnswer(key, claim, { status, body }) {
      await executor.atomic([
        build
          .update(t)
          .set({ status, body: fitOptional(body, MAX_BODY) })
          .where(and(isKey(key), eq(t.claim, claim))),
      ]);
    },
    async releaseAnswer(key, claim) {
      await executor.atomic([build.delete(t).where(and(isKey(key), eq(t.claim, claim), isNull(t.status)))]);
    },
    async forgetAnswers(tenantId, at) {
      const over = Number.isFinite(at) ? lte(t.expiresAt, at) : undefined;
      const [gone] = await executor.atomic([
        build.delete(t).where(and(eq(t.tenantId, tenantId ?? NONE), over)),
      ]);
      return gone?.changes ?? 0;
    },
  };
}
