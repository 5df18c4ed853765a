/**
 * Beside its row a held message has a marker in the bucket: an installation that is made again from its bucket (I28) holds
 * it as before, instead of placing it.
 */
import type { HeldMessage } from '../ports/quarantine.ts';

export function markerPrefix(tenantId: string, mailboxId?: string): string {
  return mailboxId === undefined ? `quarantine/${tenantId}/` : `quarantine/${tenantId}/${mailboxId}/`;
}

export function markerKey({
  tenantId,
  mailboxId,
  itemId,
}: Pick<HeldMessage, 'tenantId' | 'mailboxId' | 'itemId'>): string {
  return `${markerPrefix(tenantId, mailboxId)}${itemId}.json`;
}

/** null for what was not written by `JSON.stringify` of a held message. */
export function readMarker(key: string, text: string): HeldMessage | null {
  try {
    const message = JSON.parse(text) as HeldMessage;
    return markerKey(message) === key
      ? { ...message, state: 'held', decidedAt: null, decidedBy: null }
      : null;
  } catch {
    return null;
  }
}
