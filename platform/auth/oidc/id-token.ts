import { errors, jwtVerify } from 'jose';
import type { Role } from '../../../core/identity/roles.ts';
import { ProviderUnavailable } from './key-cache.ts';
import type { Provider } from './provider.ts';
import type { OidcIssuer } from './settings.ts';
import { ALGORITHMS, addressIn, rolesOf, TOLERANCE } from './verify.ts';

/**
 * Whom an ID token is about (OpenID Connect Core 3.1.3.7): made by this provider for our client, for the sign-in with
 * this nonce. Rejects with ProviderUnavailable when nobody can tell now.
 * @returns the address in its canonical form and the roles that the token brings, or why the token is refused
 */
export async function verifyIdToken(
  token: string,
  { issuer, provider }: { issuer: OidcIssuer; provider: Provider },
  { clientId, nonce }: { clientId: string; nonce: string },
  now: number,
): Promise<{ address: string; roles: Role[] } | { refused: string }> {
  try {
    const { payload } = await jwtVerify(token, provider.keyFor(now), {
      issuer: issuer.issuer,
      audience: clientId,
      algorithms: ALGORITHMS,
      clockTolerance: TOLERANCE,
      currentDate: new Date(now),
      requiredClaims: ['exp', 'iat', 'sub'],
    });
    if (payload['nonce'] !== nonce) return { refused: 'nonce' };
    const { aud, azp } = payload;
    if ((Array.isArray(aud) && aud.length > 1) || azp !== undefined) {
      if (azp !== clientId) return { refused: 'azp' };
    }
    const verified = payload['email_verified'];
    if (verified === false || verified === 'false') return { refused: 'unverified' };
    const address = addressIn(issuer, payload);
    return address === null ? { refused: 'address' } : { address, roles: rolesOf(issuer, payload) };
  } catch (error) {
    if (error instanceof ProviderUnavailable) throw error;
    if (error instanceof errors.JOSEError) return { refused: error.code };
    throw error;
  }
}
