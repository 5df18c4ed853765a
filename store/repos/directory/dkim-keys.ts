import { and, asc, eq, exists, isNotNull, isNull, ne, or, type SQL } from 'drizzle-orm';
import { ConflictError } from '../../../core/errors.ts';
import type { DkimKey, DkimKeyStore } from '../../../core/ports/dkim.ts';
import type { DirectoryContext } from './tenants.ts';

export function createDkimKeyStore({ executor, tables: { dkimKeys } }: DirectoryContext): DkimKeyStore {
  const isKey = ({ tenantId, domain, selector }: Pick<DkimKey, 'tenantId' | 'domain' | 'selector'>) =>
    and(eq(dkimKeys.tenantId, tenantId), eq(dkimKeys.domain, domain), eq(dkimKeys.selector, selector));

  async function select(which: SQL | undefined): Promise<DkimKey[]> {
    const rows = await executor.all(
      executor.build
        .select({
          tenantId: dkimKeys.tenantId,
          domain: dkimKeys.domain,
          selector: dkimKeys.selector,
          algorithm: dkimKeys.algorithm,
          publicKey: dkimKeys.publicKey,
          sealedKey: dkimKeys.sealedKey,
          state: dkimKeys.state,
          createdAt: dkimKeys.createdAt,
          notBefore: dkimKeys.notBefore,
          notAfter: dkimKeys.notAfter,
        })
        .from(dkimKeys)
        .where(which)
        .orderBy(asc(dkimKeys.domain), asc(dkimKeys.createdAt), asc(dkimKeys.selector)),
    );
    return rows as DkimKey[];
  }

  return {
    async addKey(key) {
      const [inserted] = await executor.atomic([
        executor.build.insert(dkimKeys).values(key).onConflictDoNothing(),
      ]);
      if (inserted?.changes !== 1) throw new ConflictError('the domain has a key of this selector');
    },
    listKeys: (tenantId, domain) => select(and(eq(dkimKeys.tenantId, tenantId), eq(dkimKeys.domain, domain))),
    listChanging: (tenantId) =>
      select(
        and(eq(dkimKeys.tenantId, tenantId), or(eq(dkimKeys.state, 'pending'), isNotNull(dkimKeys.notAfter))),
      ),
    async activateKey(key, at, othersUntil) {
      const isPending = and(isKey(key), eq(dkimKeys.state, 'pending'));
      const pending = executor.build.select({ selector: dkimKeys.selector }).from(dkimKeys).where(isPending);
      const [, activated] = await executor.atomic([
        executor.build
          .update(dkimKeys)
          .set({ notAfter: othersUntil })
          .where(
            and(
              eq(dkimKeys.tenantId, key.tenantId),
              eq(dkimKeys.domain, key.domain),
              eq(dkimKeys.algorithm, key.algorithm),
              ne(dkimKeys.selector, key.selector),
              eq(dkimKeys.state, 'active'),
              isNull(dkimKeys.notAfter),
              exists(pending),
            ),
          ),
        executor.build.update(dkimKeys).set({ state: 'active', notBefore: at }).where(isPending),
      ]);
      return activated?.changes === 1;
    },
    async changeKey(key, from, change) {
      const [updated] = await executor.atomic([
        executor.build
          .update(dkimKeys)
          .set(change)
          .where(and(isKey(key), eq(dkimKeys.state, from))),
      ]);
      return updated?.changes === 1;
    },
    async forgetKey(key) {
      await executor.atomic([executor.build.delete(dkimKeys).where(isKey(key))]);
    },
  };
}
