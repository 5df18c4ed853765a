import { InvalidInputError } from '../../../core/errors.ts';
import {
  finishOidc,
  isLocalPath,
  loginIssuers,
  startOidc,
} from '../../../platform/auth/browser/oidc-login.ts';
import { startSession } from '../../../platform/auth/browser/session.ts';
import { type AddRoutes, mayBegin, note } from '../context.ts';
import { SignInError } from '../problem.ts';

const MAX_PATH = 2000;

/** Signing in at the page of an OpenID provider. */
export const addOidcRoutes: AddRoutes = (app, services) => {
  app.get('/oidc', (c) => {
    return c.json({ items: loginIssuers(services.config).map(({ issuer }) => ({ issuer })), cursor: null });
  });

  app.get('/oidc/start', async (c) => {
    const returnTo = c.req.query('return') ?? '/';
    if (returnTo.length > MAX_PATH || !isLocalPath(returnTo)) {
      throw new InvalidInputError('return: a path of this host is needed');
    }
    const issuer = c.req.query('issuer');
    await mayBegin(c, services);
    const { location, cookie } = await startOidc(c.req.raw, services, { issuer, returnTo });
    c.header('set-cookie', cookie, { append: true });
    return c.redirect(location, 303);
  });

  app.get('/oidc/callback', async (c) => {
    const outcome = await finishOidc(c.req.raw, services);
    if (outcome.kind === 'refused') {
      const { reason } = outcome;
      services.log.info('auth.oidc-refused', { correlationId: c.get('correlationId'), reason });
      throw new SignInError('not-accepted', 'the sign-in does not hold, or took too long: begin again');
    }
    const { principal, tokenRoles, returnTo } = outcome;
    const { cookie } = await startSession(c.req.raw, services, principal, 'oidc', tokenRoles);
    const roles = tokenRoles?.roles.join(' ') ?? '';
    note(c, services, principal.user, { action: 'sign-in', details: { method: 'oidc', roles } });
    for (const one of [outcome.cookie, cookie]) c.header('set-cookie', one, { append: true });
    return c.redirect(returnTo, 303);
  });
};
