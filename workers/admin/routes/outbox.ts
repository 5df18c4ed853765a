import * as z from 'zod';
import { ConflictError, NotFoundError } from '../../../core/errors.ts';
import { routeCandidates } from '../../../core/mail/recipients.ts';
import type { MailboxRef } from '../../../core/mail/types.ts';
import type { OutboxCursor, OutboxEntry } from '../../../core/ports/outbox.ts';
import type { OutboxCancelView, OutboxEntryView, Page } from '../../../shared/admin-api.ts';
import { type AddRoutes, by } from '../context.ts';
import { addressOf, readQuery, requireUser } from '../input.ts';
import { pagedQuery, readCursor, writeCursor } from '../paging.ts';

export const listQuery = z.strictObject({
  state: z.enum(['open', 'done']).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: pagedQuery.shape.cursor,
});

/** What users sent: where it is, how often it was tried, and what was said. Nothing of the messages themselves. */
export const addOutboxRoutes: AddRoutes = (app, { services, audit }) => {
  const { directory, outbound } = services;

  /** A user; or a group, which passes on to members at other hosts what was sent to it. */
  const senderOf = async (value: string): Promise<{ ref: MailboxRef; address: string }> => {
    const address = addressOf(value);
    const { domain } = routeCandidates(address);
    const { tenant, groups } = await directory.lookupAddresses(domain, [address]);
    const [group] = groups;
    if (tenant !== null && group !== undefined) {
      const ref = { tenantId: tenant.tenantId, mailboxId: group.groupId, shard: tenant.mailShard };
      return { ref, address };
    }
    const { tenant: own, user } = await requireUser(directory, address);
    const ref = { tenantId: own.tenantId, mailboxId: user.userId, shard: own.mailShard };
    return { ref, address: user.address };
  };

  async function page(
    which: { tenantId: string; mailboxId?: string },
    { state, limit, cursor }: z.infer<typeof listQuery>,
  ): Promise<Page<OutboxEntryView>> {
    const query = { ...which, ...(state === undefined ? {} : { state }) };
    const entries = await outbound.list(query, cursorOf(cursor), limit + 1);
    const shown = entries.slice(0, limit);
    const last = shown.at(-1);
    const more = entries.length > limit && last !== undefined;
    const ids = [...new Set(shown.map(({ ref }) => ref.mailboxId))];
    const senders = await directory.addressesOf(which.tenantId, ids);
    return {
      items: shown.map((entry) => {
        const { mailboxId } = entry.ref;
        return entryView(entry, senders.get(mailboxId) ?? mailboxId);
      }),
      cursor: more ? writeCursor('outbox', [last.createdAt, last.submissionId]) : null,
    };
  }

  app.get('/tenants/:tenantId/outbox', async (c) => {
    const tenantId = c.req.param('tenantId');
    if ((await directory.getTenant(tenantId)) === null) throw new NotFoundError('no such tenant');
    return c.json(await page({ tenantId }, readQuery(c, listQuery)));
  });

  app.get('/users/:address/outbox', async (c) => {
    const { tenantId, mailboxId } = (await senderOf(c.req.param('address'))).ref;
    return c.json(await page({ tenantId, mailboxId }, readQuery(c, listQuery)));
  });

  app.get('/users/:address/outbox/:id', async (c) => {
    const { ref, address } = await senderOf(c.req.param('address'));
    const entry = await outbound.get(ref, c.req.param('id'));
    if (entry === null) throw new NotFoundError('no such message');
    return c.json<OutboxEntryView>(entryView(entry, address));
  });

  app.post('/users/:address/outbox/:id/cancel', async (c) => {
    const { ref } = await senderOf(c.req.param('address'));
    const id = c.req.param('id');
    const outcome = await outbound.cancel(ref, id);
    if (outcome === 'unknown') throw new NotFoundError('no such message');
    const stopped = outcome === 'cancelled' ? 0 : await outbound.stop(ref, id);
    if (outcome === 'too-late' && stopped === 0)
      throw new ConflictError('it has left: there is nothing of it to cancel');
    await audit({
      ...by(c),
      tenantId: ref.tenantId,
      action: 'outbox.cancel',
      resource: `outbox/${id}`,
      details: { draft: outcome === 'cancelled', stopped },
    });
    return c.json<OutboxCancelView>({ draft: outcome === 'cancelled', stopped });
  });

  app.post('/users/:address/outbox/:id/retry', async (c) => {
    const { ref, address } = await senderOf(c.req.param('address'));
    const id = c.req.param('id');
    const outcome = await outbound.retry(ref, id);
    if (outcome === 'unknown') throw new NotFoundError('no such message');
    if (outcome === 'nothing') throw new ConflictError('there is nothing of it to try again');
    await audit({
      ...by(c),
      tenantId: ref.tenantId,
      action: 'outbox.retry',
      resource: `outbox/${id}`,
    });
    const entry = await outbound.get(ref, id);
    if (entry === null) throw new NotFoundError('no such message');
    return c.json<OutboxEntryView>(entryView(entry, address));
  });
};

function cursorOf(text: string | undefined): OutboxCursor | null {
  if (text === undefined) return null;
  const [createdAt, submissionId] = readCursor('outbox', text, ['number', 'text']);
  return { createdAt: Number(createdAt), submissionId: String(submissionId) };
}

function entryView(entry: OutboxEntry, sender: string): OutboxEntryView {
  const { submissionId, mailFrom, messageId, rawSize, automatic, createdAt, updatedAt, correlationId } =
    entry;
  const held = entry.state === 'open' && !entry.begun;
  return {
    ...{ submissionId, sender, mailFrom, messageId, size: rawSize, automatic, createdAt, updatedAt },
    correlationId,
    state: held ? 'held' : entry.state,
    nextAttemptAt: entry.state === 'done' ? null : entry.nextAttemptAt,
    recipients: entry.recipients.map((r) => ({
      address: r.address,
      group: r.group ?? null,
      state: r.state,
      local: r.mailbox !== null,
      attempts: r.attempts,
      nextAttemptAt: r.nextAttemptAt,
      carrier: r.carrier,
      remoteId: r.remoteId,
      error: r.failure === null ? null : `${r.failure.status} ${r.failure.text}`,
    })),
  };
}
