import { createLocalJWKSet, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { verifyIdToken } from './id-token.ts';
import type { Provider } from './provider.ts';
import type { OidcIssuer } from './settings.ts';

const NOW = 1_700_000_000_000;
const SECONDS = NOW / 1000;
const ISSUER: OidcIssuer = {
  ...{ issuer: 'https://id.example', audiences: ['api'], tenants: [], domains: ['a.example'] },
  ...{ addressClaim: 'email', rolesClaim: null, roles: {}, keyHosts: [], client: { id: 'web', secret: 's' } },
};
const CLAIMS = { nonce: 'n-1', email: 'Ann@A.example', sub: '1' };

describe('an ID token', () => {
  let key: CryptoKey;
  let provider: Provider;
  beforeAll(async () => {
    const pair = await generateKeyPair('RS256');
    key = pair.privateKey;
    const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(pair.publicKey)), alg: 'RS256' }] });
    provider = { keyFor: () => keys } as unknown as Provider;
  });

  async function look(
    claims: JWTPayload,
    { iss = ISSUER.issuer, aud = 'web' as string | string[], exp = SECONDS + 60 } = {},
  ) {
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256' })
      .setIssuer(iss)
      .setAudience(aud)
      .setIssuedAt(SECONDS)
      .setExpirationTime(exp)
      .sign(key);
    return verifyIdToken(token, { issuer: ISSUER, provider }, { clientId: 'web', nonce: 'n-1' }, NOW);
  }

  it('says whom it is about', async () => {
    expect(await look(CLAIMS)).toEqual({ address: 'ann@a.example', roles: [] });
    expect(await look({ ...CLAIMS, azp: 'web' }, { aud: ['web', 'api'] })).toEqual({
      ...{ address: 'ann@a.example', roles: [] },
    });
  });

  it('A35 is of this sign-in, this client, this provider and this time', async () => {
    expect(await look({ ...CLAIMS, nonce: 'n-2' })).toEqual({ refused: 'nonce' });
    expect(await look({ email: CLAIMS.email, sub: '1' })).toEqual({ refused: 'nonce' });
    expect(await look(CLAIMS, { aud: 'other' })).toHaveProperty('refused');
    expect(await look(CLAIMS, { aud: ['web', 'other'] })).toEqual({ refused: 'azp' });
    expect(await look({ ...CLAIMS, azp: 'other' })).toEqual({ refused: 'azp' });
    expect(await look(CLAIMS, { iss: 'https://evil.example' })).toHaveProperty('refused');
    expect(await look(CLAIMS, { exp: SECONDS - 31 })).toEqual({ refused: 'ERR_JWT_EXPIRED' });
  });

  it('A35 has an address, and one that was verified', async () => {
    expect(await look({ ...CLAIMS, email_verified: false })).toEqual({ refused: 'unverified' });
    expect(await look({ nonce: 'n-1', sub: '1' })).toEqual({ refused: 'address' });
    const token = await new SignJWT({
      ...CLAIMS,
      iss: ISSUER.issuer,
      aud: 'web',
      iat: SECONDS,
      exp: SECONDS + 60,
    })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode('s'.repeat(32)));
    const expected = { clientId: 'web', nonce: 'n-1' };
    const got = await verifyIdToken(token, { issuer: ISSUER, provider }, expected, NOW);
    expect(got).toHaveProperty('refused');
  });
});
