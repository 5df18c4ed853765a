import { and, desc, eq, inArray, isNull } from 'drizzle-orm';
import type { Hold } from '../../../core/ports/holds.ts';
import { LIMITS } from '../../normalise.ts';
import { fitText } from '../../text.ts';
import type { DirectoryContext } from './tenants.ts';

/** User of a hold on the whole tenant. */
const TENANT = '';

export async function placeHold(
  { executor, tables: { holds } }: DirectoryContext,
  { tenantId, holdId, userId, reason, placedBy, since }: Omit<Hold, 'releasedAt' | 'releasedBy'>,
): Promise<void> {
  await executor.atomic([
    executor.build
      .insert(holds)
      .values({
        ...{ tenantId, holdId, userId: userId ?? TENANT, since, releasedAt: null, releasedBy: null },
        reason: fitText(reason, LIMITS.subject),
        placedBy: fitText(placedBy, LIMITS.shortText),
      })
      .onConflictDoNothing(),
  ]);
}

export async function listHolds(
  { executor, tables: { holds } }: DirectoryContext,
  tenantId: string,
  { released = false }: { released?: boolean } = {},
): Promise<Hold[]> {
  const rows = await executor.all(
    executor.build
      .select(fields(holds))
      .from(holds)
      .where(and(eq(holds.tenantId, tenantId), released ? undefined : isNull(holds.releasedAt)))
      .orderBy(desc(holds.since), desc(holds.holdId)),
  );
  return rows.map(hold);
}

export async function holdsOn(
  { executor, tables: { holds } }: DirectoryContext,
  tenantId: string,
  userId: string,
): Promise<Hold[]> {
  const rows = await executor.all(
    executor.build
      .select(fields(holds))
      .from(holds)
      .where(
        and(eq(holds.tenantId, tenantId), inArray(holds.userId, [userId, TENANT]), isNull(holds.releasedAt)),
      )
      .orderBy(desc(holds.since), desc(holds.holdId)),
  );
  return rows.map(hold);
}

export async function releaseHold(
  { executor, tables: { holds } }: DirectoryContext,
  tenantId: string,
  holdId: string,
  by: string,
  at: number,
): Promise<boolean> {
  const [released] = await executor.atomic([
    executor.build
      .update(holds)
      .set({ releasedAt: at, releasedBy: fitText(by, LIMITS.shortText) })
      .where(and(eq(holds.tenantId, tenantId), eq(holds.holdId, holdId), isNull(holds.releasedAt)))
      .returning({ holdId: holds.holdId }),
  ]);
  return released?.rows.length === 1;
}

function fields(holds: DirectoryContext['tables']['holds']) {
  return {
    tenantId: holds.tenantId,
    holdId: holds.holdId,
    userId: holds.userId,
    reason: holds.reason,
    placedBy: holds.placedBy,
    since: holds.since,
    releasedAt: holds.releasedAt,
    releasedBy: holds.releasedBy,
  };
}

function hold(row: Omit<Hold, 'userId'> & { userId: string }): Hold {
  return { ...row, userId: row.userId === TENANT ? null : row.userId };
}
