/** A certified OpenID provider on this machine, with the pages that it brings for trying things out. */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK } from 'jose';

const CLIENT = 'mail-program';
const REDIRECT = 'http://127.0.0.1:9/callback';
/** A client with a secret, for pages of the Worker at https://waypost.test. */
export const WEB_CLIENT = { id: 'waypost web', secret: 'web:secret/0123456789+0123456789' };
const WEB_REDIRECT = 'https://waypost.test/auth/oidc/callback';
/** What access tokens are for. */
export const AUDIENCE = 'urn:waypost:test';

export interface OidcAccount {
  email: string;
  email_verified?: boolean;
  [claim: string]: unknown;
}

export interface OidcServer {
  issuer: string;
  clientId: string;
  /** Signs in at the provider's pages as this account, by code with PKCE. */
  tokens(account: string, scope?: string): Promise<{ access_token: string; id_token: string }>;
  /** Signs in at its pages, from where a browser was sent: where the browser is sent back. */
  visit(location: string, account: string): Promise<URL>;
  /** Takes a new key into use and publishes no other. */
  rotate(): Promise<void>;
  stop(): Promise<void>;
}

async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(privateKey)), use: 'sig', alg: 'RS256', kid: randomBytes(8).toString('hex') };
}

export async function startOidc(accounts: Record<string, OidcAccount>): Promise<OidcServer> {
  let handler: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
  const server = createServer((request, response) => handler(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const begin = async () => {
    handler = await provider(issuer, accounts, await newKey());
  };
  await begin();
  return {
    issuer,
    clientId: CLIENT,
    tokens: (account, scope = 'openid email') => signIn(issuer, account, scope),
    visit: (location, account) => walk(issuer, new URL(location), account, WEB_REDIRECT),
    rotate: begin,
    stop: () => stop(server),
  };
}

async function provider(issuer: string, accounts: Record<string, OidcAccount>, key: JWK) {
  // It warns of what is meant for trying out alone.
  const { warn, info } = console;
  console.warn = console.info = () => undefined;
  try {
    const { default: Provider } = await import('oidc-provider');
    const claimsOf = (id: string) => ({ sub: id, ...accounts[id] });
    const made = new Provider(issuer, {
      clients: [
        {
          ...{ client_id: CLIENT, token_endpoint_auth_method: 'none', application_type: 'native' },
          ...{ redirect_uris: [REDIRECT], grant_types: ['authorization_code'], response_types: ['code'] },
        },
        {
          ...{ client_id: WEB_CLIENT.id, client_secret: WEB_CLIENT.secret, redirect_uris: [WEB_REDIRECT] },
          ...{ grant_types: ['authorization_code'], response_types: ['code'] },
        },
      ],
      conformIdTokenClaims: false,
      jwks: { keys: [key] },
      cookies: { keys: [randomBytes(16).toString('hex')] },
      pkce: { required: () => true },
      claims: { openid: ['sub', 'groups'], email: ['email', 'email_verified'], profile: ['name'] },
      findAccount: (_context: unknown, id: string) =>
        accounts[id] === undefined ? undefined : { accountId: id, claims: () => claimsOf(id) },
      extraTokenClaims: (_context: unknown, token: { accountId: string }) => accounts[token.accountId],
      features: {
        devInteractions: { enabled: true },
        resourceIndicators: {
          enabled: true,
          defaultResource: () => AUDIENCE,
          useGrantedResource: () => true,
          getResourceServerInfo: () => ({
            ...{ scope: 'openid email', audience: AUDIENCE, accessTokenTTL: 600, accessTokenFormat: 'jwt' },
            jwt: { sign: { alg: 'RS256' } },
          }),
        },
      },
    });
    made.on('server_error', (_context, error) => console.error(error));
    return made.callback();
  } finally {
    Object.assign(console, { warn, info });
  }
}

/** A browser that fills in the two forms: sign in, and consent. Where it is sent back to. */
async function walk(issuer: string, start: URL, account: string, redirect: string): Promise<URL> {
  const cookies = new Map<string, string>();
  async function go(url: string, form?: Record<string, string>): Promise<URL> {
    const response = await fetch(new URL(url, issuer), {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) cookies.set(name, value);
    }
    await response.body?.cancel();
    const next = response.headers.get('location');
    if (next === null) throw new Error(`the provider answered ${response.status} at ${url}`);
    return new URL(next, issuer);
  }
  let at = await go(start.pathname + start.search);
  const forms: Record<string, string>[] = [
    { prompt: 'login', login: account, password: 'any' },
    { prompt: 'consent' },
  ];
  for (const form of forms) {
    at = await go((await go(at.pathname, form)).pathname);
    if (at.href.startsWith(redirect)) break;
  }
  return at;
}

async function signIn(issuer: string, account: string, scope: string) {
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    ...{ client_id: CLIENT, response_type: 'code', redirect_uri: REDIRECT, scope, state: 's' },
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const at = await walk(issuer, new URL(`/auth?${query}`, issuer), account, REDIRECT);
  const code = at.searchParams.get('code');
  if (code === null) throw new Error(`no code: ${at.href}`);
  const response = await fetch(new URL('/token', issuer), {
    method: 'POST',
    body: new URLSearchParams({
      ...{ grant_type: 'authorization_code', client_id: CLIENT, redirect_uri: REDIRECT },
      ...{ code, code_verifier: verifier },
    }),
  });
  if (!response.ok) throw new Error(`no token: ${response.status} ${await response.text()}`);
  return (await response.json()) as { access_token: string; id_token: string };
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
