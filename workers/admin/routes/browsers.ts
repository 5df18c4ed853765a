import { forgetUser } from '../../../platform/auth/authenticate.ts';
import { endCodes } from '../../../platform/auth/browser/codes.ts';
import type { Page, UserSessionView } from '../../../shared/admin-api.ts';
import { type AddRoutes, by } from '../context.ts';
import { readQuery, requireUser } from '../input.ts';
import { pagedQuery, pageOf } from '../paging.ts';

/** Where users are signed in with a browser, and the way back for who has lost the app that makes codes. */
export const addBrowserRoutes: AddRoutes = (app, { services, audit }) => {
  const { directory } = services;

  app.get('/users/:address/sessions', async (c) => {
    const query = readQuery(c, pagedQuery);
    const { user } = await requireUser(directory, c.req.param('address'));
    const all = await directory.listSessions(user.tenantId, user.userId);
    const page = pageOf('sessions', all, (s) => [-s.createdAt, s.sessionId], query);
    const items = page.items.map(
      ({ sessionId, method, createdAt, seenAt, expiresAt, userAgent, address }) => ({
        ...{ sessionId, method, createdAt, seenAt, expiresAt, userAgent, address },
      }),
    );
    return c.json<Page<UserSessionView>>({ ...page, items });
  });

  app.delete('/users/:address/sessions', async (c) => {
    const { user } = await requireUser(directory, c.req.param('address'));
    const { tenantId, userId } = user;
    const ended = await directory.removeSessions(tenantId, userId, null);
    await audit({
      ...{ ...by(c), tenantId, action: 'user.sessions-end', resource: `user/${userId}` },
      details: { ended },
    });
    return c.body(null, 204);
  });

  app.delete('/users/:address/totp', async (c) => {
    const { user } = await requireUser(directory, c.req.param('address'));
    const { tenantId, userId } = user;
    await endCodes(services, user);
    forgetUser(services, userId);
    await audit({ ...by(c), tenantId, action: 'user.totp-end', resource: `user/${userId}` });
    return c.body(null, 204);
  });
};
