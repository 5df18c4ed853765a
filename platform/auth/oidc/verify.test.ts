import * as jose from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Fetcher } from './key-cache.ts';
import { Provider } from './provider.ts';
import { type OidcIssuer, readIssuers } from './settings.ts';
import { maySpeakFor, parseBearer, verifyToken } from './verify.ts';

const ISSUER = 'https://id.example.test/realms/mail';
const NOW = 1_800_000_000_000;
const seconds = NOW / 1000;

interface Signer {
  kid: string;
  alg: string;
  key: jose.CryptoKey;
  jwk: jose.JWK;
}

async function signer(kid: string, alg = 'RS256'): Promise<Signer> {
  const { privateKey, publicKey } = await jose.generateKeyPair(alg, { extractable: true });
  return { kid, alg, key: privateKey, jwk: { ...(await jose.exportJWK(publicKey)), kid, use: 'sig', alg } };
}

const GOOD = {
  ...{ iss: ISSUER, aud: 'waypost', sub: 'u1', email: 'Ann@Example.TEST', email_verified: true },
  ...{ iat: seconds - 10, exp: seconds + 300 },
};

function sign(by: Signer, claims: object = {}, header: object = {}): Promise<string> {
  return new jose.SignJWT({ ...GOOD, ...claims })
    .setProtectedHeader({ alg: by.alg, kid: by.kid, typ: 'at+jwt', ...header })
    .sign(by.key, { crit: { x: true } });
}

/** A provider on no wire: what it publishes can be changed, and it can be down. */
function world(keys: jose.JWK[], setting: object = {}) {
  const state = { keys, down: false, asked: [] as string[], jwksUri: `${ISSUER}/certs`, says: ISSUER };
  const fetcher: Fetcher = async (url) => {
    state.asked.push(url);
    if (state.down) throw new Error('no answer');
    return Response.json(
      url.endsWith('/.well-known/openid-configuration')
        ? { issuer: state.says, jwks_uri: state.jwksUri, authorization_endpoint: `${ISSUER}/auth` }
        : { keys: state.keys },
    );
  };
  const [issuer] = readIssuers(
    JSON.stringify([{ issuer: ISSUER, audiences: ['waypost'], tenants: ['t1'], ...setting }]),
    {},
    false,
  );
  const one = { issuer: issuer as OidcIssuer, provider: new Provider(issuer as OidcIssuer, false, fetcher) };
  const providers = new Map([[ISSUER, one]]);
  return { state, verify: (token: string, now = NOW) => verifyToken(token, providers, now) };
}

