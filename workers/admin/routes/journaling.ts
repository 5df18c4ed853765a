import * as z from 'zod';
import { InvalidInputError } from '../../../core/errors.ts';
import {
  DEFAULT_PREFIX,
  isJournalPrefix,
  JOURNAL_SETTING,
  type JournalSettings,
  MAX_JOURNAL_USERS,
  readJournaling,
} from '../../../core/journaling/settings.ts';
import type { JournalingView, SetJournaling } from '../../../shared/admin-api.ts';
import { type AddRoutes, type AdminContext, by } from '../context.ts';
import { addressOf, readJson, requireUser } from '../input.ts';
import { requireTenant } from './devices.ts';

export const journalingBody = z.strictObject({
  to: z.string().min(3).max(320).nullable().optional(),
  r2: z
    .strictObject({
      prefix: z.string().max(320).optional(),
      lockDays: z.number().int().min(1).max(36_500).nullable().optional(),
    })
    .nullable()
    .optional(),
  scope: z.enum(['all', 'external', 'internal']).optional(),
  users: z.array(z.string().min(3).max(320)).max(MAX_JOURNAL_USERS).nullable().optional(),
}) satisfies z.ZodType<SetJournaling>;

/** Copies of a tenant's mail for keeping. */
export const addJournalingRoutes: AddRoutes = (app, admin) => {
  const { services, audit } = admin;
  const { directory } = services;

  app.get('/tenants/:tenantId/journaling', async (c) => {
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    return c.json(await journalingView(admin, tenantId));
  });

  app.put('/tenants/:tenantId/journaling', async (c) => {
    const body = await readJson(c, journalingBody);
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    const settings = await settingsOf(admin, tenantId, body);
    if (settings.to === null && settings.r2 === null) {
      throw new InvalidInputError('give an address (to) or a place for objects (r2)');
    }
    await directory.putTenantSetting(tenantId, JOURNAL_SETTING, settings);
    await tell(by(c), tenantId, settings);
    return c.json(await journalingView(admin, tenantId));
  });

  app.delete('/tenants/:tenantId/journaling', async (c) => {
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    await directory.putTenantSetting(tenantId, JOURNAL_SETTING, null);
    await tell(by(c), tenantId, null);
    return c.body(null, 204);
  });

  const tell = (who: ReturnType<typeof by>, tenantId: string, settings: JournalSettings | null) =>
    audit({
      ...who,
      tenantId,
      action: 'tenant.journaling',
      resource: `tenant/${tenantId}`,
      details: {
        to: settings?.to ?? null,
        prefix: settings?.r2?.prefix ?? null,
        scope: settings?.scope ?? null,
        users: settings?.users?.length ?? null,
      },
    });
};

async function settingsOf(
  { services }: AdminContext,
  tenantId: string,
  { to = null, r2 = null, scope = 'all', users = null }: SetJournaling,
): Promise<JournalSettings> {
  const prefix = r2?.prefix ?? DEFAULT_PREFIX;
  if (!isJournalPrefix(prefix)) throw new InvalidInputError('r2.prefix must be journal/ or lie below it');
  const ids: string[] = [];
  for (const address of users ?? []) {
    const { user } = await requireUser(services.directory, address);
    if (user.tenantId !== tenantId) throw new InvalidInputError(`${user.address} is not of this tenant`);
    ids.push(user.userId);
  }
  return {
    to: to === null ? null : addressOf(to),
    r2: r2 === null ? null : { prefix, lockDays: r2.lockDays ?? null },
    scope,
    users: users === null ? null : ids,
  };
}

async function journalingView({ services }: AdminContext, tenantId: string): Promise<JournalingView> {
  const { directory } = services;
  const settings = readJournaling(await directory.getTenantSetting(tenantId, JOURNAL_SETTING));
  if (settings === null) return { to: null, r2: null, scope: 'all', users: null };
  let users: string[] | null = null;
  if (settings.users !== null) {
    users = [];
    for (const id of settings.users) {
      users.push((await directory.getUser(tenantId, id))?.user.address ?? `(${id})`);
    }
  }
  return { ...settings, users };
}
