import type { BlobStore } from '../ports/blobs.ts';
import type { LinkStore } from '../ports/links.ts';

const AT_ONCE = 100;
const DAY_MS = 86_400_000;
/** How long a link that has ended still says so. */
const REMEMBER_MS = 365 * DAY_MS;

/** Removes what is kept for links of a tenant that have all ended. Number of messages. */
export async function sweepLinks(
  { links, blobs, now }: { links: LinkStore; blobs: Pick<BlobStore, 'delete'>; now(): number },
  tenantId: string,
): Promise<number> {
  const ended = await links.endedObjects(tenantId, now(), AT_ONCE);
  for (const key of ended) {
    await blobs.delete(key.replace(/\.eml$/, '.sent.eml'), key);
    await links.forgetObject(tenantId, key);
  }
  await links.removeLinks(tenantId, now() - REMEMBER_MS);
  return ended.length;
}