describe('an access token', () => {
  let one: Signer;
  let other: Signer;
  beforeAll(async () => {
    [one, other] = await Promise.all([signer('one'), signer('other')]);
  });

  test('says whose mailbox it opens, and until when', async () => {
    const { verify } = world([one.jwk]);
    expect(await verify(await sign(one))).toMatchObject({
      kind: 'ok',
      claims: { subject: 'u1', address: 'ann@example.test', roles: [], expiresAt: (seconds + 300) * 1000 },
    });
  });

  test.each(['PS256', 'ES256', 'EdDSA'])('may be signed with %s', async (alg) => {
    const by = await signer('k', alg);
    expect(await world([by.jwk]).verify(await sign(by))).toMatchObject({ kind: 'ok' });
  });

  test('may carry an address in another claim, and roles wherever the provider puts them', async () => {
    const roles = { 'mail-admin': 'admin', desk: 'support' };
    const keycloak = world([one.jwk], {
      ...{ addressClaim: 'preferred_username', rolesClaim: ['realm_access', 'roles'], roles },
    });
    const token = await sign(one, {
      ...{ email: undefined, preferred_username: 'bob@example.test' },
      realm_access: { roles: ['mail-admin', 'offline_access', '__proto__', 'mail-admin'] },
    });
    expect(await keycloak.verify(token)).toMatchObject({
      claims: { address: 'bob@example.test', roles: ['admin'] },
    });
    const flat = world([one.jwk], { rolesClaim: 'https://example.test/roles', roles });
    expect(
      await flat.verify(await sign(one, { 'https://example.test/roles': 'desk mail-admin' })),
    ).toMatchObject({
      claims: { roles: ['support', 'admin'] },
    });
    const keys = world([one.jwk], { rolesClaim: 'urn:roles', roles });
    expect(await keys.verify(await sign(one, { 'urn:roles': { desk: { x: 1 } } }))).toMatchObject({
      claims: { roles: ['support'] },
    });
  });

  test.each<[string, object, object?]>([
    ['is over', { exp: seconds - 31 }],
    ['does not begin yet', { nbf: seconds + 31 }],
    ['never ends', { exp: undefined }],
    ['is for another audience', { aud: 'other' }],
    ['is for nobody', { aud: undefined }],
    ['is of another issuer', { iss: 'https://id.example.test/realms/other' }],
    ['is of an issuer that only begins alike', { iss: `${ISSUER}/` }],
    ['is of no issuer', { iss: undefined }],
    ['is of a list of issuers', { iss: [ISSUER] }],
    ['is nobody’s', { sub: undefined }],
    ['has no address', { email: undefined }],
    ['has what is no address', { email: 'ann' }],
    ['has a list of addresses', { email: ['ann@example.test', 'bob@example.test'] }],
    ['has an address that was not verified', { email_verified: false }],
    ['has an address that was not verified, as a text', { email_verified: 'false' }],
    ['is an ID token of Keycloak', { typ: 'ID' }],
    ['is a refresh token of Keycloak', { typ: 'Refresh' }],
    ['is an ID token', { at_hash: 'x' }],
    ['is a logout token', {}, { typ: 'logout+jwt' }],
    ['says not what it is', {}, { typ: undefined }],
    ['asks for what we do not know', {}, { crit: ['x'], x: 1 }],
  ])('A35 is refused when it %s', async (_name, claims, header = {}) => {
    const { verify } = world([one.jwk]);
    const token = await sign(one, claims, header);
    expect(await verify(token)).toMatchObject({ kind: 'refused' });
  });

  test('A35 is refused without a signature, whatever it is called', async () => {
    const { verify } = world([one.jwk]);
    const body = jose.base64url.encode(JSON.stringify(GOOD));
    for (const alg of ['none', 'None', 'NONE', 'nOnE', '']) {
      const head = jose.base64url.encode(JSON.stringify({ alg, typ: 'JWT', kid: 'one' }));
      for (const signature of ['', 'AAAA']) {
        expect(await verify(`${head}.${body}.${signature}`)).toMatchObject({ kind: 'refused' });
      }
    }
  });

  test('A35 is refused when the public key served as a shared secret', async () => {
    const { verify } = world([one.jwk]);
    const pem = await jose.exportSPKI((await jose.importJWK(one.jwk, 'RS256')) as jose.CryptoKey);
    const n = jose.base64url.decode(one.jwk.n ?? '');
    for (const secret of [pem, pem.trim(), JSON.stringify(one.jwk)]) {
      const shared = { kid: 'one', alg: 'HS256', key: new TextEncoder().encode(secret) as never, jwk: {} };
      expect(await verify(await sign(shared))).toMatchObject({ kind: 'refused' });
    }
    for (const alg of ['HS256', 'HS384', 'HS512']) {
      expect(await verify(await sign({ kid: 'one', alg, key: n as never, jwk: {} }))).toMatchObject({
        kind: 'refused',
      });
    }
    // A shared secret that the provider itself publishes by mistake is none either.
    const published = world([{ kty: 'oct', kid: 'one', k: jose.base64url.encode(n) }]);
    const token = await sign({ kid: 'one', alg: 'HS256', key: n as never, jwk: {} });
    expect(await published.verify(token)).toMatchObject({ kind: 'refused' });
  });

  test.each([
    '../../../../dev/null',
    '/dev/null',
    "one' OR '1'='1",
    "x' UNION SELECT 'AAAA';--",
    'https://evil.test/keys.json',
    '__proto__',
    'constructor',
    '\0',
    'longer than any',
  ])('A35 is refused with a key id of another kind: %s', async (kid) => {
    const { state, verify } = world([one.jwk]);
    expect(await verify(await sign(other, {}, { kid }))).toMatchObject({ kind: 'refused' });
    expect(await verify(await sign(one, {}, { kid }))).toMatchObject({ kind: 'refused' });
    expect(new Set(state.asked)).toEqual(
      new Set([`${ISSUER}/.well-known/openid-configuration`, `${ISSUER}/certs`]),
    );
  });

  test('A35 brings no key of its own', async () => {
    const { state, verify } = world([one.jwk]);
    const header = {
      jku: 'https://evil.test/jwks',
      x5u: 'https://evil.test/x5u',
      jwk: other.jwk,
      kid: 'one',
    };
    expect(await verify(await sign(other, {}, header))).toMatchObject({ kind: 'refused' });
    expect(state.asked.some((url) => url.includes('evil'))).toBe(false);
  });

  test('A35 is refused when a part of it was swapped, cut or turned', async () => {
    const { verify } = world([one.jwk]);
    const [head, body, signature] = (await sign(one)).split('.') as [string, string, string];
    const otherBody = (await sign(one, { email: 'bob@example.test' })).split('.')[1];
    for (const token of [
      `${head}.${otherBody}.${signature}`,
      `${head}.${body}.`,
      `${head}.${body}`,
      `${head}.${body}.${signature.slice(0, -4)}`,
      `${head}.${body}.${signature.slice(0, 10)}${signature[10] === 'A' ? 'B' : 'A'}${signature.slice(11)}`,
      `${body}.${head}.${signature}`,
      '',
      '..',
      'a.b.c',
      `${head}.${'A'.repeat(20_000)}.${signature}`,
    ]) {
      expect(await verify(token)).toMatchObject({ kind: 'refused' });
    }
  });

  test('is read from the header in any case of the scheme, and not from a header that is too long', () => {
    expect(parseBearer('Bearer a.b.c')).toBe('a.b.c');
    expect(parseBearer('bearer   a.b.c ')).toBe('a.b.c');
    for (const bad of [
      null,
      '',
      'Bearer',
      'Bearer ',
      'Bearer a b',
      'Basic a.b.c',
      `Bearer ${'a'.repeat(20_000)}`,
    ]) {
      expect(parseBearer(bad)).toBeNull();
    }
  });
});

