import { resealStep } from './reseal.ts';
import type { KeyServices } from './types.ts';

/** Answers that are kept for a day hold secrets too, and isolates seal under the old key for a moment longer. */
const KEPT_MS = 48 * 3_600_000;

/**
 * Removes the older keys of a tenant, two days after the newest was made and once nothing lies under them any more.
 * @returns the generations that went; none while a secret does not open
 */
export async function forgetOldKeys(services: KeyServices, tenantId: string): Promise<number[]> {
  const keys = await services.directory.listTenantKeys(tenantId);
  const newest = keys.at(-1);
  if (newest === undefined || keys.length < 2 || services.now() - newest.createdAt < KEPT_MS) return [];
  let cursor: string | null = null;
  do {
    const step = await resealStep(services, tenantId, cursor);
    if (step.left > 0) return [];
    cursor = step.cursor;
  } while (cursor !== null);
  const gone: number[] = [];
  for (const { generation } of keys.slice(0, -1)) {
    if (await services.directory.removeTenantKey(tenantId, generation)) gone.push(generation);
  }
  return gone;
}
