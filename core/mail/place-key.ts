/** Names of raw messages. The tenant and the day are part of them, so that recent ones can be listed by prefix. */

const KEY = /^blobs\/([A-Za-z0-9_-]{1,64})\/(\d{4})\/(\d{2})\/(\d{2})\/([A-Za-z0-9_-]{1,64})\.eml$/;

/** Key of a raw message: `blobs/{tenant}/{yyyy}/{mm}/{dd}/{messageId}.eml`, the day in UTC. */
export function rawKey(tenantId: string, receivedAt: number, messageId: string): string {
  return `${dayPrefix(tenantId, receivedAt)}${messageId}.eml`;
}

/** Prefix of all raw messages that a tenant received on the UTC day of `at`. */
export function dayPrefix(tenantId: string, at: number): string {
  const [year, month, day] = new Date(at).toISOString().slice(0, 10).split('-');
  return `blobs/${tenantId}/${year}/${month}/${day}/`;
}

/**
 * Tenant and item of a raw key, or null when it is none. The item of a received message has the id of its object,
 * so a repeated delivery, a reconciler and a rebuild all arrive at the same item.
 */
export function parseRawKey(key: string): { tenantId: string; itemId: string } | null {
  const match = KEY.exec(key);
  const tenantId = match?.[1];
  const itemId = match?.[5];
  return tenantId === undefined || itemId === undefined ? null : { tenantId, itemId };
}
