import type * as z from 'zod';
import { NotFoundError } from '../../../core/errors.ts';
import { sharedContactId } from '../../../core/people/shared-contact.ts';
import { NO_ATTRIBUTES, type Person } from '../../../core/people/types.ts';
import type { Page, SetSharedContact, SharedContactView } from '../../../shared/admin-api.ts';
import { type AddRoutes, type AdminContext, by } from '../context.ts';
import { addressOf, readJson, readQuery } from '../input.ts';
import { pagedQuery, piece, readCursor, writeCursor } from '../paging.ts';
import { requireTenant } from './devices.ts';
import {
  attributesBody,
  attributesOf,
  type Entry,
  entryView,
  forgetPhoto,
  given,
  setPhoto,
  shortText,
} from './entries.ts';

export const contactBody = attributesBody.extend({
  displayName: shortText,
}) satisfies z.ZodType<SetSharedContact>;
export const listQuery = pagedQuery;

/** Shared contacts: people outside of a tenant whom its address list has. */
export const addContactRoutes: AddRoutes = (app, admin) => {
  const { services, audit } = admin;
  const { directory } = services;

  app.get('/tenants/:tenantId/contacts', async (c) => {
    const { limit, cursor } = readQuery(c, listQuery);
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    const after = cursor === undefined ? '' : String(readCursor('contacts', cursor, ['text'])[0]);
    const found = await directory.listSharedContacts(tenantId, after, limit + 1);
    const { rows, next } = piece(found, limit, ({ address }) => address);
    return c.json<Page<SharedContactView>>({
      items: rows.map(view),
      cursor: next === null ? null : writeCursor('contacts', [next]),
    });
  });

  app.put('/tenants/:tenantId/contacts/:address', async (c) => {
    const body = given(await readJson(c, contactBody));
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    const address = addressOf(c.req.param('address'));
    const contactId = await sharedContactId(tenantId, address);
    const before = await directory.getSharedContact(tenantId, contactId);
    const changed = {
      ...attributesOf(before ?? NO_ATTRIBUTES),
      displayName: before?.displayName ?? '',
      ...body,
    };
    await directory.putSharedContact({ ...changed, tenantId, contactId, address });
    await audit({
      ...by(c),
      tenantId,
      action: before === null ? 'contact.create' : 'contact.change',
      resource: `contact/${contactId}`,
      details: { address, fields: Object.keys(body).join(' ') },
    });
    const photo = before?.photo ?? null;
    return c.json(view({ ...changed, address, photo }), before === null ? 201 : 200);
  });

  app.delete('/tenants/:tenantId/contacts/:address', async (c) => {
    const contact = await requireContact(services, c.req.param('tenantId'), c.req.param('address'));
    await directory.deleteSharedContact(contact.tenantId, contact.personId);
    await forgetPhoto(services, contact);
    await audit({
      ...by(c),
      tenantId: contact.tenantId,
      action: 'contact.delete',
      resource: `contact/${contact.personId}`,
      details: { address: contact.address },
    });
    return c.body(null, 204);
  });

  app.put('/tenants/:tenantId/contacts/:address/photo', async (c) => {
    const contact = await requireContact(services, c.req.param('tenantId'), c.req.param('address'));
    const photo = await setPhoto(admin, c, contact, new Uint8Array(await c.req.arrayBuffer()));
    return c.json(view({ ...contact, photo }));
  });

  app.delete('/tenants/:tenantId/contacts/:address/photo', async (c) => {
    const contact = await requireContact(services, c.req.param('tenantId'), c.req.param('address'));
    await setPhoto(admin, c, contact, null);
    return c.body(null, 204);
  });
};

type Services = AdminContext['services'];

async function requireContact(services: Services, tenant: string, value: string): Promise<Entry> {
  const { tenantId } = await requireTenant(services.directory, tenant);
  const address = addressOf(value);
  const contactId = await sharedContactId(tenantId, address);
  const contact = await services.directory.getSharedContact(tenantId, contactId);
  if (contact === null) throw new NotFoundError(`no shared contact has the address ${address}`);
  return { ...contact, tenantId };
}

function view(contact: Parameters<typeof entryView>[0] & Pick<Person, 'displayName'>): SharedContactView {
  return { ...entryView(contact), displayName: contact.displayName };
}
