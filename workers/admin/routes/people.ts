import * as z from 'zod';
import { InvalidInputError, NotFoundError } from '../../../core/errors.ts';
import { type Certificate, parseCertificate } from '../../../platform/certificates/certificate.ts';
import type { AddCertificate, CertificateView, Page } from '../../../shared/admin-api.ts';
import { type AddRoutes, type AdminContext, by } from '../context.ts';
import { readJson, readQuery, requireUser } from '../input.ts';
import { pagedQuery, pageOf } from '../paging.ts';
import { requireTenant } from './devices.ts';
import { attributesBody, attributesOf, type Entry, entryView, given, setPhoto } from './entries.ts';

export const certificateBody = z.strictObject({
  certificate: z.string().min(1).max(60_000),
}) satisfies z.ZodType<AddCertificate>;

/** What the address list shows of users: attributes, photo, S/MIME certificates, and the roots a tenant trusts. */
export const addPeopleRoutes: AddRoutes = (app, admin) => {
  addAttributeRoutes(app, admin);
  addPhotoRoutes(app, admin);
  addCertificateRoutes(app, admin);
  addRootRoutes(app, admin);
};

const addAttributeRoutes: AddRoutes = (app, { services, audit }) => {
  const { directory } = services;

  app.get('/users/:address/attributes', async (c) => {
    const person = await requirePerson(services, c.req.param('address'));
    return c.json(entryView(person));
  });

  app.put('/users/:address/attributes', async (c) => {
    const body = given(await readJson(c, attributesBody));
    const person = await requirePerson(services, c.req.param('address'));
    const changed = { ...person, ...body };
    await directory.setPersonAttributes(person.tenantId, person.personId, attributesOf(changed));
    await audit({
      ...by(c),
      tenantId: person.tenantId,
      action: 'user.attributes',
      resource: `user/${person.personId}`,
      details: { fields: Object.keys(body).join(' ') },
    });
    return c.json(entryView(changed));
  });
};

const addPhotoRoutes: AddRoutes = (app, admin) => {
  const { services } = admin;

  app.get('/users/:address/photo', async (c) => {
    const { photo } = await requirePerson(services, c.req.param('address'));
    const bytes = photo === null ? null : await services.photos.get(photo.key);
    if (photo === null || bytes === null) throw new NotFoundError('the user has no photo');
    return c.body(bytes as Uint8Array<ArrayBuffer>, 200, {
      'content-type': photo.mediaType,
      'x-content-type-options': 'nosniff',
    });
  });

  app.put('/users/:address/photo', async (c) => {
    const person = await requirePerson(services, c.req.param('address'));
    const photo = await setPhoto(admin, c, person, new Uint8Array(await c.req.arrayBuffer()));
    return c.json(entryView({ ...person, photo }));
  });

  app.delete('/users/:address/photo', async (c) => {
    await setPhoto(admin, c, await requirePerson(services, c.req.param('address')), null);
    return c.body(null, 204);
  });
};

const addCertificateRoutes: AddRoutes = (app, { services, audit }) => {
  const { directory } = services;

  app.get('/users/:address/certificates', async (c) => {
    const query = readQuery(c, pagedQuery);
    const { user } = await requireUser(directory, c.req.param('address'));
    const list = await directory.listCertificates(user.tenantId, [user.userId]);
    const page = pageOf('certificates', list, (one) => [-one.notAfter, one.fingerprint], query);
    const items = page.items.map(
      ({ fingerprint, subject, notBefore, notAfter }): CertificateView => ({
        fingerprint,
        subject,
        notBefore,
        notAfter,
      }),
    );
    return c.json<Page<CertificateView>>({ ...page, items });
  });

  app.post('/users/:address/certificates', async (c) => {
    const certificate = readCertificate((await readJson(c, certificateBody)).certificate);
    const { user } = await requireUser(directory, c.req.param('address'));
    if (certificate.isCa)
      throw new InvalidInputError('this is the certificate of an authority, not of a person');
    if (certificate.notAfter <= services.now()) throw new InvalidInputError('the certificate has expired');
    const { tenantId, userId } = user;
    const { notBefore, notAfter } = certificate;
    await directory.putCertificate({ tenantId, userId, ...stored(certificate), notBefore, notAfter });
    await audit({
      ...by(c),
      tenantId,
      action: 'user.certificate',
      resource: `user/${userId}`,
      details: { added: certificate.fingerprint },
    });
    return c.json(certificateView(certificate), 201);
  });

  app.delete('/users/:address/certificates/:fingerprint', async (c) => {
    const { user } = await requireUser(directory, c.req.param('address'));
    const fingerprint = c.req.param('fingerprint');
    await directory.deleteCertificate(user.tenantId, user.userId, fingerprint);
    await audit({
      ...by(c),
      tenantId: user.tenantId,
      action: 'user.certificate',
      resource: `user/${user.userId}`,
      details: { removed: fingerprint },
    });
    return c.body(null, 204);
  });
};

const addRootRoutes: AddRoutes = (app, { services, audit }) => {
  const { directory } = services;
  app.get('/tenants/:tenantId/trusted-roots', async (c) => {
    const query = readQuery(c, pagedQuery);
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    const roots = await directory.listTrustedRoots(tenantId);
    const page = pageOf('trusted roots', roots, (one) => [0, one.fingerprint], query);
    const items = page.items.flatMap((root) => {
      const parsed = parseCertificate(new TextEncoder().encode(root.der));
      return parsed === null ? [] : [certificateView(parsed)];
    });
    return c.json<Page<CertificateView>>({ ...page, items });
  });

  app.post('/tenants/:tenantId/trusted-roots', async (c) => {
    const certificate = readCertificate((await readJson(c, certificateBody)).certificate);
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    if (!certificate.isCa) throw new InvalidInputError('this is no certificate of an authority');
    await directory.putTrustedRoot({ tenantId, ...stored(certificate) });
    await audit({
      ...by(c),
      tenantId,
      action: 'tenant.trusted-root',
      resource: `tenant/${tenantId}`,
      details: { added: certificate.fingerprint },
    });
    return c.json(certificateView(certificate), 201);
  });

  app.delete('/tenants/:tenantId/trusted-roots/:fingerprint', async (c) => {
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    const fingerprint = c.req.param('fingerprint');
    await directory.deleteTrustedRoot(tenantId, fingerprint);
    await audit({
      ...by(c),
      tenantId,
      action: 'tenant.trusted-root',
      resource: `tenant/${tenantId}`,
      details: { removed: fingerprint },
    });
    return c.body(null, 204);
  });
};

async function requirePerson({ directory }: AdminContext['services'], address: string): Promise<Entry> {
  const { user } = await requireUser(directory, address);
  const person = await directory.getPerson(user.tenantId, user.userId);
  if (person === null) throw new NotFoundError('no such user');
  return { ...person, tenantId: user.tenantId };
}

function readCertificate(value: string): Certificate {
  const certificate = parseCertificate(new TextEncoder().encode(value));
  if (certificate === null) throw new InvalidInputError('this is no X.509 certificate in PEM or base64');
  return certificate;
}

function stored({ x509, fingerprint, subject }: Certificate) {
  return { fingerprint, der: x509.raw.toString('base64'), subject };
}

function certificateView({ fingerprint, subject, notBefore, notAfter }: Certificate): CertificateView {
  return { fingerprint, subject, notBefore, notAfter };
}
