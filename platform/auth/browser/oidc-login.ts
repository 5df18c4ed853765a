import * as z from 'zod';
import { NotFoundError } from '../../../core/errors.ts';
import type { Principal } from '../../../core/identity/types.ts';
import type { Session } from '../../../core/ports/sessions.ts';
import { verifyIdToken } from '../oidc/id-token.ts';
import { providersOf } from '../oidc/providers.ts';
import { addressOf, type OidcIssuer } from '../oidc/settings.ts';
import { maySpeakFor } from '../oidc/verify.ts';
import { standingOf } from '../standing.ts';
import { readCookie, writeCookie } from './cookies.ts';
import { originOf } from './origin.ts';
import type { BrowserServices } from './session.ts';
import { base64Url, newSecret, secretHash } from './tokens.ts';

/** Whoever signs in at the provider takes a while. */
const STATE_MS = 600_000;
/** Holds the browser to the sign-in that it began: nobody can send it into a session of their own (A37). */
const COOKIE = 'waypost-oidc';

const keptSchema = z.object({
  issuer: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  browser: z.string(),
  returnTo: z.string(),
});
const tokensSchema = z.looseObject({ id_token: z.string().max(16_384) });

type WithClient = OidcIssuer & { client: NonNullable<OidcIssuer['client']> };

/** Providers that people can sign in with at a page. */
export function loginIssuers({ oidcIssuers }: BrowserServices['config']): WithClient[] {
  return oidcIssuers.filter((one): one is WithClient => one.client !== null);
}

/** Where one may be sent after signing in: to a path of this host, whatever tricks browsers know with slashes. */
export function isLocalPath(path: string): boolean {
  if (!/^\/(?![/\\])[\x21-\x7e]*$/.test(path) || path.includes('\\')) return false;
  return new URL(path, 'https://here.invalid').origin === 'https://here.invalid';
}

/**
 * Begins a sign-in by code with PKCE (RFC 7636, RFC 9700 2.1): where the browser is to go, and a Set-Cookie field.
 * Rejects with NotFoundError when there is no such provider, and with ProviderUnavailable.
 */
export async function startOidc(
  request: Request,
  services: BrowserServices,
  { issuer, returnTo }: { issuer: string | undefined; returnTo: string },
): Promise<{ location: string; cookie: string }> {
  const { config, directory, now } = services;
  const all = loginIssuers(config);
  const chosen = issuer === undefined && all.length === 1 ? all[0] : all.find((one) => one.issuer === issuer);
  const known = providersOf(config).get(chosen?.issuer ?? '');
  if (chosen === undefined || known === undefined) throw new NotFoundError('there is no such provider');
  const metadata = await known.provider.metadata(now());
  const at = addressOf(metadata.authorization_endpoint ?? '', config.relayHosts.allowPrivate);
  if (at === null) throw new Error('the provider has no page to sign in at');
  const [state, nonce, verifier, browser] = [newSecret(), newSecret(), newSecret(), newSecret()];
  const kept = { issuer: chosen.issuer, nonce, verifier, browser: await secretHash(browser), returnTo };
  await directory.putChallenge(
    {
      ...{ kind: 'oidc', challengeHash: await secretHash(state), tenantId: null, userId: null },
      ...{ data: JSON.stringify(kept), expiresAt: now() + STATE_MS },
    },
    now(),
  );
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  at.search = new URLSearchParams({
    ...{ response_type: 'code', client_id: chosen.client.id, redirect_uri: redirectOf(request, services) },
    ...{ scope: 'openid email profile', state, nonce },
    ...{ code_challenge: base64Url(new Uint8Array(digest)), code_challenge_method: 'S256' },
  }).toString();
  return { location: at.href, cookie: cookieOf(request, services, browser) };
}

export type OidcOutcome =
  | {
      kind: 'ok';
      principal: Principal;
      tokenRoles: Session['tokenRoles'];
      returnTo: string;
      cookie: string;
    }
  /** `reason` is for the log. */
  | { kind: 'refused'; reason: string };

/** Ends it, with what the provider has sent the browser back with. Rejects with ProviderUnavailable. */
export async function finishOidc(request: Request, services: BrowserServices): Promise<OidcOutcome> {
  const { config, directory, now } = services;
  const query = new URL(request.url).searchParams;
  const state = query.get('state') ?? '';
  const taken = state === '' ? null : await directory.takeChallenge('oidc', await secretHash(state), now());
  if (taken === null) return refused('state');
  const kept = keptSchema.parse(JSON.parse(taken.data));
  const browser = readCookie(request, config, COOKIE);
  if (browser === null || (await secretHash(browser)) !== kept.browser) return refused('browser');
  // RFC 9207: the answer of one provider is not given to another.
  const said = query.get('iss');
  if (said !== null && said !== kept.issuer) return refused('iss');
  const code = query.get('code');
  if (code === null) return refused(`provider: ${(query.get('error') ?? 'no code').slice(0, 100)}`);
  const known = providersOf(config).get(kept.issuer);
  const client = known?.issuer.client ?? null;
  if (known === undefined || client === null) return refused('issuer');

  const form = new URLSearchParams({
    ...{ grant_type: 'authorization_code', code, redirect_uri: redirectOf(request, services) },
    ...{ code_verifier: kept.verifier },
    ...(client.secret === null ? { client_id: client.id } : {}),
  });
  const tokens = tokensSchema.safeParse(await known.provider.exchange(now(), form, basicOf(client)));
  if (!tokens.success) return refused('code');
  const expected = { clientId: client.id, nonce: kept.nonce };
  const verdict = await verifyIdToken(tokens.data.id_token, known, expected, now());
  if ('refused' in verdict) return refused(verdict.refused);
  const login = await directory.findLogin(verdict.address);
  if (login === null) return refused('nobody has the address');
  if (!maySpeakFor(known.issuer, verdict.address, login.user)) return refused('not its tenant');
  const { tenant, user } = login;
  const signIn = { method: 'session', credentialId: null } as const;
  const standing = await standingOf(directory, { tenant, user, signIn }, now());
  if (standing === null) return refused('disabled');
  const { returnTo, issuer } = kept;
  const { roles } = verdict;
  return {
    ...{ kind: 'ok', principal: standing.principal, returnTo, cookie: cookieOf(request, services, '') },
    tokenRoles: roles.length === 0 ? null : { issuer, roles },
  };
}

function refused(reason: string): OidcOutcome {
  return { kind: 'refused', reason };
}

function redirectOf(request: Request, { config }: BrowserServices): string {
  return `${originOf(request, config).origin}/auth/oidc/callback`;
}

function cookieOf(request: Request, { config }: BrowserServices, value: string): string {
  return writeCookie(request, config, { name: COOKIE, value, maxAgeSeconds: STATE_MS / 1000 });
}

/** RFC 6749 2.3.1: both parts are encoded as in a form. */
function basicOf({ id, secret }: { id: string; secret: string | null }): string | null {
  if (secret === null) return null;
  const encoded = (text: string) => new URLSearchParams({ x: text }).toString().slice(2);
  return `Basic ${btoa(`${encoded(id)}:${encoded(secret)}`)}`;
}
