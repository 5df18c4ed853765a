import * as z from 'zod';
import { NotFoundError } from '../../../core/errors.ts';
import {
  addToList,
  MAX_LIST_ENTRIES,
  readSenderLists,
  removeFromLists,
  SENDER_LISTS_SETTING,
  type SenderLists,
} from '../../../core/trust/lists.ts';
import { changeSpamSettings, readSpamSettings, SPAM_SETTING } from '../../../core/trust/spam-settings.ts';
import { forgetTrustSettings } from '../../../platform/trust-settings.ts';
import type { ChangeSenderLists, ChangeSpam, MessageVerdictView } from '../../../shared/admin-api.ts';
import { type AddRoutes, by } from '../context.ts';
import { readJson, requireUser } from '../input.ts';
import { requireTenant } from './devices.ts';

const entries = z.array(z.string().max(320)).max(MAX_LIST_ENTRIES).optional();
export const listsBody = z.strictObject({
  allow: entries,
  block: entries,
  remove: entries,
}) satisfies z.ZodType<ChangeSenderLists>;

const names = z.array(z.string().max(255)).optional();
export const spamBody = z.strictObject({
  enabled: z.boolean().optional(),
  threshold: z.number().optional(),
  suspectTlds: names,
  sealers: names,
}) satisfies z.ZodType<ChangeSpam>;

/** Allow and block lists, the spam filter, and what was found out about a message. */
export const addTrustRoutes: AddRoutes = (app, { services, audit }) => {
  const { directory, mail } = services;

  app.get('/tenants/:tenantId/senders', async (c) => {
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    return c.json(readSenderLists(await directory.getTenantSetting(tenantId, SENDER_LISTS_SETTING)));
  });

  app.patch('/tenants/:tenantId/senders', async (c) => {
    const change = await readJson(c, listsBody);
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    const before = readSenderLists(await directory.getTenantSetting(tenantId, SENDER_LISTS_SETTING));
    const lists = changed(before, change);
    await directory.putTenantSetting(tenantId, SENDER_LISTS_SETTING, lists);
    forgetTrustSettings(services);
    await audit({
      ...by(c),
      tenantId,
      action: 'tenant.senders',
      resource: `tenant/${tenantId}`,
      details: { allow: lists.allow.length, block: lists.block.length },
    });
    return c.json(lists);
  });

  app.get('/users/:address/senders', async (c) => {
    const { tenant, user } = await requireUser(directory, c.req.param('address'));
    const ref = { tenantId: tenant.tenantId, mailboxId: user.userId, shard: tenant.mailShard };
    return c.json(readSenderLists(await mail.mailbox(ref).getSetting(SENDER_LISTS_SETTING)));
  });

  app.patch('/users/:address/senders', async (c) => {
    const change = await readJson(c, listsBody);
    const { tenant, user } = await requireUser(directory, c.req.param('address'));
    const ref = { tenantId: tenant.tenantId, mailboxId: user.userId, shard: tenant.mailShard };
    const mailbox = mail.mailbox(ref);
    const lists = changed(readSenderLists(await mailbox.getSetting(SENDER_LISTS_SETTING)), change);
    await mailbox.putSetting(SENDER_LISTS_SETTING, lists);
    forgetTrustSettings(services);
    await audit({
      ...by(c),
      tenantId: tenant.tenantId,
      action: 'user.senders',
      resource: `user/${user.userId}`,
      details: { allow: lists.allow.length, block: lists.block.length },
    });
    return c.json(lists);
  });

  app.get('/tenants/:tenantId/spam', async (c) => {
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    return c.json(readSpamSettings(await directory.getTenantSetting(tenantId, SPAM_SETTING)));
  });

  app.patch('/tenants/:tenantId/spam', async (c) => {
    const { enabled, threshold, suspectTlds, sealers } = await readJson(c, spamBody);
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    const before = readSpamSettings(await directory.getTenantSetting(tenantId, SPAM_SETTING));
    const settings = changeSpamSettings(before, {
      ...(enabled === undefined ? {} : { enabled }),
      ...(threshold === undefined ? {} : { threshold }),
      ...(suspectTlds === undefined ? {} : { suspectTlds }),
      ...(sealers === undefined ? {} : { sealers }),
    });
    await directory.putTenantSetting(tenantId, SPAM_SETTING, settings);
    forgetTrustSettings(services);
    await audit({
      ...by(c),
      tenantId,
      action: 'tenant.spam',
      resource: `tenant/${tenantId}`,
      details: { enabled: settings.enabled, threshold: settings.threshold },
    });
    return c.json(settings);
  });

  app.get('/users/:address/messages/:itemId/verdict', async (c) => {
    const { tenant, user } = await requireUser(directory, c.req.param('address'));
    const ref = { tenantId: tenant.tenantId, mailboxId: user.userId, shard: tenant.mailShard };
    const mailbox = mail.mailbox(ref);
    const [[message], folders] = await Promise.all([
      mailbox.messages([c.req.param('itemId')]),
      mailbox.folders(),
    ]);
    if (message === undefined) throw new NotFoundError('no such message');
    const folder = folders.find((one) => one.folderId === message.folderId);
    const view: MessageVerdictView = {
      itemId: message.itemId,
      folder: folder?.displayName ?? '',
      receivedAt: message.receivedAt,
      verdict: message.verdict,
    };
    return c.json(view);
  });
};

function changed(
  lists: SenderLists,
  { allow = [], block = [], remove = [] }: ChangeSenderLists,
): SenderLists {
  return addToList(addToList(removeFromLists(lists, remove), 'allow', allow), 'block', block);
}
