import * as z from 'zod';
import { ConflictError, NotFoundError } from '../../../core/errors.ts';
import type { MailboxRef } from '../../../core/mail/types.ts';
import type { HeldMessage, QuarantinePosition } from '../../../core/ports/quarantine.ts';
import { markerKey } from '../../../core/quarantine/marker.ts';
import { removeHeld } from '../../../core/quarantine/remove.ts';
import {
  MAX_ENDINGS,
  MAX_QUARANTINE_DAYS,
  QUARANTINE_SETTING,
  readQuarantine,
} from '../../../core/quarantine/settings.ts';
import { incomingStep } from '../../../core/trace/incoming.ts';
import { recordTrace } from '../../../platform/trace.ts';
import { forgetTrustSettings } from '../../../platform/trust-settings.ts';
import type { HeldMessageView, Page, QuarantineView } from '../../../shared/admin-api.ts';
import { type AddRoutes, by } from '../context.ts';
import { readJson, readQuery, requireUser } from '../input.ts';
import { readCursor, writeCursor } from '../paging.ts';
import { requireTenant } from './devices.ts';

export const quarantineQuery = z.strictObject({
  state: z.enum(['held', 'released', 'deleted']).default('held'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(1000).optional(),
});
const ending = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[^.\s/\\]{1,20}$/, 'an ending of file names, without the dot');
export const quarantineBody = z.strictObject({
  dmarc: z.enum(['off', 'reject', 'enforced']).optional(),
  spam: z.number().gt(0).max(1).nullable().optional(),
  attachments: z.array(ending).max(MAX_ENDINGS).optional(),
  unreadable: z.boolean().optional(),
  days: z.number().int().min(1).max(MAX_QUARANTINE_DAYS).optional(),
});

const LIST = 'quarantine';

