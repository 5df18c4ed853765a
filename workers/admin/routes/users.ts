import { ConflictError, InvalidInputError } from '../../../core/errors.ts';
import type { Tenant, User } from '../../../core/identity/types.ts';
import { forgetUser } from '../../../platform/auth/authenticate.ts';
import { newId } from '../../../platform/ids.ts';
import type { CreateUser, Page, UserStats, UserView } from '../../../shared/admin-api.ts';
import { type AddRoutes, type AdminContext, by } from '../context.ts';
import {
  addressOf,
  createUserBody,
  quotaBody,
  readJson,
  readQuery,
  requireUser,
  userStatusBody,
} from '../input.ts';
import { revokeUser } from '../revoke.ts';
import { userView } from '../views.ts';
import { putPassword } from './credentials.ts';
import { listUsers, userListQuery } from './user-list.ts';

export const addUserRoutes: AddRoutes = (app, admin) => {
  const { directory, mail } = admin.services;

  app.get('/users', async (c) => {
    const { items, cursor } = await listUsers(directory, c.get('scopes'), readQuery(c, userListQuery));
    return c.json<Page<UserView>>({ items: items.map(userView), cursor });
  });

  app.post('/users', async (c) => {
    const body = await readJson(c, createUserBody);
    const user = await createUser(admin, body);
    await admin.audit({
      ...by(c),
      tenantId: user.tenantId,
      action: 'user.create',
      resource: `user/${user.userId}`,
      details: { address: user.address },
    });
    return c.json(userView(user), 201);
  });

  app.get('/users/:address', async (c) => {
    const { user } = await requireUser(directory, c.req.param('address'));
    return c.json(userView(user));
  });

  app.put('/users/:address/status', async (c) => {
    const { status } = await readJson(c, userStatusBody);
    const { tenant, user } = await requireUser(directory, c.req.param('address'));
    await directory.setUserStatus(user.tenantId, user.userId, status);
    forgetUser(admin.services, user.userId);
    await revokeUser(admin.services, tenant, user.userId);
    await admin.audit({
      ...by(c),
      tenantId: user.tenantId,
      action: 'user.status',
      resource: `user/${user.userId}`,
      details: { status },
    });
    return c.json(userView({ ...user, status }));
  });

  app.put('/users/:address/quota', async (c) => {
    const { quotaBytes } = await readJson(c, quotaBody);
    const { user } = await requireUser(directory, c.req.param('address'));
    await directory.setQuota(user.tenantId, user.userId, quotaBytes);
    await admin.audit({
      ...by(c),
      tenantId: user.tenantId,
      action: 'user.quota',
      resource: `user/${user.userId}`,
      details: { quotaBytes },
    });
    return c.json(userView({ ...user, quotaBytes }));
  });

  app.get('/users/:address/stats', async (c) => {
    const { tenant, user } = await requireUser(directory, c.req.param('address'));
    const usage = await mail.mailbox(mailboxRef(tenant, user)).usage();
    return c.json<UserStats>({
      address: user.address,
      messages: usage.itemCount,
      sizeBytes: usage.sizeBytes,
      quotaBytes: user.quotaBytes,
      modseq: usage.modseq,
    });
  });
};

function mailboxRef(tenant: Tenant, user: User) {
  return { tenantId: tenant.tenantId, mailboxId: user.userId, shard: tenant.mailShard };
}

async function createUser(admin: AdminContext, body: CreateUser): Promise<User> {
  const { directory, mail, now } = admin.services;
  const address = addressOf(body.address);
  const domainName = address.slice(address.lastIndexOf('@') + 1);
  const domain = await directory.getDomain(domainName);
  const tenant = domain === null ? null : await directory.getTenant(domain.tenantId);
  if (tenant === null) throw new InvalidInputError(`the domain ${domainName} does not exist: add it first`);
  if ((await directory.findLogin(address)) !== null)
    throw new ConflictError(`the address ${address} is taken`);
  const user: User = {
    userId: newId(),
    tenantId: tenant.tenantId,
    address,
    displayName: body.displayName ?? '',
    status: 'active',
    quotaBytes: body.quotaBytes ?? null,
    createdAt: now(),
  };
  // The mailbox first: mail may arrive the moment the user exists. A mailbox without a user harms nobody.
  await mail.mailbox(mailboxRef(tenant, user)).create(now());
  await directory.createUser(user);
  if (body.password !== undefined) await putPassword(admin, user, body.password);
  return user;
}
