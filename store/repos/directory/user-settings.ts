import { and, eq, inArray } from 'drizzle-orm';
import { QUOTA_SETTING, USAGE_SETTING } from '../../../core/quota/settings.ts';
import { LIMITS } from '../../normalise.ts';
import { fitText } from '../../text.ts';
import type { DirectoryContext } from './tenants.ts';

/** The value that was put last, or null. */
export async function getUserSetting(
  { executor, tables: { userSettings } }: DirectoryContext,
  tenantId: string,
  userId: string,
  name: string,
): Promise<unknown> {
  const [row] = await executor.all(
    executor.build
      .select({ value: userSettings.value })
      .from(userSettings)
      .where(
        and(
          eq(userSettings.tenantId, tenantId),
          eq(userSettings.userId, userId),
          eq(userSettings.name, fitText(name, LIMITS.shortText)),
        ),
      ),
  );
  return row === undefined ? null : (JSON.parse(row.value) as unknown);
}

/** null forgets the setting. */
export async function putUserSetting(
  { executor, tables: { userSettings } }: DirectoryContext,
  tenantId: string,
  userId: string,
  name: string,
  value: unknown,
): Promise<void> {
  const key = fitText(name, LIMITS.shortText);
  if (value === null || value === undefined) {
    await executor.atomic([
      executor.build
        .delete(userSettings)
        .where(
          and(
            eq(userSettings.tenantId, tenantId),
            eq(userSettings.userId, userId),
            eq(userSettings.name, key),
          ),
        ),
    ]);
    return;
  }
  const text = JSON.stringify(value);
  await executor.atomic([
    executor.build
      .insert(userSettings)
      .values({ tenantId, userId, name: key, value: text })
      .onConflictDoUpdate({
        target: [userSettings.tenantId, userSettings.userId, userSettings.name],
        set: { value: text },
      }),
  ]);
}

export async function quotaValues(
  { executor, tables: { tenantSettings, userSettings } }: DirectoryContext,
  tenantId: string,
  userId: string,
): Promise<{ tenant: unknown; usage: unknown; user: unknown }> {
  const { build } = executor;
  const [ofTenant, ofUser] = await executor.read(
    build
      .select({ name: tenantSettings.name, value: tenantSettings.value })
      .from(tenantSettings)
      .where(
        and(
          eq(tenantSettings.tenantId, tenantId),
          inArray(tenantSettings.name, [QUOTA_SETTING, USAGE_SETTING]),
        ),
      ),
    build
      .select({ value: userSettings.value })
      .from(userSettings)
      .where(
        and(
          eq(userSettings.tenantId, tenantId),
          eq(userSettings.userId, userId),
          eq(userSettings.name, QUOTA_SETTING),
        ),
      ),
  );
  const named = (name: string) => parsed(ofTenant.find((row) => row.name === name)?.value);
  return { tenant: named(QUOTA_SETTING), usage: named(USAGE_SETTING), user: parsed(ofUser[0]?.value) };
}

function parsed(json: string | undefined): unknown {
  return json === undefined ? null : (JSON.parse(json) as unknown);
}
