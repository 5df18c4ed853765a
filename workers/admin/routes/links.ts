import { NotFoundError } from '../../../core/errors.ts';
import type { AttachmentLink, LinkCursor } from '../../../core/ports/links.ts';
import type { LinkView } from '../../../shared/admin-api.ts';
import { type AddRoutes, by } from '../context.ts';
import { readQuery } from '../input.ts';
import { pagedQuery, readCursor, writeCursor } from '../paging.ts';

export const listQuery = pagedQuery;

/** Attachments of a tenant that became links. */
export const addLinkRoutes: AddRoutes = (app, { services, audit }) => {
  const { directory, links } = services;

  app.get('/tenants/:tenantId/links', async (c) => {
    const { limit, cursor } = readQuery(c, listQuery);
    const tenantId = c.req.param('tenantId');
    if ((await directory.getTenant(tenantId)) === null) throw new NotFoundError('no such tenant');
    const page = await links.listLinks(tenantId, cursor === undefined ? null : placeOf(cursor), limit + 1);
    const items = page.slice(0, limit);
    const last = page.length > limit ? items.at(-1) : undefined;
    return c.json({
      items: items.map((link) => linkView(link, services.now())),
      cursor: last === undefined ? null : writeCursor('links', [last.createdAt, last.linkId]),
    });
  });

  app.delete('/tenants/:tenantId/links/:linkId', async (c) => {
    const { tenantId, linkId } = c.req.param();
    if (!(await links.revokeLink(tenantId, linkId, services.now()))) throw new NotFoundError('no such link');
    await audit({
      ...by(c),
      tenantId,
      action: 'link.revoke',
      resource: `link/${linkId}`,
    });
    return c.body(null, 204);
  });
};

function placeOf(cursor: string): LinkCursor {
  const [createdAt, linkId] = readCursor('links', cursor, ['number', 'text']);
  return { createdAt: Number(createdAt), linkId: String(linkId) };
}

function linkView(
  { linkId, name, mediaType, size, createdAt, endsAt, revoked }: AttachmentLink,
  now: number,
): LinkView {
  const state = revoked ? 'revoked' : endsAt <= now ? 'ended' : 'open';
  return { linkId, name, mediaType, size, createdAt, endsAt, state };
}
