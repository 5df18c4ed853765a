import type { User } from '../../core/identity/types.ts';
import type { Erasure, ErasureDirectory, ErasureStore, ErasureSubject } from '../../core/ports/erasure.ts';
import { FIRST, LAST } from '../erasing/plan.ts';
import { compareText } from '../text.ts';

/** Deleted users in memory. */
export function createMemoryErasures(users: Map<string, User>): ErasureDirectory {
  const erasures = new Map<string, Erasure>();
  const keyOf = (tenantId: string, userId: string) => JSON.stringify([tenantId, userId]);
  return {
    async deleteUser(erasure) {
      const user = users.get(erasure.userId);
      const key = keyOf(erasure.tenantId, erasure.userId);
      if (user?.tenantId !== erasure.tenantId || user.status === 'deleted' || erasures.has(key)) return false;
      erasures.set(key, structuredClone(erasure));
      user.status = 'deleted';
      return true;
    },
    async restoreUser(tenantId, userId) {
      const erasure = erasures.get(keyOf(tenantId, userId));
      const user = users.get(userId);
      if (erasure?.state !== 'deleted' || user?.tenantId !== tenantId) return false;
      user.status = erasure.formerStatus;
      return erasures.delete(keyOf(tenantId, userId));
    },
    getErasure: async (tenantId, userId) => structuredClone(erasures.get(keyOf(tenantId, userId)) ?? null),
    findErasures: async (tenantId, addressDigest) =>
      structuredClone(
        [...erasures.values()]
          .filter((one) => one.tenantId === tenantId && one.addressDigest === addressDigest)
          .sort((a, b) => b.deletedAt - a.deletedAt || compareText(b.userId, a.userId)),
      ),
    async updateErasure({ tenantId, userId, revision }, to) {
      const there = erasures.get(keyOf(tenantId, userId));
      if (there?.revision !== revision) return false;
      const { state, eraseAfter, finishedAt, nextAt, progress } = structuredClone(to);
      Object.assign(there, { state, eraseAfter, finishedAt, nextAt, progress, revision: revision + 1 });
      return true;
    },
    dueErasures: async (tenantId, at, limit) =>
      structuredClone(
        [...erasures.values()]
          .filter((one) => one.tenantId === tenantId && one.nextAt !== null && one.nextAt <= at)
          .sort((a, b) => (a.nextAt ?? 0) - (b.nextAt ?? 0) || compareText(a.userId, b.userId))
          .slice(0, limit),
      ),
  };
}

/** Rows of one table that are of a user. */
export interface Erasable {
  table: string;
  count(subject: ErasureSubject): number;
  erase(subject: ErasureSubject): void;
}

/** The rows of a map that are of a user. */
export function erasableRows<Row>(
  table: string,
  rows: Map<string, Row>,
  isTheirs: (row: Row, subject: ErasureSubject, key: string) => boolean,
): Erasable {
  const keysOf = (subject: ErasureSubject) =>
    [...rows].filter(([key, row]) => isTheirs(row, subject, key)).map(([key]) => key);
  return {
    table,
    count: (subject) => keysOf(subject).length,
    erase: (subject) => {
      for (const key of keysOf(subject)) rows.delete(key);
    },
  };
}

/** Whether a row of a table with tenant and user is of this one. */
export function isOfUser(
  row: { tenantId: string | null; userId: string | null },
  { ref }: ErasureSubject,
): boolean {
  return row.tenantId === ref.tenantId && row.userId === ref.mailboxId;
}

export function createMemoryErasureStore(erasables: readonly Erasable[]): ErasureStore {
  const names = [...new Set(erasables.map(({ table }) => table))];
  const middle = names.filter((name) => name !== FIRST && !LAST.includes(name));
  const tables = [FIRST, ...middle, ...LAST];
  const of = (table: string) => erasables.filter((one) => one.table === table);
  return {
    tables: () => [...tables],
    async erase(subject, table) {
      const rows = of(table).reduce((sum, one) => sum + one.count(subject), 0);
      for (const one of of(table)) one.erase(subject);
      return { rows, more: false };
    },
    leftovers: async (subject) =>
      Object.fromEntries(
        names
          .map((name): [string, number] => [name, of(name).reduce((n, one) => n + one.count(subject), 0)])
          .filter(([, n]) => n > 0),
      ),
  };
}
