import type { Principal } from '../../core/identity/types.ts';
import { canonicalAddress, routeCandidates } from '../../core/mail/recipients.ts';
import type { Services } from '../../platform/services.ts';

/** Whose settings are told. */
export interface Subject {
  address: string;
  displayName: string;
  /** Stable name of the mailbox, in the form that Outlook wants it. */
  legacyDn: string;
  /** Stable for the tenant. */
  deploymentId: string;
}

export type Found =
  | { kind: 'settings'; subject: Subject }
  /** Ask again with this address. */
  | { kind: 'redirect'; address: string }
  | { kind: 'unknown' };

/**
 * Who the address is to the signed-in user. Their own under another name of the same domain: their settings, in which the
 * primary address stands. Their own alias of another domain: the client is to ask again with the primary address, under
 * whose domain the account lives. Any other address of the tenant's domains: the same settings whether or not anybody has
 * it, with nothing looked up, so that neither answer nor time tells (I22); a shared mailbox is opened with them.
 */
export async function findSubject(
  services: Pick<Services, 'directory'>,
  { tenant, user }: Principal,
  asked: string,
): Promise<Found> {
  const address = canonicalAddress(asked.trim());
  if (address === null) return { kind: 'unknown' };
  const { domain, addresses } = routeCandidates(address);
  const [aliases, known] = await Promise.all([
    services.directory.listAliases(tenant.tenantId, user.userId),
    services.directory.getDomain(domain),
  ]);
  const own = [user.address, ...aliases.filter((one) => one.enabled).map((one) => one.address)];
  const deploymentId = await uuidOf(`tenant ${tenant.tenantId}`);
  if (addresses.some((one) => own.includes(one))) {
    if (!user.address.endsWith(`@${domain}`)) return { kind: 'redirect', address: user.address };
    return {
      kind: 'settings',
      subject: {
        ...{ address: user.address, displayName: user.displayName || user.address, deploymentId },
        legacyDn: legacyDn(user.address),
      },
    };
  }
  if (known === null || known.tenantId !== tenant.tenantId || !known.enabled) return { kind: 'unknown' };
  return {
    kind: 'settings',
    subject: { address, displayName: address, deploymentId, legacyDn: legacyDn(address) },
  };
}

function legacyDn(address: string): string {
  return `/o=Waypost/ou=Exchange Administrative Group/cn=Recipients/cn=${address.replaceAll('/', '_')}`;
}

/** A UUID made of a name, always the same (RFC 9562 5.8). */
export async function uuidOf(name: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(name)));
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x80;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(hash.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
