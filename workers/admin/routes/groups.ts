import * as z from 'zod';
import { ConflictError, InvalidInputError, NotFoundError } from '../../../core/errors.ts';
import { MAX_MEMBERS } from '../../../core/groups/expand.ts';
import { GROUP_DEFAULTS, type Group } from '../../../core/people/types.ts';
import type { DirectoryStore } from '../../../core/ports/directory.ts';
import { newId } from '../../../platform/ids.ts';
import type { CreateGroup, GroupView, Page, SetGroup } from '../../../shared/admin-api.ts';
import { type AddRoutes, by } from '../context.ts';
import { addressOf, readJson, readQuery } from '../input.ts';
import { areaPagedQuery, pageOver, piece } from '../paging.ts';

const members = z.array(z.string().min(1).max(320)).max(MAX_MEMBERS);
const settings = {
  displayName: z.string().trim().max(200).optional(),
  senders: z.enum(['anyone', 'inside', 'members']).optional(),
  externalMembers: z.boolean().optional(),
  hidden: z.boolean().optional(),
};
export const createBody = z.strictObject({
  address: z.string().min(1).max(320),
  members: members.optional(),
  ...settings,
}) satisfies z.ZodType<CreateGroup>;
export const settingsBody = z.strictObject(settings) satisfies z.ZodType<SetGroup>;
export const membersBody = z.strictObject({ members });
export const listQuery = areaPagedQuery.extend({
  /** How the address begins. */
  address: z.string().trim().min(1).max(320).optional(),
});
/** Of each group in a list; all of them are in the answer of the group itself. */
const LISTED_MEMBERS = 20;

/** Distribution groups: entries of the address list with members. */
export const addGroupRoutes: AddRoutes = (app, { services, audit }) => {
  const { directory } = services;

  app.get('/groups', async (c) => {
    const { limit, cursor, address } = readQuery(c, listQuery);
    const prefix = address?.normalize('NFC').toLowerCase();
    const page = await pageOver(
      { directory, list: 'groups', scopes: c.get('scopes'), limit, cursor },
      async ({ tenantId, domain }, after, most) => {
        const filter = { prefix, ...(domain === null ? {} : { domain }) };
        const rows = await directory.groupsAfter(tenantId, filter, after, most + 1, LISTED_MEMBERS);
        return piece(rows, most, (group) => group.address);
      },
    );
    return c.json<Page<GroupView>>(page);
  });

  app.post('/groups', async (c) => {
    const body = await readJson(c, createBody);
    const address = addressOf(body.address);
    const { members: asked = [], address: _address, ...chosen } = body;
    const group: Group = {
      ...GROUP_DEFAULTS,
      ...given(chosen),
      tenantId: await tenantOf(directory, address),
      groupId: newId(),
      address,
    };
    const list = asked.map(addressOf);
    if ((await directory.findLogin(address)) !== null)
      throw new ConflictError(`the address ${address} is taken`);
    await directory.createGroup(group);
    await directory.setGroupMembers(group.tenantId, group.groupId, list);
    await audit({
      ...by(c),
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
      ...by(c),
      tenantId: group.tenantId,
      action: 'group.members',
      resource: `group/${group.groupId}`,
      details: { members: list.length },
    });
    return c.json(await view(directory, group));
  });

  app.patch('/groups/:address', async (c) => {
    const changes = given(await readJson(c, settingsBody));
    const group = { ...(await requireGroup(directory, c.req.param('address'))), ...changes };
    const { displayName, senders, externalMembers, hidden } = group;
    await directory.updateGroup(group.tenantId, group.groupId, {
      ...{ displayName, senders, externalMembers, hidden },
    });
    await audit({
      ...by(c),
      tenantId: group.tenantId,
      action: 'group.settings',
      resource: `group/${group.groupId}`,
      details: { senders, externalMembers, hidden },
    });
    return c.json(await view(directory, group));
  });

  app.delete('/groups/:address', async (c) => {
    const group = await requireGroup(directory, c.req.param('address'));
    await directory.deleteGroup(group.tenantId, group.groupId);
    await audit({
      ...by(c),
      tenantId: group.tenantId,
      action: 'group.delete',
      resource: `group/${group.groupId}`,
      details: { address: group.address },
    });
    return c.body(null, 204);
  });
};

/** Fields that the body has. */
function given(body: SetGroup): Partial<Group> {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
}

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
  const members = await directory.groupMembers(group.tenantId, group.groupId, MAX_MEMBERS);
  return { ...group, members, memberCount: members.length };
}
