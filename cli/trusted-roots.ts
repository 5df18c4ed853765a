import type { CertificateView } from '../shared/admin-api.ts';
import type { AdminClient } from './admin-client.ts';
import { tenantOf } from './commands/tenant-of.ts';
import { type Output, shortTime } from './output.ts';
import { listed } from './paging.ts';

/** Path of the trusted roots of the tenant that a domain belongs to. */
export async function rootsPath(admin: AdminClient, domain: string): Promise<string> {
  return `/tenants/${encodeURIComponent(await tenantOf(admin, domain))}/trusted-roots`;
}

export async function listRoots(admin: AdminClient, path: string): Promise<CertificateView[]> {
  return listed<CertificateView>(admin, path);
}

export function showRoots(out: Output, items: CertificateView[]): void {
  out.result(items, () => {
    out.table(
      ['authority', 'expires', 'fingerprint'],
      items.map((c) => [c.subject.replaceAll('\n', ', '), shortTime(c.notAfter), c.fingerprint]),
      'No authority is trusted: waypost trust add <domain> <file>',
    );
  });
}