/** Mail that waits for an admin's word. */
export const addQuarantineRoutes: AddRoutes = (app, { services, audit }) => {
  const { directory, quarantine, queues, objects, blobs, mail, now } = services;

  const mailboxOf = async (value: string) => {
    const { tenant, user } = await requireUser(directory, value);
    const ref = { tenantId: tenant.tenantId, mailboxId: user.userId, shard: tenant.mailShard };
    return { ref, address: user.address };
  };
  const heldIn = async (ref: MailboxRef, itemId: string): Promise<HeldMessage> => {
    const held = await quarantine.get(ref, itemId);
    if (held === null) throw new NotFoundError('no such message in quarantine');
    return held;
  };
  const note = ({ tenantId, itemId: traceId }: HeldMessage, verdict: string) =>
    recordTrace(services, {
      messages: [],
      steps: [
        incomingStep({ tenantId, traceId, at: now() }, 'quarantine', verdict, {
          key: `quarantine:${verdict}`,
        }),
      ],
    });

  async function page(
    { tenantId, mailShard }: { tenantId: string; mailShard: string },
    mailboxId: string | undefined,
    { state, limit, cursor }: z.infer<typeof quarantineQuery>,
  ): Promise<Page<HeldMessageView>> {
    const after = cursor === undefined ? undefined : positionOf(cursor);
    const rows = await quarantine.list(tenantId, mailShard, { mailboxId, state, after, limit: limit + 1 });
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    const more = rows.length > limit && last !== undefined;
    const addresses = new Map<string, string>();
    for (const one of shown) {
      if (addresses.has(one.mailboxId)) continue;
      addresses.set(one.mailboxId, (await directory.getUser(tenantId, one.mailboxId))?.user.address ?? '');
    }
    return {
      items: shown.map((one) => viewOf(one, addresses.get(one.mailboxId) ?? '')),
      cursor: more ? writeCursor(LIST, [last.heldAt, last.itemId]) : null,
    };
  }

  app.get('/tenants/:tenantId/quarantine', async (c) => {
    const tenant = await requireTenant(directory, c.req.param('tenantId'));
    return c.json(await page(tenant, undefined, readQuery(c, quarantineQuery)));
  });

  app.get('/users/:address/quarantine', async (c) => {
    const { tenant, user } = await requireUser(directory, c.req.param('address'));
    return c.json(await page(tenant, user.userId, readQuery(c, quarantineQuery)));
  });

  app.get('/users/:address/quarantine/:itemId', async (c) => {
    const { ref, address } = await mailboxOf(c.req.param('address'));
    return c.json<HeldMessageView>(viewOf(await heldIn(ref, c.req.param('itemId')), address));
  });

  app.get('/users/:address/quarantine/:itemId/raw', async (c) => {
    const { ref } = await mailboxOf(c.req.param('address'));
    const held = await heldIn(ref, c.req.param('itemId'));
    const raw = await blobs.open(held.rawKey);
    if (raw === null) throw new NotFoundError('no such message in quarantine');
    await audit({
      ...by(c),
      tenantId: ref.tenantId,
      action: 'quarantine.read',
      resource: `mailbox/${ref.mailboxId}`,
      details: { itemId: held.itemId },
    });
    const headers = {
      'content-type': 'message/rfc822',
      // Whatever it is, no browser shows it (A37).
      'content-disposition': `attachment; filename="${held.itemId}.eml"`,
      'x-content-type-options': 'nosniff',
    };
    return c.body(raw.stream, 200, headers);
  });

  app.post('/users/:address/quarantine/:itemId/release', async (c) => {
    const { ref, address } = await mailboxOf(c.req.param('address'));
    const held = await heldIn(ref, c.req.param('itemId'));
    const who = by(c);
    if (held.state === 'deleted') throw new ConflictError('the message was deleted');
    const raw = await blobs.head(held.rawKey);
    if (raw === null) throw new ConflictError('the message is gone');
    const first = await quarantine.decide(ref, held.itemId, 'released', who.actor, now());
    const known = await mail.mailbox(ref).knownRawKeys([held.rawKey]);
    // Placed once, however often it is asked for: it has the item's id.
    if (!known.has(held.rawKey)) {
      const { rawKey: key, correlationId } = held;
      await queues.ingest([
        { v: 1, key, ...ref, size: raw.size, sha256: null, released: true, correlationId },
      ]);
    }
    await objects.delete([markerKey(held)]);
    if (first) {
      await note(held, 'released');
      await audit({
        ...who,
        tenantId: ref.tenantId,
        action: 'quarantine.release',
        resource: `mailbox/${ref.mailboxId}`,
        details: { itemId: held.itemId, reason: held.reason },
      });
    }
    return c.json<HeldMessageView>(viewOf(await heldIn(ref, held.itemId), address));
  });

  app.delete('/users/:address/quarantine/:itemId', async (c) => {
    const { ref, address } = await mailboxOf(c.req.param('address'));
    const held = await heldIn(ref, c.req.param('itemId'));
    const who = by(c);
    if (!(await removeHeld(services, ref, held, who.actor)))
      throw new ConflictError('the message was released');
    if (held.state === 'held') {
      await note(held, 'deleted');
      await audit({
        ...who,
        tenantId: ref.tenantId,
        action: 'quarantine.delete',
        resource: `mailbox/${ref.mailboxId}`,
        details: { itemId: held.itemId, reason: held.reason },
      });
    }
    return c.json<HeldMessageView>(viewOf(await heldIn(ref, held.itemId), address));
  });

  app.get('/tenants/:tenantId/quarantine-settings', async (c) => {
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    const setting = await directory.getTenantSetting(tenantId, QUARANTINE_SETTING);
    return c.json<QuarantineView>(readQuarantine(setting));
  });

  app.patch('/tenants/:tenantId/quarantine-settings', async (c) => {
    const change = await readJson(c, quarantineBody);
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    const before = readQuarantine(await directory.getTenantSetting(tenantId, QUARANTINE_SETTING));
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    const settings: QuarantineView = { ...before, ...given };
    await directory.putTenantSetting(tenantId, QUARANTINE_SETTING, settings);
    forgetTrustSettings(services);
    const { attachments, ...plain } = settings;
    await audit({
      ...by(c),
      tenantId,
      action: 'tenant.quarantine',
      resource: `tenant/${tenantId}`,
      details: { ...plain, attachments: attachments.length },
    });
    return c.json<QuarantineView>(settings);
  });
};

function positionOf(cursor: string): QuarantinePosition {
  const [heldAt, itemId] = readCursor(LIST, cursor, ['number', 'text']);
  return { heldAt: Number(heldAt), itemId: String(itemId) };
}

function viewOf(held: HeldMessage, address: string): HeldMessageView {
  const { itemId, state, reason, why, receivedAt, heldAt, expiresAt, decidedAt, decidedBy, verdict } = held;
  const { mailFrom, recipient, author, subject, messageId, size, files } = held;
  const checks =
    verdict === null
      ? null
      : {
          ...{ spf: verdict.spf, dkim: verdict.dkim, dmarc: verdict.dmarc, arc: verdict.arc },
          spam: verdict.spam,
        };
  return {
    ...{ itemId, address, state, reason, why, receivedAt, heldAt, expiresAt, decidedAt, decidedBy },
    ...{ mailFrom, recipient, author, subject, messageId, size, files, checks },
    reasons: verdict?.reasons ?? [],
  };
}
