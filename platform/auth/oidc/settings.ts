import * as z from 'zod';
import type { Role } from '../../../core/identity/roles.ts';

/** An OpenID provider that the installation believes, and whom it may speak for. */
export interface OidcIssuer {
  /** As it stands in `iss`, to the letter. */
  issuer: string;
  /** One of these must stand in `aud`. */
  audiences: string[];
  /** It may speak for all users of these tenants … */
  tenants: string[];
  /** … and for users whose primary address is in one of these domains. */
  domains: string[];
  /** Where the address of the user stands in a token. */
  addressClaim: 'email' | 'preferred_username' | 'upn';
  /** Where roles stand: one name, or the way through objects; null: roles are not taken from tokens. */
  rolesClaim: string[] | null;
  /** What the provider's names of roles mean here; others mean nothing. */
  roles: Record<string, Role>;
  /** Hosts (with a port where it is not the usual one) that its keys may be fetched from. */
  keyHosts: string[];
  /** Of the login flow; null where people do not sign in at a page with it. */
  client: { id: string; secret: string | null } | null;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
const MAX_ISSUERS = 20;
const names = z.array(z.string().min(1).max(256)).max(100);

const schema = z
  .array(
    z
      .strictObject({
        issuer: z.string().max(500),
        audiences: names.min(1),
        tenants: names.default([]),
        domains: z
          .array(z.string().regex(/^[a-z0-9.-]+\.[a-z0-9-]+$/, 'a domain in small letters'))
          .default([]),
        addressClaim: z.enum(['email', 'preferred_username', 'upn']).default('email'),
        rolesClaim: z.union([z.string().min(1).max(256), names.min(1).max(8)]).optional(),
        roles: z.record(z.string(), z.enum(['admin', 'support'])).default({}),
        jwksHost: z
          .string()
          .regex(/^[a-z0-9.-]+(:\d{1,5})?$/, 'the name of a host')
          .optional(),
        clientId: z.string().min(1).max(256).optional(),
        // Only names of this form: another secret of the installation must not go to a provider by a slip.
        clientSecretName: z
          .string()
          .regex(/^OIDC_[A-Z0-9_]{1,60}$/, 'OIDC_…')
          .optional(),
      })
      .refine((one) => one.tenants.length + one.domains.length > 0, 'tenants or domains must be named'),
  )
  .max(MAX_ISSUERS);

/**
 * The setting OIDC_ISSUERS: a JSON list. Throws one error that names what is wrong.
 * @param env where secrets of clients stand by their names
 * @param allowLoopback a provider on this machine may be spoken to in clear
 */
export function readIssuers(
  text: string,
  env: Record<string, unknown>,
  allowLoopback: boolean,
): OidcIssuer[] {
  if (text.trim() === '') return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('configuration: OIDC_ISSUERS: not JSON');
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const bad = parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; ');
    throw new Error(`configuration: OIDC_ISSUERS: ${bad}`);
  }
  const issuers = parsed.data.map(({ jwksHost, rolesClaim, clientId, clientSecretName, ...one }) => {
    const url = addressOf(one.issuer, allowLoopback);
    if (url === null) throw new Error(`configuration: OIDC_ISSUERS: ${one.issuer}: an https URL is needed`);
    const secret = clientSecretName === undefined ? null : env[clientSecretName];
    if (secret !== null && (typeof secret !== 'string' || secret === '')) {
      throw new Error(`configuration: OIDC_ISSUERS: there is no secret ${clientSecretName}`);
    }
    return {
      ...one,
      rolesClaim:
        rolesClaim === undefined ? null : typeof rolesClaim === 'string' ? [rolesClaim] : rolesClaim,
      keyHosts: jwksHost === undefined ? [url.host] : [url.host, jwksHost],
      client: clientId === undefined ? null : { id: clientId, secret },
    };
  });
  if (new Set(issuers.map((one) => one.issuer)).size < issuers.length) {
    throw new Error('configuration: OIDC_ISSUERS: an issuer is there twice');
  }
  return issuers;
}

/** An address that may be fetched: https, or http on this machine where that is allowed. */
export function addressOf(text: string, allowLoopback: boolean): URL | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return null;
  if (url.protocol === 'https:') return url;
  return url.protocol === 'http:' && allowLoopback && LOOPBACK.test(url.hostname) ? url : null;
}
