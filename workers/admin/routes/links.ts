import { InvalidInputError, NotFoundError } from '../../../core/errors.ts';
import type { AttachmentLink, LinkCursor } from '../../../core/ports/links.ts';
import type { LinkView } from '../../../shared/admin-api.ts';
import { type AddRoutes, by } from '../context.ts';
import { pageQuery, readQuery } from '../input.ts';

/** Attachments of a tenant that became links. */
export const addLinkRoutes: AddRoutes = (app, { services, audit }) => {
  const { directory, links } = services;

  app.get('/tenants/:tenantId/links', async (c) => {
    const { limit, cursor } = readQuery(c, pageQuery.omit({ tenantId: true }));
    const tenantId = c.req.param('tenantId');
    if ((await directory.getTenant(tenantId)) === null) throw new NotFoundError('no such tenant');
    const page = await links.listLinks(tenantId, cursor === undefined ? null : readCursor(cursor), limit + 1);
    const items = page.slice(0, limit);
    const last = page.length > limit ? items.at(-1) : undefined;
    return c.json({
      items: items.map((link) => linkView(link, services.now())),
      cursor: last === undefined ? null : `${last.createdAt}.${last.linkId}`,
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

function readCursor(cursor: string): LinkCursor {
  const match = /^(\d{1,15})\.(\w{1,64})$/.exec(cursor);
  if (match?.[1] === undefined || match[2] === undefined) throw new InvalidInputError('not a cursor');
  return { createdAt: Number(match[1]), linkId: match[2] };
}

function linkView(
  { linkId, name, mediaType, size, createdAt, endsAt, revoked }: AttachmentLink,
  now: number,
): LinkView {
  const state = revoked ? 'revoked' : endsAt <= now ? 'ended' : 'open';
  return { linkId, name, mediaType, size, createdAt, endsAt, state };
}