describe('the keys of a provider', () => {
  let one: Signer;
  let two: Signer;
  beforeAll(async () => {
    [one, two] = await Promise.all([signer('one'), signer('two')]);
  });

  test('are fetched once, again after ten minutes, and at once when a new one appears', async () => {
    const { state, verify } = world([one.jwk]);
    const [byOne, byTwo] = [await sign(one, { exp: seconds + 9e6 }), await sign(two, { exp: seconds + 9e6 })];
    await Promise.all([verify(byOne), verify(byOne), verify(byOne)]);
    await verify(byOne, NOW + 599_000);
    expect(state.asked).toHaveLength(2);
    await verify(byOne, NOW + 600_000);
    expect(state.asked).toHaveLength(4);
    state.keys = [one.jwk, two.jwk];
    expect(await verify(byTwo, NOW + 640_000)).toMatchObject({ kind: 'ok' });
    expect(state.asked).toHaveLength(6);
    // A key that was taken back is not believed for long.
    state.keys = [two.jwk];
    expect(await verify(byOne, NOW + 640_000 + 600_000)).toMatchObject({ kind: 'refused' });
  });

  test('are not fetched for every token with an unknown key', async () => {
    const { state, verify } = world([one.jwk]);
    await verify(await sign(one));
    for (let i = 0; i < 20; i++) {
      expect(await verify(await sign(two, {}, { kid: `k${i}` }), NOW + 31_000 + i)).toMatchObject({
        kind: 'refused',
      });
    }
    expect(state.asked).toHaveLength(4);
  });

  test('hold while the provider is down, for a day', async () => {
    const { state, verify } = world([one.jwk]);
    const token = await sign(one, { exp: seconds + 9e6 });
    await verify(token);
    state.down = true;
    expect(await verify(token, NOW + 3_600_000)).toMatchObject({ kind: 'ok' });
    expect(await verify(token, NOW + 3_610_000)).toMatchObject({ kind: 'ok' });
    expect(state.asked).toHaveLength(3);
    expect(await verify(token, NOW + 86_500_000)).toMatchObject({ kind: 'unavailable' });
    state.down = false;
    expect(await verify(token, NOW + 86_600_000)).toMatchObject({ kind: 'ok' });
  });

  test('are no reason to refuse a token when nobody can say', async () => {
    const { state, verify } = world([one.jwk]);
    state.down = true;
    expect(await verify(await sign(one))).toMatchObject({ kind: 'unavailable' });
  });

  test('come only from hosts that were named, over https', async () => {
    for (const jwksUri of [
      'https://keys.evil.test/certs',
      'http://id.example.test/certs',
      'http://127.0.0.1/certs',
      'https://id.example.test:8443/certs',
      'https://id.example.test@evil.test/certs',
      'file:///etc/passwd',
    ]) {
      const { state, verify } = world([one.jwk]);
      state.jwksUri = jwksUri;
      expect(await verify(await sign(one))).toMatchObject({ kind: 'unavailable' });
      expect(state.asked).toEqual([`${ISSUER}/.well-known/openid-configuration`]);
    }
    const named = world([one.jwk], { jwksHost: 'keys.example.test' });
    named.state.jwksUri = 'https://keys.example.test/certs';
    expect(await named.verify(await sign(one))).toMatchObject({ kind: 'ok' });
  });

  test('are not taken from a provider that calls itself otherwise', async () => {
    const { state, verify } = world([one.jwk]);
    state.says = 'https://id.example.test';
    expect(await verify(await sign(one))).toMatchObject({ kind: 'unavailable' });
  });
});

