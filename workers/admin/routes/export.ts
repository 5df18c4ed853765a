import * as z from 'zod';
import { FRAMES_TYPE } from '../../../codecs/frames/index.ts';
import { InvalidInputError } from '../../../core/errors.ts';
import { OOF_SETTING } from '../../../core/people/oof.ts';
import { SENDER_LISTS_SETTING } from '../../../core/trust/lists.ts';
import type { TransferFrameView } from '../../../shared/admin-api.ts';
import { type AddRoutes, by } from '../context.ts';
import { readQuery, requireUser } from '../input.ts';
import { exportPage, parsePosition } from '../transfer/export-stream.ts';

export const exportQuery = z.strictObject({
  cursor: z.string().max(1000).optional(),
  part: z.literal('objects').optional(),
});

/** What users set for themselves, and would set again elsewhere. */
export const TRANSFERRED_SETTINGS = [OOF_SETTING, SENDER_LISTS_SETTING];

/** All that a mailbox holds, page by page as a stream: bounded memory whatever its size. */
export const addExportRoutes: AddRoutes = (app, { services, audit }) => {
  app.get('/users/:address/export/frame', async (c) => {
    const { tenant, user } = await requireUser(services.directory, c.req.param('address'));
    const ref = { tenantId: tenant.tenantId, mailboxId: user.userId, shard: tenant.mailShard };
    const mailbox = services.mail.mailbox(ref);
    const [folders, { rules }] = await Promise.all([mailbox.folders(), mailbox.rules()]);
    const settings: Record<string, unknown> = {};
    for (const name of TRANSFERRED_SETTINGS) {
      const value = await mailbox.getSetting(name);
      if (value !== null) settings[name] = value;
    }
    await audit({
      ...by(c),
      tenantId: ref.tenantId,
      action: 'user.export',
      resource: `user/${ref.mailboxId}`,
    });
    return c.json<TransferFrameView>({
      address: user.address,
      folders: folders.map(({ folderId, parentId, displayName, role, itemClass }) => ({
        ...{ folderId, parentId, displayName, role, itemClass },
      })),
      rules,
      settings,
    });
  });

  app.get('/users/:address/export', async (c) => {
    const { tenant, user } = await requireUser(services.directory, c.req.param('address'));
    const ref = { tenantId: tenant.tenantId, mailboxId: user.userId, shard: tenant.mailShard };
    const { cursor, part } = readQuery(c, exportQuery);
    const position = parsePosition(cursor, part);
    if (position === null) throw new InvalidInputError('cursor or part: not one of an export');
    return c.body(exportPage(services, ref, position), 200, { 'content-type': FRAMES_TYPE });
  });
};
