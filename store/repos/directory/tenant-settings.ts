import { and, eq } from 'drizzle-orm';
import { LIMITS } from '../../normalise.ts';
import { fitText } from '../../text.ts';
import type { DirectoryContext } from './tenants.ts';

/** The value that was put last, or null. */
export async function getTenantSetting(
  { executor, tables: { tenantSettings } }: DirectoryContext,
  tenantId: string,
  name: string,
): Promise<unknown> {
  const [row] = await executor.all(
    executor.build
      .select({ value: tenantSettings.value })
      .from(tenantSettings)
      .where(
        and(eq(tenantSettings.tenantId, tenantId), eq(tenantSettings.name, fitText(name, LIMITS.shortText))),
      ),
  );
  return row === undefined ? null : (JSON.parse(row.value) as unknown);
}

/** Only while the value is still what it was. */
export async function replaceTenantSetting(
  { executor, tables: { tenantSettings } }: DirectoryContext,
  tenantId: string,
  name: string,
  from: unknown,
  value: unknown,
): Promise<boolean> {
  const [changed] = await executor.atomic([
    executor.build
      .update(tenantSettings)
      .set({ value: JSON.stringify(value) })
      .where(
        and(
          eq(tenantSettings.tenantId, tenantId),
          eq(tenantSettings.name, fitText(name, LIMITS.shortText)),
          eq(tenantSettings.value, JSON.stringify(from)),
        ),
      ),
  ]);
  return changed?.changes === 1;
}

/** null forgets the setting. */
export async function putTenantSetting(
  { executor, tables: { tenantSettings } }: DirectoryContext,
  tenantId: string,
  name: string,
  value: unknown,
): Promise<void> {
  const key = fitText(name, LIMITS.shortText);
  if (value === null || value === undefined) {
    await executor.atomic([
      executor.build
        .delete(tenantSettings)
        .where(and(eq(tenantSettings.tenantId, tenantId), eq(tenantSettings.name, key))),
    ]);
    return;
  }
  const text = JSON.stringify(value);
  await executor.atomic([
    executor.build
      .insert(tenantSettings)
      .values({ tenantId, name: key, value: text })
      .onConflictDoUpdate({ target: [tenantSettings.tenantId, tenantSettings.name], set: { value: text } }),
  ]);
}
