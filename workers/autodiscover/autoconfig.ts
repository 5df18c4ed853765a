import { canonicalAddress, canonicalDomain } from '../../core/mail/recipients.ts';
import type { Endpoints } from './endpoints.ts';
import { el, xmlResponse } from './xml.ts';

const HOST_PREFIX = 'autoconfig.';

/**
 * Thunderbird's own form (config version 1.1). The same for every address of a domain: the client puts its address into
 * it. Two servers: EWS as Thunderbird writes it now, and as its add-ons did before.
 */
export function answerAutoconfig(request: Request, to: Endpoints): Response {
  const url = new URL(request.url);
  const domain = domainOf(url);
  if (domain === null)
    return new Response('not found\n', { status: 404, headers: { 'cache-control': 'no-store' } });
  const server = (type: string, ...more: Parameters<typeof el>[1][]) =>
    el(
      `incomingServer type="${type}"`,
      el('hostname', to.host),
      el('port', String(to.port)),
      el('socketType', to.secure ? 'SSL' : 'plain'),
      el('username', '%EMAILADDRESS%'),
      el('authentication', 'password-cleartext'),
      ...more,
    );
  return xmlResponse(
    el(
      'clientConfig version="1.1"',
      el(
        `emailProvider id="${domain}"`,
        el('domain', domain),
        el('displayName', domain),
        el('displayShortName', domain),
        server('ews', el('url', to.ews)),
        server('exchange', el('ewsURL', to.ews), el('easURL', to.activeSync)),
      ),
    ),
  );
}

/** The domain of the address that is asked for, or of the host that is asked; it is part of an attribute. */
function domainOf(url: URL): string | null {
  const address = url.searchParams.get('emailaddress');
  if (address !== null) {
    const canonical = canonicalAddress(address.trim());
    return canonical === null ? null : canonical.slice(canonical.lastIndexOf('@') + 1);
  }
  const host = url.hostname.toLowerCase();
  return canonicalDomain(host.startsWith(HOST_PREFIX) ? host.slice(HOST_PREFIX.length) : host);
}
