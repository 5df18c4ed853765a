import * as z from 'zod';
import { forgetHistory } from '../../../core/archive/forget.ts';
import { InvalidInputError } from '../../../core/errors.ts';
import type { RemovedCursor, RemovedMessage } from '../../../core/ports/removed.ts';
import { eraseRemoved } from '../../../core/retention/erase.ts';
import { restoreRemoved } from '../../../core/retention/restore.ts';
import type { DeletedView, Page, RestoredView } from '../../../shared/admin-api.ts';
import { type AddRoutes, by } from '../context.ts';
import { readQuery, requireUser } from '../input.ts';

export const listQuery = z.strictObject({
  since: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  cursor: z.string().max(500).optional(),
});

/** Messages that were removed for good: to find, to bring back, and to erase before their time. */
export const addDeletedRoutes: AddRoutes = (app, { services, audit }) => {
  const { directory, mail } = services;
  const mailboxOf = async (address: string) => {
    const { tenant, user } = await requireUser(directory, address);
    return { user, ref: { tenantId: user.tenantId, mailboxId: user.userId, shard: tenant.mailShard } };
  };

  app.get('/users/:address/deleted', async (c) => {
    const { since, limit, cursor } = readQuery(c, listQuery);
    const { ref } = await mailboxOf(c.req.param('address'));
    const before = cursor === undefined ? null : cursorOf(cursor);
    const list = await mail.mailbox(ref).removedMessages({ since, before, limit });
    const last = list.at(-1);
    return c.json<Page<DeletedView>>({
      items: list.map(deletedView),
      cursor: last === undefined || list.length < limit ? null : `${last.removedAt} ${last.rawKey}`,
    });
  });

  app.post('/users/:address/deleted/:itemId/restore', async (c) => {
    const { user, ref } = await mailboxOf(c.req.param('address'));
    const itemId = c.req.param('itemId');
    const { outcome, folderId } = await restoreRemoved(services, ref, itemId, c.get('correlationId'));
    await audit({
      ...by(c),
      tenantId: user.tenantId,
      action: 'message.restore',
      resource: `user/${user.userId}`,
      details: { itemId, folderId },
    });
    const folders = await mail.mailbox(ref).folders();
    const folder = folders.find((one) => one.folderId === folderId)?.displayName ?? folderId;
    const done = outcome === 'present' ? 'present' : 'restored';
    return c.json<RestoredView>({ itemId, outcome: done, folderId, folder });
  });

  app.post('/users/:address/deleted/erase', async (c) => {
    const { user, ref } = await mailboxOf(c.req.param('address'));
    const result = await eraseRemoved(services, ref);
    if (!result.more) {
      // The subjects and authors of what is gone stand in what was written down of the mailbox.
      const { objects, now } = services;
      await forgetHistory({ archive: services.archive.mailbox(ref), objects, now });
    }
    await audit({
      ...by(c),
      tenantId: user.tenantId,
      action: 'message.erase',
      resource: `user/${user.userId}`,
      details: { purged: result.purged },
    });
    return c.json(result);
  });
};

function deletedView(message: RemovedMessage): DeletedView {
  const { itemId, folderId, removedAt, receivedAt, size, subject, from } = message;
  return { itemId, folderId, removedAt, receivedAt, size, subject, from: from[0]?.address ?? '' };
}

function cursorOf(text: string): RemovedCursor {
  const space = text.indexOf(' ');
  const removedAt = Number(text.slice(0, space));
  if (space < 1 || !Number.isSafeInteger(removedAt)) throw new InvalidInputError('not a cursor of this list');
  return { removedAt, rawKey: text.slice(space + 1) };
}
