import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { NotFoundError } from '../../core/errors.ts';
import { NOT_PASSED, passesAccess } from '../../platform/auth/access/gate.ts';
import { isSameOrigin } from '../../platform/auth/browser/origin.ts';
import { correlationIdOf } from '../../platform/correlation.ts';
import { anonymousWait } from '../../platform/limits/anonymous.ts';
import { describeError } from '../../platform/log.ts';
import { noteRoute } from '../../platform/metrics/index.ts';
import type { Services } from '../../platform/services.ts';
import type { AuthEnv } from './context.ts';
import { isCallersError, problemResponse, SignInError } from './problem.ts';
import { addLoginRoutes } from './routes/login.ts';
import { addOidcRoutes } from './routes/oidc.ts';
import { addPasskeyRoutes } from './routes/passkeys.ts';
import { addSessionRoutes } from './routes/sessions.ts';
import { addTotpRoutes } from './routes/totp.ts';

export const AUTH_PATH = '/auth/';

const MAX_BODY = 64 * 1024;

/**
 * Signing in with a browser, under `/auth` (docs/authentication.md). Errors are problem documents (RFC 9457). There is
 * no CORS: pages of other origins read nothing here, and change nothing (A38).
 */
export function createAuth(services: Services): Hono<AuthEnv> {
  const app = new Hono<AuthEnv>().basePath('/auth');

  app.use(async (c, next) => {
    const { raw } = c.req;
    const correlationId = correlationIdOf(raw.headers);
    c.set('correlationId', correlationId);
    await next();
    noteRoute(raw, c.req.routePath.slice(1));
    c.header('x-correlation-id', correlationId);
    c.header('cache-control', 'no-store');
    c.header('x-content-type-options', 'nosniff');
    c.header('referrer-policy', 'no-referrer');
  });
  app.use(async (c, next) => {
    if (!(await passesAccess(c.req.raw, services, 'auth'))) throw new SignInError('forbidden', NOT_PASSED);
    await next();
  });
  app.use(async (c, next) => {
    const wait = await anonymousWait(c.req.raw, services);
    if (wait > 0) throw new SignInError('too-many-attempts', 'too many requests', wait);
    await next();
  });
  app.use(async (c, next) => {
    const { method } = c.req;
    if (method !== 'GET' && method !== 'HEAD') {
      if (!isSameOrigin(c.req.raw, services.config)) {
        throw new SignInError('foreign-origin', 'only pages of this host may ask for it');
      }
      // What a form can send is no JSON, whatever the browser says of where it comes from.
      const type = c.req.header('content-type') ?? '';
      if (method !== 'DELETE' && !/^application\/json(;|$)/i.test(type)) {
        throw new SignInError('unsupported-media-type', 'the body must be application/json');
      }
    }
    await next();
  });
  app.use(
    bodyLimit({
      maxSize: MAX_BODY,
      onError: () => {
        throw new SignInError('too-large', `the body is longer than ${MAX_BODY} bytes`);
      },
    }),
  );

  addLoginRoutes(app, services);
  addSessionRoutes(app, services);
  addTotpRoutes(app, services);
  addPasskeyRoutes(app, services);
  addOidcRoutes(app, services);

  app.notFound((c) => problemResponse(new NotFoundError('not found'), c.get('correlationId') ?? ''));
  app.onError((error, c) => {
    const correlationId = c.get('correlationId') ?? '';
    if (!isCallersError(error)) {
      services.log.error('auth.failed', {
        ...{ correlationId, path: c.req.routePath, error: describeError(error) },
      });
    }
    return problemResponse(error, correlationId);
  });
  return app;
}
