import { ConflictError, NotFoundError } from '../../../core/errors.ts';
import type { Credential, User } from '../../../core/identity/types.ts';
import { hashAppPassword, newAppPassword } from '../../../platform/app-password.ts';
import { forgetUser } from '../../../platform/auth/authenticate.ts';
import { newId } from '../../../platform/ids.ts';
import type {
  AppPasswordInfo,
  AppPasswordProtocol,
  AppPasswordView,
  Page,
} from '../../../shared/admin-api.ts';
import { type AddRoutes, type AdminContext, by } from '../context.ts';
import { appPasswordBody, passwordBody, readJson, readQuery, requireUser } from '../input.ts';
import { pagedQuery, pageOf } from '../paging.ts';
import { revokeUser } from '../revoke.ts';

const DAY_MS = 86_400_000;
/** All of a user's are compared at each sign-in. */
const MAX_APP_PASSWORDS = 50;

export const addCredentialRoutes: AddRoutes = (app, admin) => {
  const { directory, now } = admin.services;

  app.put('/users/:address/password', async (c) => {
    const { password, revokeAppPasswords } = await readJson(c, passwordBody);
    const { tenant, user } = await requireUser(directory, c.req.param('address'));
    await putPassword(admin, user, password);
    const revoked = revokeAppPasswords ? await directory.deleteAppPasswords(user.tenantId, user.userId) : 0;
    forgetUser(admin.services, user.userId);
    await revokeUser(admin.services, tenant, user.userId);
    await admin.audit({
      ...by(c),
      tenantId: user.tenantId,
      action: 'user.password',
      resource: `user/${user.userId}`,
      ...(revokeAppPasswords ? { details: { appPasswordsRevoked: revoked } } : {}),
    });
    return c.body(null, 204);
  });

  app.get('/users/:address/app-passwords', async (c) => {
    const query = readQuery(c, pagedQuery);
    const { user } = await requireUser(directory, c.req.param('address'));
    const all = await directory.listCredentials(user.tenantId, user.userId);
    const theirs = all.filter(({ kind }) => kind === 'app');
    const page = pageOf('app passwords', theirs, (one) => [one.createdAt, one.credentialId], query);
    return c.json<Page<AppPasswordInfo>>({ ...page, items: page.items.map(appPasswordInfo) });
  });

  app.post('/users/:address/app-passwords', async (c) => {
    const { label, protocols = null, bindsDevice, days } = await readJson(c, appPasswordBody);
    const { user } = await requireUser(directory, c.req.param('address'));
    const { tenantId, userId } = user;
    const existing = await directory.listCredentials(tenantId, userId);
    if (existing.filter(({ kind }) => kind === 'app').length >= MAX_APP_PASSWORDS) {
      throw new ConflictError(`the user has ${MAX_APP_PASSWORDS} app passwords: revoke some first`);
    }
    const appPassword = newAppPassword();
    const createdAt = now();
    const credential: Credential = {
      ...{ credentialId: newId(), tenantId, userId, kind: 'app', label, createdAt },
      ...{ secretHash: await hashAppPassword(appPassword), protocols, bindsDevice },
      ...{
        deviceId: null,
        lastUsedAt: null,
        expiresAt: days === undefined ? null : createdAt + days * DAY_MS,
      },
    };
    await directory.putCredential(credential);
    await admin.audit({
      ...by(c),
      tenantId,
      action: 'app-password.create',
      resource: `credential/${credential.credentialId}`,
      details: { userId, label, protocols: protocols?.join(' ') ?? 'all', bindsDevice },
    });
    return c.json<AppPasswordView>({ ...appPasswordInfo(credential), appPassword }, 201);
  });

  app.delete('/users/:address/app-passwords', async (c) => {
    const { tenant, user } = await requireUser(directory, c.req.param('address'));
    const revoked = await directory.deleteAppPasswords(user.tenantId, user.userId);
    forgetUser(admin.services, user.userId);
    await revokeUser(admin.services, tenant, user.userId);
    await admin.audit({
      ...by(c),
      tenantId: user.tenantId,
      action: 'app-password.revoke-all',
      resource: `user/${user.userId}`,
      details: { revoked },
    });
    return c.body(null, 204);
  });

  app.delete('/users/:address/app-passwords/:credentialId', async (c) => {
    const { tenant, user } = await requireUser(directory, c.req.param('address'));
    const credentialId = c.req.param('credentialId');
    if (!(await directory.deleteAppPassword(user.tenantId, user.userId, credentialId))) {
      throw new NotFoundError('the user has no such app password');
    }
    forgetUser(admin.services, user.userId);
    await revokeUser(admin.services, tenant, user.userId);
    await admin.audit({
      ...by(c),
      tenantId: user.tenantId,
      action: 'app-password.revoke',
      resource: `credential/${credentialId}`,
      details: { userId: user.userId },
    });
    return c.body(null, 204);
  });
};

function appPasswordInfo(credential: Credential): AppPasswordInfo {
  const { credentialId, label, bindsDevice, deviceId, createdAt, lastUsedAt, expiresAt } = credential;
  const protocols = credential.protocols as AppPasswordProtocol[] | null;
  return { credentialId, label, protocols, bindsDevice, deviceId, createdAt, lastUsedAt, expiresAt };
}

export async function putPassword(
  { services, hooks }: AdminContext,
  user: User,
  password: string,
): Promise<void> {
  await services.directory.putCredential({
    credentialId: newId(),
    tenantId: user.tenantId,
    userId: user.userId,
    kind: 'password',
    secretHash: await hooks.hashPassword(password),
    label: '',
    createdAt: services.now(),
    ...{ protocols: null, bindsDevice: false, deviceId: null, expiresAt: null, lastUsedAt: null },
  });
}
