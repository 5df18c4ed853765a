import { parseBasic } from './basic.ts';
import { byPassword } from './by-password.ts';
import { byToken } from './by-token.ts';
import { parseBearer } from './oidc/verify.ts';
import { freshPrincipal } from './standing.ts';
import type { Attempt, AuthResult, AuthServices, SignInTarget } from './types.ts';
import { VerifiedCache } from './verified-cache.ts';

/** One for the isolate. */
const verified = new VerifiedCache(5_000);

/** Forgets what was remembered of a user in this isolate, after its credentials or status changed. */
export function forgetUser(userId: string): void {
  verified.forget(({ principal }) => principal.user.userId === userId);
}

/**
 * The one authentication path of all edges: Basic with the user's password or an app password, by primary address or
 * alias; Bearer with an access token of a configured provider.
 */
export async function authenticate(
  request: Request,
  services: AuthServices,
  _target: SignInTarget,
): Promise<AuthResult> {
  const header = request.headers.get('authorization');
  const look = header === null ? null : lookAt(header, request.headers.get('cf-connecting-ip'), services);
  if (header === null || look === null) return { kind: 'denied', token: false };
  const got = await verified.get(header, services.now(), {
    verify: look,
    recheck: async (known) => {
      const principal = await freshPrincipal(services.directory, known.principal);
      return principal === null ? null : { ...known, principal };
    },
  });
  return got.kind === 'ok' ? { kind: 'ok', ...got.value } : got;
}

/** How a header is looked at; null when it is of no known kind. */
function lookAt(header: string, ip: string | null, services: AuthServices): (() => Promise<Attempt>) | null {
  const token = parseBearer(header);
  if (token !== null) return () => byToken(token, services, ip);
  const basic = parseBasic(header);
  return basic === null ? null : () => byPassword(basic, services, ip);
}
