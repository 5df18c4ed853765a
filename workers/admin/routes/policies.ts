import * as z from 'zod';
import { policyRevision } from '../../../core/policy/revision.ts';
import { checkPolicySettings } from '../../../core/policy/settings.ts';
import { DEFAULT_POLICY_TERMS, type Policy } from '../../../core/policy/types.ts';
import type { DirectoryStore } from '../../../core/ports/directory.ts';
import type { PolicyAnswer, PolicyView, SetPolicy } from '../../../shared/admin-api.ts';
import { type AddRoutes, by } from '../context.ts';
import { readJson, requireUser } from '../input.ts';
import { revokeTenant, revokeUser } from '../revoke.ts';
import { requireTenant } from './devices.ts';

export const policyBody = z.strictObject({
  required: z.boolean().optional(),
  allowNonProvisionable: z.boolean().optional(),
  allowExternallyManaged: z.boolean().optional(),
  requireDeviceInformation: z.boolean().optional(),
  // core knows the settings and their ranges.
  settings: z.record(z.string(), z.unknown()).optional(),
}) satisfies z.ZodType<SetPolicy>;

export const addPolicyRoutes: AddRoutes = (app, { services, audit }) => {
  const { directory } = services;

  app.get('/tenants/:tenantId/policy', async (c) => {
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    return c.json(await tenantAnswer(directory, tenantId));
  });

  app.put('/tenants/:tenantId/policy', async (c) => {
    const policy = await policyOf(await readJson(c, policyBody));
    const tenant = await requireTenant(directory, c.req.param('tenantId'));
    const { tenantId } = tenant;
    await directory.setPolicy(tenantId, null, policy);
    revokeTenant(services, tenant);
    await audit({
      ...by(c),
      tenantId,
      action: 'tenant.policy',
      resource: `tenant/${tenantId}`,
      details: detailsOf(policy),
    });
    return c.json(await tenantAnswer(directory, tenantId));
  });

  app.delete('/tenants/:tenantId/policy', async (c) => {
    const tenant = await requireTenant(directory, c.req.param('tenantId'));
    const { tenantId } = tenant;
    await directory.setPolicy(tenantId, null, null);
    revokeTenant(services, tenant);
    await audit({
      ...by(c),
      tenantId,
      action: 'tenant.policy',
      resource: `tenant/${tenantId}`,
      details: { revision: null },
    });
    return c.json(await tenantAnswer(directory, tenantId));
  });

  app.get('/users/:address/policy', async (c) => {
    const { user } = await requireUser(directory, c.req.param('address'));
    return c.json(await userAnswer(directory, user.tenantId, user.userId));
  });

  app.put('/users/:address/policy', async (c) => {
    const policy = await policyOf(await readJson(c, policyBody));
    const { tenant, user } = await requireUser(directory, c.req.param('address'));
    await directory.setPolicy(user.tenantId, user.userId, policy);
    await revokeUser(services, tenant, user.userId);
    await audit({
      ...by(c),
      tenantId: user.tenantId,
      action: 'user.policy',
      resource: `user/${user.userId}`,
      details: detailsOf(policy),
    });
    return c.json(await userAnswer(directory, user.tenantId, user.userId));
  });

  app.delete('/users/:address/policy', async (c) => {
    const { tenant, user } = await requireUser(directory, c.req.param('address'));
    await directory.setPolicy(user.tenantId, user.userId, null);
    await revokeUser(services, tenant, user.userId);
    await audit({
      ...by(c),
      tenantId: user.tenantId,
      action: 'user.policy',
      resource: `user/${user.userId}`,
      details: { revision: null },
    });
    return c.json(await userAnswer(directory, user.tenantId, user.userId));
  });
};

async function policyOf({ settings = {}, ...terms }: SetPolicy): Promise<Policy> {
  const checked = checkPolicySettings(settings);
  const defaults = DEFAULT_POLICY_TERMS;
  return {
    terms: {
      required: terms.required ?? defaults.required,
      allowNonProvisionable: terms.allowNonProvisionable ?? defaults.allowNonProvisionable,
      allowExternallyManaged: terms.allowExternallyManaged ?? defaults.allowExternallyManaged,
      requireDeviceInformation: terms.requireDeviceInformation ?? defaults.requireDeviceInformation,
    },
    settings: checked,
    revision: await policyRevision(checked),
  };
}

function detailsOf({ terms, revision }: Policy) {
  return { ...terms, revision };
}

async function tenantAnswer(directory: DirectoryStore, tenantId: string): Promise<PolicyAnswer> {
  const own = policyView(await directory.getPolicy(tenantId, null));
  return { own, inForce: own };
}

async function userAnswer(
  directory: DirectoryStore,
  tenantId: string,
  userId: string,
): Promise<PolicyAnswer> {
  const [own, inForce] = await Promise.all([
    directory.getPolicy(tenantId, userId),
    directory.policyInForce(tenantId, userId),
  ]);
  return { own: policyView(own), inForce: policyView(inForce) };
}

function policyView(policy: Policy | null): PolicyView | null {
  return policy === null
    ? null
    : { ...policy.terms, settings: { ...policy.settings }, revision: policy.revision };
}
