import { authenticate } from '../../platform/auth/authenticate.ts';
import { parseBearer } from '../../platform/auth/oidc/verify.ts';
import type { Services } from '../../platform/services.ts';
import type { Caller } from './caller.ts';
import { AdminError, TooManyError } from './problem.ts';

/**
 * The caller by an access token of an OpenID provider: a user with the roles that they have here and those that the token
 * brings; null when what is shown is none. Throws AdminError for one that is not good.
 */
export async function callerOfAccessToken(request: Request, services: Services): Promise<Caller | null> {
  const token = parseBearer(request.headers.get('authorization'));
  if (token === null || token.split('.').length !== 3 || services.config.oidcIssuers.length === 0)
    return null;
  const got = await authenticate(request, services, { protocol: 'admin' });
  if (got.kind === 'limited') throw new TooManyError(got.retryAfterSeconds);
  if (got.kind === 'busy') throw new TooManyError(got.retryAfterSeconds, 'too many requests');
  if (got.kind === 'unavailable') throw new Error('the OpenID provider cannot be reached');
  if (got.kind === 'denied') throw new AdminError('unauthorized', 'the access token is not valid');
  const { user, signIn } = got.principal;
  const own = await services.directory.rolesOf(user.tenantId, user.userId);
  return {
    actor: `user/${user.userId}`,
    grants: [...own.map(({ role, area }) => ({ role, area })), ...(signIn.grants ?? [])],
    topics: null,
  };
}