describe('an issuer', () => {
  const base = { issuer: ISSUER, audiences: ['a'], tenants: ['t1'] };
  const read = (setting: object, env: Record<string, unknown> = {}, local = false) =>
    readIssuers(JSON.stringify([{ ...base, ...setting }]), env, local);

  test('speaks for its tenants, and for users of its domains under addresses of its domains', () => {
    const [byTenant] = read({});
    const [byDomain] = read({ tenants: [], domains: ['a.test'] });
    const user = { tenantId: 't1', address: 'ann@a.test' };
    expect(maySpeakFor(byTenant as OidcIssuer, 'ann@other.test', user)).toBe(true);
    expect(maySpeakFor(byTenant as OidcIssuer, 'ann@a.test', { ...user, tenantId: 't2' })).toBe(false);
    expect(maySpeakFor(byDomain as OidcIssuer, 'ann@a.test', user)).toBe(true);
    expect(maySpeakFor(byDomain as OidcIssuer, 'ann@b.test', user)).toBe(false);
    expect(maySpeakFor(byDomain as OidcIssuer, 'ann@a.test', { ...user, address: 'ann@b.test' })).toBe(false);
  });

  test('is configured with https, audiences, and somebody to speak for', () => {
    expect(readIssuers('', {}, false)).toEqual([]);
    for (const bad of [
      { issuer: 'http://id.example.test' },
      { issuer: 'http://127.0.0.1:9000' },
      { issuer: 'https://user:secret@id.example.test' },
      { issuer: 'https://id.example.test?x=1' },
      { audiences: [] },
      { tenants: [] },
      { addressClaim: 'sub' },
      { roles: { x: 'owner' } },
      { clientSecretName: 'ADMIN_TOKEN' },
      { clientSecretName: 'OIDC_MISSING' },
      { more: 1 },
    ]) {
      expect(() => read(bad), JSON.stringify(bad)).toThrow(/OIDC_ISSUERS/);
    }
    expect(() => readIssuers('{', {}, false)).toThrow(/not JSON/);
    expect(() => readIssuers(JSON.stringify([base, base]), {}, false)).toThrow(/twice/);
    expect(read({ issuer: 'http://127.0.0.1:9000' }, {}, true)).toHaveLength(1);
    expect(
      read({ clientId: 'web', clientSecretName: 'OIDC_SECRET' }, { OIDC_SECRET: 's' })[0]?.client,
    ).toEqual({
      id: 'web',
      secret: 's',
    });
  });
});
