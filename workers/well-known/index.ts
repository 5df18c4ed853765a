import { mtaStsPolicy } from '../../core/domains/mta-sts.ts';
import { domainSettingName, readDomainSettings } from '../../core/domains/settings.ts';
import { canonicalDomain } from '../../core/mail/recipients.ts';
import type { Services } from '../../platform/services.ts';

export const MTA_STS_PATH = '/.well-known/mta-sts.txt';

const HOST_PREFIX = 'mta-sts.';
/** Senders keep the policy for its own max_age; this is for whatever stands between. */
const CACHE_SECONDS = 300;

/**
 * The MTA-STS policy of the domain that the request's host names (RFC 8461 3.3), for domains of this installation
 * that have one.
 */
export function createWellKnown(
  services: Pick<Services, 'directory' | 'config'>,
): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return text(405, 'method not allowed\n', { allow: 'GET, HEAD' });
    const policy = await policyOf(services, new URL(request.url).hostname);
    return policy === null
      ? text(404, 'not found\n', { 'cache-control': 'no-store' })
      : text(200, policy, { 'cache-control': `public, max-age=${CACHE_SECONDS}` });
  };
}

async function policyOf(
  { directory, config }: Pick<Services, 'directory' | 'config'>,
  hostname: string,
): Promise<string | null> {
  const host = hostname.toLowerCase();
  const name = host.startsWith(HOST_PREFIX) ? canonicalDomain(host.slice(HOST_PREFIX.length)) : null;
  const domain = name === null ? null : await directory.getDomain(name);
  if (domain === null || !domain.enabled) return null;
  const stored = await directory.getTenantSetting(domain.tenantId, domainSettingName(domain.domain));
  const { mtaSts } = readDomainSettings(stored);
  return mtaSts === null ? null : mtaStsPolicy(mtaSts, config.mxHosts);
}

function text(status: number, body: string, headers: Record<string, string>): Response {
  const all = {
    'content-type': 'text/plain; charset=utf-8',
    'x-content-type-options': 'nosniff',
    ...headers,
  };
  return new Response(body, { status, headers: all });
}
