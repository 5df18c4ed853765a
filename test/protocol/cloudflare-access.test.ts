import { base64url, exportSPKI, importJWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccessTeam, startAccessTeam } from '../support/access-team.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

const ISSUER = 'https://acme.cloudflareaccess.com';
const AUD = '32eafc7626e737692cb1b7ac7b6ad0f1';
const OTHER_AUD = '0f1d1bb83cf0c3f5b0c2a7a3f9c6ed24';
const HEADER = 'cf-access-jwt-assertion';
const INTERNAL = 'main-token-0123456789-0123456789-0123456789';

describe('Cloudflare Access as an outer gate', () => {
  let team: AccessTeam;
  let server: InProcess;
  let ahead = 0;
  const { now } = Date;
  beforeAll(async () => {
    Date.now = () => now() + ahead;
    team = await startAccessTeam();
    server = await startInProcess({
      vars: {
        ...{ ACCESS_TEAM_DOMAIN: 'acme', ACCESS_AUD: `${OTHER_AUD}, ${AUD}`, RELAY_ALLOW_PRIVATE: '1' },
        ...{ ACCESS_EDGES: 'admin, auth, data-service', ACCESS_CERTS_URL: team.certsUrl },
        INTERNAL_TOKENS: `portal:${INTERNAL}`,
      },
    });
  });
  afterAll(async () => {
    await server.stop();
    await team.stop();
    Date.now = now;
  });

  const claims = (over: object = {}) => {
    const iat = Math.floor(Date.now() / 1000);
    return {
      ...{ aud: [AUD], email: 'ann@acme.example', iss: ISSUER, sub: 'u1', type: 'app' },
      ...{ iat, nbf: iat, exp: iat + 600, ...over },
    };
  };
  /** Each edge with what opens it once the gate is passed. */
  const EDGES = {
    admin: { path: '/admin/v1/tenants', headers: () => ({ authorization: `Bearer ${server.adminToken}` }) },
    auth: { path: '/auth/oidc', headers: () => ({}) },
    'data-service': { path: '/internal/openapi.json', headers: () => ({ 'x-internal-auth': INTERNAL }) },
  };
  type Edge = keyof typeof EDGES;
  const ask = async (edge: Edge, token: string | null, own = true) => {
    const { path, headers } = EDGES[edge];
    const answer = await server.fetch(path, {
      headers: { ...(own ? headers() : {}), ...(token === null ? {} : { [HEADER]: token }) },
    });
    const { code } = (await answer.json()) as { code?: string };
    return { status: answer.status, code, type: answer.headers.get('content-type'), headers: answer.headers };
  };
  const refused = (token: string | null) => ask('admin', token).then(({ status }) => status === 403);

  it.each(['admin', 'auth', 'data-service'] as const)('stands before %s', async (edge) => {
    const shut = await ask(edge, null);
    expect([shut.status, shut.type]).toEqual([403, 'application/problem+json']);
    expect(shut.code).toBe(edge === 'data-service' ? 'PERMISSION_DENIED' : 'forbidden');
    expect((await ask(edge, await team.sign(claims()))).status).toBe(200);
  });

  it('lets programs with a service token through, and nobody in: one still has to sign in', async () => {
    const program = await team.sign(claims({ email: undefined, sub: '', common_name: 'ci.access' }));
    expect((await ask('admin', program)).status).toBe(200);
    expect((await ask('admin', program, false)).status).toBe(401);
    expect((await ask('data-service', program, false)).status).toBe(401);
    // Who did not come through the gate does not even learn that something more is needed.
    expect((await ask('admin', null, false)).status).toBe(403);
  });

  it('A35 is passed by no token of somebody else, for something else, or of another time', async () => {
    const seconds = Math.floor(Date.now() / 1000);
    for (const [why, over] of Object.entries({
      audience: { aud: ['f'.repeat(32)] },
      'no audience': { aud: undefined },
      issuer: { iss: 'https://evil.cloudflareaccess.com' },
      'an issuer that begins alike': { iss: `${ISSUER}.evil.example` },
      expired: { exp: seconds - 60, iat: seconds - 600 },
      'without an end': { exp: undefined },
      'not yet': { nbf: seconds + 600 },
      'a session of the team': { type: 'org' },
      nobody: { email: undefined, common_name: '' },
    })) {
      expect(await refused(await team.sign(claims(over))), why).toBe(true);
    }
    expect(await refused(await team.sign(claims({ aud: [OTHER_AUD] })))).toBe(false);
    expect(await refused('x'.repeat(20_000))).toBe(true);
    expect(await refused('a.b.c')).toBe(true);
  });

  it('A35 is passed by no token without a signature, and by none that the public key signed', async () => {
    const body = base64url.encode(JSON.stringify(claims()));
    for (const alg of ['none', 'None', 'nOnE', '']) {
      const head = base64url.encode(JSON.stringify({ alg, typ: 'JWT', kid: team.publicJwk().kid }));
      for (const signature of ['', 'AAAA']) expect(await refused(`${head}.${body}.${signature}`)).toBe(true);
    }
    const pem = await exportSPKI((await importJWK(team.publicJwk(), 'RS256')) as never);
    for (const secret of [pem, pem.trim(), JSON.stringify(team.publicJwk())]) {
      const token = await new SignJWT(claims())
        .setProtectedHeader({ alg: 'HS256', kid: team.publicJwk().kid ?? '' })
        .sign(new TextEncoder().encode(secret));
      expect(await refused(token)).toBe(true);
    }
    const other = await startAccessTeam();
    const brought = { jwk: other.publicJwk(), jku: other.certsUrl };
    expect(await refused(await other.sign(claims(), { kid: team.publicJwk().kid, ...brought }))).toBe(true);
    expect(other.fetched()).toBe(0);
    await other.stop();
  });

  it('is told by the header alone: a cookie of Access, or a header that another proxy made, says nothing', async () => {
    const token = await team.sign(claims());
    const answer = await server.fetch(EDGES.admin.path, {
      headers: { ...EDGES.admin.headers(), cookie: `CF_Authorization=${token}`, 'cf-access-token': token },
    });
    expect(answer.status).toBe(403);
    const user = { 'cf-access-authenticated-user-email': 'ann@acme.example' };
    const claimed = await server.fetch(EDGES.admin.path, { headers: { ...EDGES.admin.headers(), ...user } });
    expect(claimed.status).toBe(403);
  });

  it('knows keys that are new, and goes on with those that it has while it cannot ask for others', async () => {
    const before = await team.sign(claims({ exp: Math.floor(Date.now() / 1000) + 90_000 }));
    await team.rotate();
    ahead += 31_000;
    expect(await refused(await team.sign(claims()))).toBe(false);
    const current = await team.sign(claims({ exp: Math.floor(Date.now() / 1000) + 90_000 }));
    expect(await refused(before)).toBe(true);
    team.down(true);
    await team.rotate();
    ahead += 31_000;
    const unknown = await ask('admin', await team.sign(claims()));
    expect([unknown.status, unknown.headers.get('retry-after')]).toEqual([503, '5']);
    expect((await ask('auth', await team.sign(claims()))).status).toBe(503);
    expect((await ask('data-service', await team.sign(claims()))).status).toBe(503);
    expect(await refused(current)).toBe(false);
    ahead += 3_600_000;
    expect(await refused(current)).toBe(false);
    // Nobody vouches any more for what was published a day ago.
    ahead += 25 * 3_600_000;
    expect((await ask('admin', await team.sign(claims()))).status).toBe(503);
    team.down(false);
    ahead += 31_000;
    expect(await refused(await team.sign(claims()))).toBe(false);
  });

  it('never stands before phones, mail programs and what others need to ask', async () => {
    const status = async (path: string, method = 'GET') => (await server.fetch(path, { method })).status;
    expect(await status('/Microsoft-Server-ActiveSync', 'OPTIONS')).toBe(401);
    expect(await status('/EWS/Exchange.asmx', 'POST')).toBe(401);
    expect(await status('/healthz')).toBe(200);
    for (const edges of ['admin,activesync', 'ews', 'autodiscover', 'everything', ' ']) {
      const other = await startInProcess({
        vars: { ACCESS_TEAM_DOMAIN: 'acme', ACCESS_AUD: AUD, ACCESS_EDGES: edges },
      });
      await expect(other.fetch('/healthz'), edges).rejects.toThrow(/ACCESS_EDGES/);
      await other.stop();
    }
  });

  it('is not asked for where it is not set up, whatever a request shows', async () => {
    const other = await startInProcess();
    const headers = { authorization: `Bearer ${other.adminToken}`, [HEADER]: 'rubbish' };
    expect((await other.fetch(EDGES.admin.path, { headers })).status).toBe(200);
    await other.stop();
  });
});
