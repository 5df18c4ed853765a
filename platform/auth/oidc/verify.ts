import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import { type Area, domainOf, type Role } from '../../../core/identity/roles.ts';
import { canonicalAddress } from '../../../core/mail/recipients.ts';
import { ProviderUnavailable } from './key-cache.ts';
import type { Provider } from './provider.ts';
import type { OidcIssuer } from './settings.ts';

/** Signatures by key pairs alone: a public key must never serve as a shared secret (RFC 8725 3.1). */
export const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'];
/** RFC 9068 2.1, and what providers write that are older than it. */
const TYPES = new Set(['at+jwt', 'jwt']);
/** Seconds that clocks may differ. */
export const TOLERANCE = 30;
const MAX_TOKEN = 16_384;

/** A token that may be believed. */
interface TokenClaims {
  issuer: OidcIssuer;
  subject: string;
  /** Canonical form. */
  address: string;
  roles: Role[];
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

export type TokenVerdict =
  | { kind: 'ok'; claims: TokenClaims }
  /** `reason` is for the log. */
  | { kind: 'refused'; reason: string }
  /** Nobody can tell now. */
  | { kind: 'unavailable'; reason: string };

/** The token of an Authorization header (RFC 6750 2.1), or null. */
export function parseBearer(header: string | null): string | null {
  if (header === null || header.length > MAX_TOKEN) return null;
  return /^bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(header)?.[1] ?? null;
}

/**
 * Checks an access token (RFC 9068 4): who made it, for whom, since when and until when, and whose mailbox it means.
 * What the header says of keys (`jku`, `jwk`, `x5u`) is never followed.
 */
export async function verifyToken(
  token: string,
  providers: ReadonlyMap<string, { issuer: OidcIssuer; provider: Provider }>,
  now: number,
): Promise<TokenVerdict> {
  let claimed: string | undefined;
  try {
    const { typ } = decodeProtectedHeader(token);
    const type = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : '';
    if (!TYPES.has(type)) return refused('typ');
    claimed = decodeJwt(token).iss;
  } catch {
    return refused('form');
  }
  const found = typeof claimed === 'string' ? providers.get(claimed) : undefined;
  if (found === undefined) return refused('issuer');
  const { issuer, provider } = found;
  try {
    const { payload } = await jwtVerify(token, provider.keyFor(now), {
      issuer: issuer.issuer,
      audience: issuer.audiences,
      algorithms: ALGORITHMS,
      clockTolerance: TOLERANCE,
      currentDate: new Date(now),
      requiredClaims: ['exp', 'sub'],
    });
    return judge(issuer, payload);
  } catch (error) {
    if (error instanceof ProviderUnavailable) return { kind: 'unavailable', reason: error.message };
    if (error instanceof errors.JOSEError) return refused(error.code);
    throw error;
  }
}

function judge(issuer: OidcIssuer, payload: JWTPayload): TokenVerdict {
  const { sub, exp } = payload;
  if (typeof sub !== 'string' || sub === '' || exp === undefined) return refused('sub');
  // An ID token says to its client who somebody is, and opens nothing (RFC 9068 4, RFC 8725 3.12). Keycloak names the
  // kind of its tokens in a claim `typ`.
  const kind = payload['typ'];
  if (kind !== undefined && (typeof kind !== 'string' || kind.toLowerCase() !== 'bearer'))
    return refused('kind');
  if (payload['at_hash'] !== undefined || payload['c_hash'] !== undefined) return refused('kind');
  if (payload['email_verified'] === false || payload['email_verified'] === 'false')
    return refused('unverified');
  const address = addressIn(issuer, payload);
  if (address === null) return refused('address');
  return {
    kind: 'ok',
    claims: { issuer, subject: sub, address, roles: rolesOf(issuer, payload), expiresAt: exp * 1000 },
  };
}

/** The address that a token names, in its canonical form. */
export function addressIn(issuer: OidcIssuer, payload: JWTPayload): string | null {
  const written = payload[issuer.addressClaim];
  return typeof written === 'string' && written.length <= 320 ? canonicalAddress(written) : null;
}

/** Names of roles may be a text with spaces, a list, or the keys of an object; unknown ones mean nothing. */
export function rolesOf(issuer: OidcIssuer, payload: JWTPayload): Role[] {
  let value: unknown = issuer.rolesClaim === null ? undefined : payload;
  for (const name of issuer.rolesClaim ?? []) {
    const isObject = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
    value = isObject ? (value as Record<string, unknown>)[name] : undefined;
  }
  const list =
    typeof value === 'string'
      ? value.split(' ')
      : Array.isArray(value)
        ? value
        : Object.keys(typeof value === 'object' && value !== null ? value : {});
  const known = list.flatMap((name: unknown) => {
    if (typeof name !== 'string' || !Object.hasOwn(issuer.roles, name)) return [];
    return issuer.roles[name] ?? [];
  });
  return [...new Set(known)];
}

function refused(reason: string): TokenVerdict {
  return { kind: 'refused', reason };
}

/** Where the roles hold that the issuer gives to a user: no further than it may speak. */
export function areaOf({ tenants }: OidcIssuer, user: { tenantId: string; address: string }): Area {
  const { tenantId, address } = user;
  return tenants.includes(tenantId)
    ? { kind: 'tenant', tenantId }
    : { kind: 'domain', tenantId, domain: domainOf(address) };
}

/** Whether the issuer may speak for a user, by the address that it named and the one that the user has. */
export function maySpeakFor(
  { tenants, domains }: OidcIssuer,
  address: string,
  user: { tenantId: string; address: string },
): boolean {
  if (tenants.includes(user.tenantId)) return true;
  return [address, user.address].every((one) => domains.includes(domainOf(one)));
}
