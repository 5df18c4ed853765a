import { NotFoundError } from '../../../core/errors.ts';
import { type BasicPolicy, basicPolicy, SIGN_IN_SETTING } from '../../../core/identity/sign-in.ts';
import { forgetUser } from '../../../platform/auth/authenticate.ts';
import type { SignInPolicyView } from '../../../shared/admin-api.ts';
import { type AddRoutes, by } from '../context.ts';
import { readJson, requireUser, signInPolicyBody } from '../input.ts';
import { revokeTenant, revokeUser } from '../revoke.ts';

/** With what users may sign in. */
export const addSignInRoutes: AddRoutes = (app, { services, audit }) => {
  const { directory } = services;

  async function requireTenant(tenantId: string) {
    const tenant = await directory.getTenant(tenantId);
    if (tenant === null) throw new NotFoundError('no such tenant');
    return tenant;
  }
  const ofTenant = async (tenantId: string): Promise<SignInPolicyView> =>
    view(await directory.getTenantSetting(tenantId, SIGN_IN_SETTING), null);

  app.get('/tenants/:tenantId/sign-in', async (c) => {
    const { tenantId } = await requireTenant(c.req.param('tenantId'));
    return c.json<SignInPolicyView>(await ofTenant(tenantId));
  });

  app.put('/tenants/:tenantId/sign-in', async (c) => {
    const { basic } = await readJson(c, signInPolicyBody);
    const tenant = await requireTenant(c.req.param('tenantId'));
    await directory.putTenantSetting(tenant.tenantId, SIGN_IN_SETTING, basic === null ? null : { basic });
    revokeTenant(services, tenant);
    await audit({
      ...by(c),
      tenantId: tenant.tenantId,
      action: 'tenant.sign-in',
      resource: `tenant/${tenant.tenantId}`,
      details: { basic },
    });
    return c.json<SignInPolicyView>(await ofTenant(tenant.tenantId));
  });

  app.get('/users/:address/sign-in', async (c) => {
    const { user } = await requireUser(directory, c.req.param('address'));
    return c.json<SignInPolicyView>(await ofUser(user));
  });

  app.put('/users/:address/sign-in', async (c) => {
    const { basic } = await readJson(c, signInPolicyBody);
    const { tenant, user } = await requireUser(directory, c.req.param('address'));
    const { tenantId, userId } = user;
    await directory.putUserSetting(tenantId, userId, SIGN_IN_SETTING, basic === null ? null : { basic });
    forgetUser(services, userId);
    await revokeUser(services, tenant, userId);
    await audit({
      ...by(c),
      tenantId,
      action: 'user.sign-in',
      resource: `user/${userId}`,
      details: { basic },
    });
    return c.json<SignInPolicyView>(await ofUser(user));
  });

  async function ofUser({ tenantId, userId }: { tenantId: string; userId: string }) {
    const [tenant, user] = await Promise.all([
      directory.getTenantSetting(tenantId, SIGN_IN_SETTING),
      directory.getUserSetting(tenantId, userId, SIGN_IN_SETTING),
    ]);
    return view(tenant, user, user);
  }
};

function view(tenant: unknown, user: unknown, own: unknown = tenant): SignInPolicyView {
  const basic = own === null ? null : ((own as { basic?: BasicPolicy }).basic ?? null);
  return { basic, inForce: basicPolicy({ tenant, user }) };
}
