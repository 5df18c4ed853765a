import type { User } from '../../../core/identity/types.ts';
import { hashAppPassword, newAppPassword } from '../../../platform/app-password.ts';
import { forgetUser } from '../../../platform/auth/authenticate.ts';
import { newId } from '../../../platform/ids.ts';
import type { AppPasswordView } from '../../../shared/admin-api.ts';
import { type AddRoutes, type AdminContext, by } from '../context.ts';
import { appPasswordBody, passwordBody, readJson, requireUser } from '../input.ts';
import { revokeUser } from '../revoke.ts';

export const addCredentialRoutes: AddRoutes = (app, admin) => {
  const { directory, now } = admin.services;

  app.put('/users/:address/password', async (c) => {
    const { password } = await readJson(c, passwordBody);
    const { tenant, user } = await requireUser(directory, c.req.param('address'));
    await putPassword(admin, user, password);
    forgetUser(user.userId);
    await revokeUser(admin.services, tenant, user.userId);
    await admin.audit({
      ...by(c),
      tenantId: user.tenantId,
      action: 'user.password',
      resource: `user/${user.userId}`,
    });
    return c.body(null, 204);
  });

  app.post('/users/:address/app-passwords', async (c) => {
    const { label } = await readJson(c, appPasswordBody);
    const { user } = await requireUser(directory, c.req.param('address'));
    const appPassword = newAppPassword();
    const credentialId = newId();
    await directory.putCredential({
      credentialId,
      tenantId: user.tenantId,
      userId: user.userId,
      kind: 'app',
      secretHash: await hashAppPassword(appPassword),
      label,
      createdAt: now(),
    });
    await admin.audit({
      ...by(c),
      tenantId: user.tenantId,
      action: 'app-password.create',
      resource: `credential/${credentialId}`,
      details: { userId: user.userId, label },
    });
    return c.json<AppPasswordView>({ credentialId, label, appPassword }, 201);
  });
};

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
  });
}
