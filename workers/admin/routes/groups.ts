import * as z from 'zod';
import { ConflictError, InvalidInputError, NotFoundError } from '../../../core/errors.ts';
import type { Group } from '../../../core/people/types.ts';
import type { DirectoryStore } from '../../../core/ports/directory.ts';
import { newId } from '../../../platform/ids.ts';
import type { CreateGroup, GroupView } from '../../../shared/admin-api.ts';
import type { AddRoutes } from '../context.ts';
import { addressOf, readJson, readQuery } from '../input.ts';

/** Members of a group; their addresses fit into one request. */
const MAX_MEMBERS = 1000;

const members = z.array(z.string().min(1).max(320)).max(MAX_MEMBERS);
const createBody = z.strictObject({
  address: z.string().min(1).max(320),
  displayName: z.string().trim().max(200).optional(),
  members: members.optional(),
}) satisfies z.ZodType<CreateGroup>;
const membersBody = z.strictObject({ members });
const listQuery = z.strictObject({ tenantId: z.string().max(64).optional() });

/** Distribution groups: entries of the address list with members. */
export const addGroupRoutes: AddRoutes = (app, { services, audit }) => {
  const { directory } = services;

  app.get('/groups', async (c) => {
    const { tenantId } = readQuery(c, listQuery);
    const tenants = tenantId === undefined ? await directory.listTenants() : [{ tenantId }];
    const items: GroupView[] = [];
    for (const tenant of tenants) {
      for (const group of await directory.listGroups(tenant.tenantId))
        items.push(await view(directory, group));
    }
    return c.json({ items, cursor: null });
  });

  app.post('/groups', async (c) => {
    const body = await readJson(c, createBody);
    const address = addressOf(body.address);
    const group: Group = {
      tenantId: await tenantOf(directory, address),
      groupId: newId(),
      address,
      displayName: body.displayName ?? '',
    };
    const list = (body.members ?? []).map(addressOf);
    if ((await directory.findLogin(address)) !== null)
      throw new ConflictError(`the address ${address} is taken`);
    await directory.createGroup(group);
    await directory.setGroupMembers(group.tenantId, group.groupId, list);
    await audit({
      correlationId: c.get('correlationId'),
      tenantId: group.tenantId,
      action: 'group.create',
      resource: `group/${group.groupId}`,
      details: { address, members: list.length },
    });
    return c.json(await view(directory, group), 201);
  });

  app.get('/groups/:address', async (c) =>
    c.json(await view(directory, await requireGroup(directory, c.req.param('address')))),
  );

  app.put('/groups/:address/members', async (c) => {
    const list = (await readJson(c, membersBody)).members.map(addressOf);
    const group = await requireGroup(directory, c.req.param('address'));
    await directory.setGroupMembers(group.tenantId, group.groupId, list);
    await audit({
      correlationId: c.get('correlationId'),
      tenantId: group.tenantId,
      action: 'group.members',
      resource: `group/${group.groupId}`,
      details: { members: list.length },
    });
    return c.json(await view(directory, group));
  });

  app.delete('/groups/:address', async (c) => {
    const group = await requireGroup(directory, c.req.param('address'));
    await directory.deleteGroup(group.tenantId, group.groupId);
    await audit({
      correlationId: c.get('correlationId'),
      tenantId: group.tenantId,
      action: 'group.delete',
      resource: `group/${group.groupId}`,
      details: { address: group.address },
    });
    return c.body(null, 204);
  });
};

/** Tenant of the address's domain. */
async function tenantOf(directory: DirectoryStore, address: string): Promise<string> {
  const name = address.slice(address.lastIndexOf('@') + 1);
  const domain = await directory.getDomain(name);
  if (domain === null) throw new InvalidInputError(`the domain ${name} does not exist: add it first`);
  return domain.tenantId;
}

async function requireGroup(directory: DirectoryStore, value: string): Promise<Group> {
  const address = addressOf(value);
  const domain = await directory.getDomain(address.slice(address.lastIndexOf('@') + 1));
  const group = domain === null ? null : await directory.findGroup(domain.tenantId, address);
  if (group === null) throw new NotFoundError(`no group has the address ${address}`);
  return group;
}

async function view(directory: DirectoryStore, group: Group): Promise<GroupView> {
  const { tenantId, groupId, address, displayName } = group;
  const list = await directory.groupMembers(tenantId, groupId, MAX_MEMBERS);
  return { address, groupId, tenantId, displayName, members: list };
}
