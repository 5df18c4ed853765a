import type { CarrierView } from '../../shared/admin-api.ts';
import type { AdminClient } from '../admin-client.ts';
import { type Output, printable } from '../output.ts';
import { tenantOf } from './tenant-of.ts';

/** Positional of the relay commands. */
export const relayDomain = { name: 'domain', help: 'a domain of the tenant' };

export async function carrierPath(admin: AdminClient, domain: string): Promise<string> {
  return `/tenants/${await tenantOf(admin, domain)}/carrier`;
}

/** The way in force, for people. */
export function showCarrier(
  out: Output,
  domain: string,
  { setting, from, attachmentLinks }: CarrierView,
): void {
  const whose = from === 'tenant' ? 'its own choice' : "the installation's choice";
  if (setting.kind === 'none') {
    out.line(`Mail of ${domain} does not leave this installation (${whose}).`);
  } else if (setting.kind === 'cloudflare-email') {
    out.line(`Mail of ${domain} leaves by Cloudflare Email Service (${whose}).`);
  } else if (setting.kind === 'external') {
    out.line(`Mail of ${domain} waits for a sender that comes for it (${whose}).`);
  } else {
    const { host, port, security, auth, maxBytes } = setting;
    out.line(`Mail of ${domain} leaves by ${printable(host)}:${port} (${whose}).`);
    out.line(`security      ${security}`);
    out.line(`signs in      ${auth === null ? 'no' : `as ${printable(auth.user)}, ${auth.mechanism}`}`);
    out.line(`message size  at most ${maxBytes} bytes`);
  }
  out.line(`attachments   ${attachmentLinks ? 'too large ones become links' : 'are never made links'}`);
}
