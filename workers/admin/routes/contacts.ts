import * as z from 'zod';
import { InvalidInputError, NotFoundError } from '../../../core/errors.ts';
import { MAX_PHOTO, photoKey, photoType } from '../../../core/people/photo.ts';
import { sharedContactId } from '../../../core/people/shared-contact.ts';
import { NO_ATTRIBUTES, type Person, type PersonAttributes } from '../../../core/people/types.ts';
import { newId } from '../../../platform/ids.ts';
import { describeError } from '../../../platform/log.ts';
import type { SetSharedContact, SharedContactView } from '../../../shared/admin-api.ts';
import type { AddRoutes, AdminContext } from '../context.ts';
import { addressOf, readJson, readQuery } from '../input.ts';
import { AdminError } from '../problem.ts';

const text = z.string().trim().max(200).optional();
const contactBody = z.strictObject({
  displayName: text,
  firstName: text,
  lastName: text,
  title: text,
  office: text,
  company: text,
  phone: text,
  homePhone: text,
  mobilePhone: text,
  hidden: z.boolean().optional(),
}) satisfies z.ZodType<SetSharedContact>;
const listQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).default(100),
  cursor: z.string().max(320).default(''),
});

/** Shared contacts: people outside of a tenant whom its address list has. */
export const addContactRoutes: AddRoutes = (app, admin) => {
  const { services, audit } = admin;
  const { directory, photos } = services;

  app.get('/tenants/:tenantId/contacts', async (c) => {
    const { limit, cursor } = readQuery(c, listQuery);
    const tenantId = await requireTenant(services, c.req.param('tenantId'));
    const found = await directory.listSharedContacts(tenantId, cursor, limit);
    const last = found.length < limit ? undefined : found.at(-1);
    return c.json({ items: found.map(view), cursor: last?.address ?? null });
  });

  app.put('/tenants/:tenantId/contacts/:address', async (c) => {
    const body = given(await readJson(c, contactBody));
    const tenantId = await requireTenant(services, c.req.param('tenantId'));
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
      correlationId: c.get('correlationId'),
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
      correlationId: c.get('correlationId'),
      tenantId: contact.tenantId,
      action: 'contact.delete',
      resource: `contact/${contact.personId}`,
      details: { address: contact.address },
    });
    return c.body(null, 204);
  });

  app.put('/tenants/:tenantId/contacts/:address/photo', async (c) => {
    const contact = await requireContact(services, c.req.param('tenantId'), c.req.param('address'));
    const { tenantId, personId } = contact;
    const bytes = new Uint8Array(await c.req.arrayBuffer());
    if (bytes.length > MAX_PHOTO) throw new AdminError('too-large', `a photo has at most ${MAX_PHOTO} bytes`);
    const mediaType = photoType(bytes);
    if (mediaType === null) throw new InvalidInputError('a photo is a JPEG or PNG image');
    const photo = { key: photoKey(tenantId, personId, newId()), mediaType, size: bytes.length };
    await photos.put(photo.key, bytes, mediaType);
    await directory.setPersonPhoto(tenantId, personId, photo);
    await forgetPhoto(services, contact);
    await audit({
      correlationId: c.get('correlationId'),
      tenantId,
      action: 'contact.photo',
      resource: `contact/${personId}`,
      details: { size: bytes.length },
    });
    return c.json(view({ ...contact, photo }));
  });

  app.delete('/tenants/:tenantId/contacts/:address/photo', async (c) => {
    const contact = await requireContact(services, c.req.param('tenantId'), c.req.param('address'));
    await directory.setPersonPhoto(contact.tenantId, contact.personId, null);
    await forgetPhoto(services, contact);
    await audit({
      correlationId: c.get('correlationId'),
      tenantId: contact.tenantId,
      action: 'contact.photo',
      resource: `contact/${contact.personId}`,
      details: { size: 0 },
    });
    return c.body(null, 204);
  });
};

type Services = AdminContext['services'];

async function requireTenant({ directory }: Services, tenantId: string): Promise<string> {
  if ((await directory.getTenant(tenantId)) === null) throw new NotFoundError('no such tenant');
  return tenantId;
}

async function requireContact(
  services: Services,
  tenant: string,
  value: string,
): Promise<Person & { tenantId: string }> {
  const tenantId = await requireTenant(services, tenant);
  const address = addressOf(value);
  const contactId = await sharedContactId(tenantId, address);
  const contact = await services.directory.getSharedContact(tenantId, contactId);
  if (contact === null) throw new NotFoundError(`no shared contact has the address ${address}`);
  return { ...contact, tenantId };
}

/** A photo that nobody shows any more; when it cannot be deleted it only takes room. */
async function forgetPhoto({ photos, log }: Services, { photo }: Pick<Person, 'photo'>): Promise<void> {
  if (photo === null) return;
  try {
    await photos.delete(photo.key);
  } catch (error) {
    log.warn('admin.photo-left', { key: photo.key, error: describeError(error) });
  }
}

function attributesOf(person: PersonAttributes): PersonAttributes {
  const { firstName, lastName, title, office, company, phone, homePhone, mobilePhone, hidden } = person;
  return { firstName, lastName, title, office, company, phone, homePhone, mobilePhone, hidden };
}

function view(
  contact: PersonAttributes & Pick<Person, 'address' | 'displayName' | 'photo'>,
): SharedContactView {
  const { address, displayName, photo } = contact;
  return {
    address,
    displayName,
    ...attributesOf(contact),
    photo: photo === null ? null : { mediaType: photo.mediaType, size: photo.size },
  };
}

/** Fields that the body has. */
function given(body: z.infer<typeof contactBody>): Partial<PersonAttributes & { displayName: string }> {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
}
