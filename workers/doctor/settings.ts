import { sealOwner } from '../../core/dkim/record.ts';
import type { Services } from '../../platform/services.ts';
import { type DoctorFinding, fine, trouble, unknown, warning } from '../../shared/admin/doctor.ts';
import { checked } from './findings.ts';

/** Tenants that are looked through for something sealed. */
const MAX_TENANTS = 50;
const SHORT_TOKEN = 24;
/** What examples and tests of this project are made of, and what people write first. */
const WELL_KNOWN = /example|changeme|change-me|secret-?token|password|admin-?token|test-?token|12345678/i;

/** Secrets that are missing or easy to guess, and whether what is sealed opens. */
export async function lookAtSecrets(services: Services, here: URL): Promise<DoctorFinding[]> {
  const { config } = services;
  const token = config.adminToken ?? '';
  const weak = token.length < SHORT_TOKEN || WELL_KNOWN.test(token);
  const guessable = config.internalTokens.filter((one) => WELL_KNOWN.test(one.token));
  return [
    weak
      ? // Nobody reaches this machine from elsewhere.
        (isHere(here.hostname) ? warning : trouble)(
          'secret.ADMIN_TOKEN',
          'is short or easy to guess',
          'npx wrangler secret put ADMIN_TOKEN, with 32 random bytes',
        )
      : fine('secret.ADMIN_TOKEN', 'is set'),
    guessable.length > 0
      ? trouble(
          'secret.INTERNAL_TOKENS',
          `${guessable.map(({ name }) => name).join(', ')}: easy to guess`,
          'npx wrangler secret put INTERNAL_TOKENS',
        )
      : fine(
          'secret.INTERNAL_TOKENS',
          config.internalTokens.length === 0
            ? 'not set: no data service'
            : `${config.internalTokens.length} set`,
        ),
    ...(await lookAtSealed(services)),
  ];
}

/** SECRETS_KEY is there, and is the one under which things were sealed. */
function lookAtSealed({ directory, dkimKeys, seal }: Services): Promise<DoctorFinding[]> {
  const check = 'secret.SECRETS_KEY';
  const back = 'put the SECRETS_KEY back that it was sealed with: npx wrangler secret put SECRETS_KEY';
  return checked(check, back, async () => {
    if (seal === null)
      return [
        warning(
          check,
          'not set: no DKIM keys, relay passwords or codes of apps can be kept',
          'npx wrangler secret put SECRETS_KEY, with 32 random bytes',
        ),
      ];
    for (const { tenantId } of (await directory.listTenants()).slice(0, MAX_TENANTS)) {
      for (const { domain } of await directory.listDomains(tenantId)) {
        const key = (await dkimKeys.listKeys(tenantId, domain)).find(({ sealedKey }) => sealedKey !== '');
        if (key === undefined) continue;
        try {
          await seal.open(sealOwner(key), key.sealedKey);
          return [fine(check, `opens the DKIM key of ${domain}`)];
        } catch {
          return [trouble(check, `does not open the DKIM key of ${domain}`, back)];
        }
      }
    }
    return [unknown(check, 'is set; nothing is sealed yet that it could open')];
  });
}

/** Settings that are good for a laptop only, or left as the examples have them. */
export function lookAtSettings({ config }: Pick<Services, 'config'>, here: URL): DoctorFinding[] {
  if (isHere(here.hostname)) return [];
  const findings: DoctorFinding[] = [];
  const bad = (name: string, what: string, mend: string) =>
    findings.push(trouble(`setting.${name}`, what, mend));
  const poor = (name: string, what: string, mend: string) =>
    findings.push(warning(`setting.${name}`, what, mend));
  const change = (name: string) => `change ${name} in the configuration and run "waypost setup"`;
  const { publicUrl, filesUrl, authservId, relayHosts, dnsOverHttpsUrl, mxHosts } = config;
  if (publicUrl === null)
    poor('PUBLIC_URL', 'is empty: programs are told whatever host they ask', change('PUBLIC_URL'));
  else if (publicUrl.startsWith('http:'))
    bad('PUBLIC_URL', `${publicUrl} is plain http: passwords go in clear`, change('PUBLIC_URL'));
  else if (isExample(new URL(publicUrl).hostname))
    bad('PUBLIC_URL', `${publicUrl} is the example`, change('PUBLIC_URL'));
  if (relayHosts.allowPrivate)
    bad(
      'RELAY_ALLOW_PRIVATE',
      'is 1: tenants may name hosts of private networks',
      change('RELAY_ALLOW_PRIVATE'),
    );
  if (isExample(authservId) || authservId.endsWith('.local'))
    bad('AUTHSERV_ID', `${authservId} is the example`, change('AUTHSERV_ID'));
  const files = new URL(filesUrl).hostname;
  if (isExample(files) || isHere(files))
    bad('FILES_URL', `${filesUrl} is not of this installation`, change('FILES_URL'));
  if (!dnsOverHttpsUrl.startsWith('https:'))
    bad(
      'DNS_OVER_HTTPS_URL',
      `${dnsOverHttpsUrl} is a resolver on this machine`,
      change('DNS_OVER_HTTPS_URL'),
    );
  if (mxHosts.some(isExample)) bad('MX_HOSTS', `${mxHosts.join(', ')} are examples`, change('MX_HOSTS'));
  return findings.length > 0 ? findings : [fine('settings', 'none is that of a laptop or an example')];
}

function isHere(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(host);
}

/** RFC 2606. */
function isExample(host: string): boolean {
  return /(^|\.)example(\.(com|net|org))?$/.test(host);
}
