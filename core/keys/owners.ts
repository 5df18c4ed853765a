/**
 * Kinds of sealed values, the first part of what they belong to. `kept`: sealed anew when a tenant gets another key, so
 * each has its source (sources.ts). `day`: gone before an older key goes. `installation`: under its secret, since it must
 * open where the directory is lost, and every key of a tenant with it.
 */
export const SEALED_KINDS: Readonly<Record<string, 'kept' | 'day' | 'installation'>> = {
  relay: 'kept',
  dkim: 'kept',
  codes: 'kept',
  webhook: 'kept',
  'installation-webhook': 'installation',
  directory: 'installation',
  'tenant-key': 'installation',
};

/** Tenant setting in which the password of a relay lies, as `sealedSecret`. */
export const CARRIER_SETTING = 'carriers';

export function relayOwner(tenantId: string): string {
  return `relay/${tenantId}`;
}

/** Of the secret of a user's time-based codes. */
export function codesOwner({ tenantId, userId }: { tenantId: string; userId: string }): string {
  return `codes/${tenantId}/${userId}`;
}

/** Of the secrets that a webhook's events are signed with. */
export function webhookOwner({
  tenantId,
  webhookId,
}: {
  tenantId: string | null;
  webhookId: string;
}): string {
  return tenantId === null ? `installation-webhook/-/${webhookId}` : `webhook/${tenantId}/${webhookId}`;
}
