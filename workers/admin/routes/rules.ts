import * as z from 'zod';
import { FORWARDING_SETTING, readForwarding } from '../../../core/automatic/forwarding.ts';
import { NotFoundError } from '../../../core/errors.ts';
import type { Tenant, User } from '../../../core/identity/types.ts';
import type { MailboxRef } from '../../../core/mail/types.ts';
import { runRules } from '../../../core/rules/run.ts';
import { checkRules, findFolder, saveRules } from '../../../core/rules/save.ts';
import type { RuleSet } from '../../../core/rules/types.ts';
import { newId } from '../../../platform/ids.ts';
import type {
  DeliveryReportView,
  ForwardingView,
  Page,
  PutRules,
  RuleRunView,
  RuleSetView,
  RunRules,
} from '../../../shared/admin-api.ts';
import { type AddRoutes, by } from '../context.ts';
import { readJson, requireUser } from '../input.ts';
import { requireTenant } from './devices.ts';

/** Of a whole list of rules. */
export const MAX_RULES_BODY = 1024 * 1024;

export const rulesBody = z.strictObject({
  revision: z.number().int().min(0),
  // core knows what a rule is.
  rules: z.array(z.unknown()),
}) satisfies z.ZodType<PutRules>;
const cursor = z.strictObject({ receivedAt: z.number().int(), itemId: z.string().max(64) });
export const runBody = z.strictObject({
  folder: z.string().max(1024).default('Inbox'),
  rules: z.array(z.unknown()).optional(),
  dryRun: z.boolean().default(true),
  sending: z.boolean().default(false),
  cursor: cursor.nullable().default(null),
}) satisfies z.ZodType<RunRules>;
export const forwardingBody = z.strictObject({
  mode: z.enum(['allowed', 'internal', 'off']),
}) satisfies z.ZodType<ForwardingView>;

/** Inbox rules of users, what was told of their sent mail, and where a tenant's mail may be forwarded to. */
export const addRuleRoutes: AddRoutes = (app, { services, audit }) => {
  const { directory, mail } = services;

  app.get('/users/:address/rules', async (c) => {
    const ref = refOf(await requireUser(directory, c.req.param('address')));
    return c.json(view(await mail.mailbox(ref).rules()));
  });

  app.put('/users/:address/rules', async (c) => {
    const ref = refOf(await requireUser(directory, c.req.param('address')));
    const { rules, revision } = await readJson(c, rulesBody);
    const saved = await saveRules(services, ref, rules, { revision, newId: () => newId() });
    await audit({
      ...by(c),
      tenantId: ref.tenantId,
      action: 'user.rules',
      resource: `user/${ref.mailboxId}`,
      details: { rules: saved.rules.length, revision: saved.revision },
    });
    return c.json(view(saved));
  });

  app.post('/users/:address/rules/run', async (c) => {
    const ref = refOf(await requireUser(directory, c.req.param('address')));
    const body = await readJson(c, runBody);
    const folder = findFolder(await mail.mailbox(ref).folders(), body.folder);
    if (folder === undefined) throw new NotFoundError(`there is no folder ${body.folder}`);
    const rules =
      body.rules === undefined
        ? (await mail.mailbox(ref).rules()).rules
        : await checkRules(services, ref, body.rules, () => newId());
    const { dryRun, sending, cursor: from } = body;
    const correlationId = c.get('correlationId');
    const step = await runRules(services, {
      ...{ ref, folderId: folder.folderId, rules, dryRun, sending, cursor: from, correlationId },
    });
    if (!dryRun && from === null) {
      await audit({
        ...{ ...by(c), tenantId: ref.tenantId, action: 'user.rules.run' },
        resource: `user/${ref.mailboxId}`,
        details: { folderId: folder.folderId, sending },
      });
    }
    const names = new Map(rules.map(({ ruleId, name }) => [ruleId, name]));
    const named = step.rules.map((one) => ({ ...one, name: names.get(one.ruleId) ?? one.ruleId }));
    return c.json({ ...step, rules: named } satisfies RuleRunView);
  });

  app.get('/users/:address/messages/:itemId/delivery', async (c) => {
    const ref = refOf(await requireUser(directory, c.req.param('address')));
    const mailbox = mail.mailbox(ref);
    const itemId = c.req.param('itemId');
    if ((await mailbox.itemStates([itemId])).length === 0) throw new NotFoundError('no such message');
    const items = (await mailbox.deliveryReports(itemId)).map(({ itemId: _, ...report }) => report);
    return c.json<Page<DeliveryReportView>>({ items, cursor: null });
  });

  app.get('/tenants/:tenantId/forwarding', async (c) => {
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    return c.json(readForwarding(await directory.getTenantSetting(tenantId, FORWARDING_SETTING)));
  });

  app.put('/tenants/:tenantId/forwarding', async (c) => {
    const setting = await readJson(c, forwardingBody);
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    await directory.putTenantSetting(tenantId, FORWARDING_SETTING, setting);
    await audit({
      ...by(c),
      tenantId,
      action: 'tenant.forwarding',
      resource: `tenant/${tenantId}`,
      details: { ...setting },
    });
    return c.json(setting);
  });
};

function refOf({ tenant, user }: { tenant: Tenant; user: User }): MailboxRef {
  return { tenantId: tenant.tenantId, mailboxId: user.userId, shard: tenant.mailShard };
}

function view({ revision, rules }: RuleSet): RuleSetView {
  return { revision, rules: rules.map((rule, n) => ({ ...rule, priority: n + 1 })) };
}
