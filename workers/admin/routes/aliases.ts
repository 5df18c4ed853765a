import { ConflictError, InvalidInputError, NotFoundError } from '../../../core/errors.ts';
import type { Alias } from '../../../core/identity/types.ts';
import type { AliasView, Page } from '../../../shared/admin-api.ts';
import { type AddRoutes, by } from '../context.ts';
import { addressOf, aliasStatusBody, createAliasBody, readJson, readQuery, requireUser } from '../input.ts';
import { pagedQuery, pageOf } from '../paging.ts';

export const addAliasRoutes: AddRoutes = (app, { services, audit }) => {
  const { directory } = services;

  app.get('/users/:address/aliases', async (c) => {
    const query = readQuery(c, pagedQuery);
    const { user } = await requireUser(directory, c.req.param('address'));
    const aliases = await directory.listAliases(user.tenantId, user.userId);
    const page = pageOf('aliases', aliases, ({ address }) => [0, address], query);
    const items = page.items.map(
      (a): AliasView => ({ alias: a.address, address: user.address, enabled: a.enabled }),
    );
    return c.json<Page<AliasView>>({ ...page, items });
  });

  app.post('/aliases', async (c) => {
    const body = await readJson(c, createAliasBody);
    const { user } = await requireUser(directory, body.address);
    const address = addressOf(body.alias);
    const domainName = address.slice(address.lastIndexOf('@') + 1);
    const domain = await directory.getDomain(domainName);
    // An alias in a domain of somebody else would take that tenant's mail.
    if (domain === null || domain.tenantId !== user.tenantId) {
      throw new InvalidInputError(`${domainName} is not a domain of ${user.address}'s tenant`);
    }
    if ((await directory.findLogin(address)) !== null)
      throw new ConflictError(`the address ${address} is taken`);
    const alias: Alias = { address, tenantId: user.tenantId, userId: user.userId, enabled: true };
    await directory.createAlias(alias);
    await audit({
      ...by(c),
      tenantId: user.tenantId,
      action: 'alias.create',
      resource: `alias/${address}`,
      details: { userId: user.userId },
    });
    return c.json<AliasView>({ alias: address, address: user.address, enabled: true }, 201);
  });

  app.put('/aliases/:alias/status', async (c) => {
    const { enabled } = await readJson(c, aliasStatusBody);
    const address = addressOf(c.req.param('alias'));
    const { user } = await requireUser(directory, address);
    if (user.address === address) throw new NotFoundError(`${address} is a user, not an alias`);
    await directory.setAliasEnabled(user.tenantId, address, enabled);
    await audit({
      ...by(c),
      tenantId: user.tenantId,
      action: 'alias.status',
      resource: `alias/${address}`,
      details: { enabled },
    });
    return c.json<AliasView>({ alias: address, address: user.address, enabled });
  });
};
