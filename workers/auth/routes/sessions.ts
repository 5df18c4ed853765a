import { NotFoundError } from '../../../core/errors.ts';
import { type AddRoutes, meView, note, requireSession, sessionView } from '../context.ts';

/** Where one is signed in. */
export const addSessionRoutes: AddRoutes = (app, services) => {
  const { directory, config, now } = services;

  app.get('/me', async (c) => {
    const { principal, session } = await requireSession(c, services);
    return c.json(meView(principal, session));
  });

  app.get('/sessions', async (c) => {
    const { session } = await requireSession(c, services);
    const all = await directory.listSessions(session.tenantId, session.userId);
    const items = all
      .filter(({ expiresAt, seenAt }) => expiresAt > now() && now() - seenAt < config.sessionIdleMs)
      .map((one) => sessionView(one, session.sessionId));
    return c.json({ items, cursor: null });
  });

  app.delete('/sessions/:sessionId', async (c) => {
    const { session } = await requireSession(c, services);
    const { tenantId, userId } = session;
    const sessionId = c.req.param('sessionId');
    if (!(await directory.removeSession(tenantId, userId, sessionId))) {
      throw new NotFoundError('no such session');
    }
    note(c, services, session, { action: 'session.end', details: { sessionId } });
    return c.body(null, 204);
  });

  app.delete('/sessions', async (c) => {
    const { session } = await requireSession(c, services);
    const { tenantId, userId, sessionId } = session;
    const ended = await directory.removeSessions(tenantId, userId, sessionId);
    note(c, services, session, { action: 'session.end-others', details: { ended } });
    return c.json({ ended });
  });
};
