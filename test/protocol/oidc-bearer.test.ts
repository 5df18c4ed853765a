import { Buffer } from 'node:buffer';
import { decodeJwt, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAnswer } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';
import { AUDIENCE, type OidcServer, startOidc } from '../support/oidc.ts';
import { Phone } from './phone.ts';

const EWS = '/EWS/Exchange.asmx';
const GET_FOLDER = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"
  xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"
  xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types">
  <s:Header><t:RequestServerVersion Version="Exchange2016"/></s:Header>
  <s:Body><m:GetFolder><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape>
  <m:FolderIds><t:DistinguishedFolderId Id="inbox"/></m:FolderIds></m:GetFolder></s:Body></s:Envelope>`;
const POX = `<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/mobilesync/requestschema/2006">
  <Request><EMailAddress>ann@bearer.example</EMailAddress>
  <AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006</AcceptableResponseSchema>
  </Request></Autodiscover>`;

/** A device with a token in the place of a password. */
class TokenPhone extends Phone {
  override get authorization(): string {
    return `Bearer ${this.password}`;
  }
}

describe('signing in with a token of an OpenID provider', () => {
  let provider: OidcServer;
  let server: InProcess;
  let ahead = 0;
  const { now } = Date;

  beforeAll(async () => {
    Date.now = () => now() + ahead;
    provider = await startOidc({
      ann: { email: 'ann@bearer.example', email_verified: true },
      alias: { email: 'a.lee@bearer.example', email_verified: true },
      mallory: { email: 'mallory@other.example', email_verified: true },
      unverified: { email: 'ann@bearer.example', email_verified: false },
      stranger: { email: 'nobody@bearer.example', email_verified: true },
      disabled: { email: 'dora@bearer.example', email_verified: true },
      helper: { email: 'ann@bearer.example', email_verified: true, groups: ['desk', 'owners'] },
    });
    const setting = [
      {
        ...{ issuer: provider.issuer, audiences: [AUDIENCE], domains: ['bearer.example'] },
        ...{ rolesClaim: 'groups', roles: { desk: 'support' } },
      },
    ];
    server = await startInProcess({
      vars: { OIDC_ISSUERS: JSON.stringify(setting), RELAY_ALLOW_PRIVATE: '1' },
    });
    for (const name of ['ann', 'dora']) await server.addUser(`${name}@bearer.example`, 'password-1');
    await server.addUser('mallory@other.example', 'password-1');
    await server.admin('POST', '/aliases', { alias: 'a.lee@bearer.example', address: 'ann@bearer.example' });
  });
  afterAll(async () => {
    await server.stop();
    await provider.stop();
    Date.now = now;
  });

  const ews = (authorization: string) =>
    server.fetch(EWS, {
      method: 'POST',
      headers: { authorization, 'content-type': 'text/xml; charset=utf-8' },
      body: GET_FOLDER,
    });
  const token = async (account: string) => (await provider.tokens(account)).access_token;

  it('works for ActiveSync, under the primary address and under an alias', async () => {
    const phone = await new TokenPhone(server, 'ann@bearer.example', await token('ann')).start();
    expect(phone.inbox).not.toBe('');
    const alias = await new TokenPhone(server, 'a.lee@bearer.example', await token('alias')).start();
    expect(alias.inbox).toBe(phone.inbox);
    const wrong = new TokenPhone(server, 'dora@bearer.example', phone.password);
    expect((await wrong.post('FolderSync', null)).status).toBe(403);
  });

  it('works for EWS', async () => {
    const response = await ews(`Bearer ${await token('ann')}`);
    const answer = await readAnswer(response.status, await response.text());
    expect(answer.codes).toEqual(['NoError']);
  });

  it('works for Autodiscover', async () => {
    const response = await server.fetch('/autodiscover/autodiscover.xml', {
      method: 'POST',
      headers: { authorization: `Bearer ${await token('ann')}`, 'content-type': 'text/xml' },
      body: POX,
    });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('<EMailAddress>ann@bearer.example</EMailAddress>');
  });

  it('works for the admin API, with the roles that it brings, in the domain of its provider', async () => {
    const admin = async (account: string, path: string, method = 'GET') => {
      const headers = { authorization: `Bearer ${await token(account)}`, 'content-type': 'application/json' };
      const body = method === 'GET' ? {} : { body: JSON.stringify({ password: 'another-1' }) };
      return (await server.fetch(`/admin/v1${path}`, { method, headers, ...body })).status;
    };
    expect(await admin('helper', '/users/ann@bearer.example')).toBe(200);
    expect(await admin('helper', '/users/ann@bearer.example/password', 'PUT')).toBe(403);
    expect(await admin('helper', '/users/mallory@other.example')).toBe(404);
    expect(await admin('ann', '/users/ann@bearer.example')).toBe(403);
    expect(await admin('mallory', '/users/mallory@other.example')).toBe(401);
  });

  it('is named beside Basic to whom does not sign in, with the place where tokens are got', async () => {
    for (const path of [EWS, '/Microsoft-Server-ActiveSync', '/autodiscover/autodiscover.xml']) {
      const response = await server.fetch(path, { method: 'POST' });
      expect(response.status).toBe(401);
      const challenges = response.headers.get('www-authenticate') ?? '';
      expect(challenges).toMatch(/^Basic realm="Waypost", charset="UTF-8", Bearer realm="Waypost"/);
      expect(challenges).toContain(`authorization_uri="${provider.issuer}/auth"`);
      expect(challenges).toContain(`trusted_issuers="${provider.issuer}"`);
      expect(challenges).not.toContain('error=');
    }
    const wrong = await ews('Bearer a.b.c');
    expect(wrong.headers.get('www-authenticate')).toContain('error="invalid_token"');
  });

  it('A35 opens no mailbox of a tenant that the provider does not speak for', async () => {
    expect((await ews(`Bearer ${await token('mallory')}`)).status).toBe(401);
  });

  it('A35 is refused for an address that was not verified, that nobody has, or whose user is disabled', async () => {
    await server.admin('PUT', '/users/dora@bearer.example/status', { status: 'disabled' });
    for (const account of ['unverified', 'stranger', 'disabled']) {
      expect((await ews(`Bearer ${await token(account)}`)).status, account).toBe(401);
    }
  });

  it('A35 is refused when it is an ID token, was changed, or is signed by somebody else', async () => {
    const { access_token, id_token } = await provider.tokens('ann');
    expect((await ews(`Bearer ${id_token}`)).status).toBe(401);
    const [head, , signature] = access_token.split('.');
    const claims = { ...decodeJwt(access_token), email: 'mallory@other.example' };
    const body = Buffer.from(JSON.stringify(claims)).toString('base64url');
    expect((await ews(`Bearer ${head}.${body}.${signature}`)).status).toBe(401);
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url');
    expect((await ews(`Bearer ${none}.${access_token.split('.')[1]}.`)).status).toBe(401);
    const published = await (await fetch(`${provider.issuer}/jwks`)).text();
    const confused = await new SignJWT(decodeJwt(access_token))
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
      .sign(new TextEncoder().encode(published));
    expect((await ews(`Bearer ${confused}`)).status).toBe(401);
    expect((await ews(`Bearer ${access_token}`)).status).toBe(200);
  });

  it('ends with the token, also where it was remembered', async () => {
    const header = `Bearer ${await token('ann')}`;
    expect((await ews(header)).status).toBe(200);
    ahead += 700_000;
    expect((await ews(header)).status).toBe(401);
  });

  it('goes on when the provider takes another key into use', async () => {
    const before = `Bearer ${await token('ann')}`;
    expect((await ews(before)).status).toBe(200);
    await provider.rotate();
    const after = `Bearer ${await token('ann')}`;
    ahead += 31_000;
    expect((await ews(after)).status).toBe(200);
  });

  it('A35 is not refused but put off while the provider cannot be reached and nothing is known of it', async () => {
    const lonely = await startOidc({ ann: { email: 'ann@bearer.example' } });
    const { access_token } = await lonely.tokens('ann');
    await lonely.stop();
    const setting = [{ issuer: lonely.issuer, audiences: [AUDIENCE], domains: ['bearer.example'] }];
    const other = await startInProcess({
      vars: { OIDC_ISSUERS: JSON.stringify(setting), RELAY_ALLOW_PRIVATE: '1' },
    });
    try {
      for (const path of [EWS, '/Microsoft-Server-ActiveSync', '/autodiscover/autodiscover.xml']) {
        const headers = { authorization: `Bearer ${access_token}` };
        const response = await other.fetch(path, { method: 'POST', headers, body: GET_FOLDER });
        expect(response.status).toBe(503);
        expect(response.headers.get('retry-after')).toBe('30');
        if (path !== EWS) continue;
        const { codes, body } = await readAnswer(503, await response.text());
        expect(codes).toEqual(['ErrorServerBusy']);
        expect(JSON.stringify(body)).toContain('BackOffMilliseconds');
      }
    } finally {
      await other.stop();
    }
  });
});
