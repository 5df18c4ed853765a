import { ConflictError, InvalidInputError, NotFoundError } from '../../../core/errors.ts';
import { KEEP_DAYS } from '../../../core/moving/settings.ts';
import { removeAt } from '../../../core/moving/switch.ts';
import { BEFORE_SWITCH, type TenantMove } from '../../../core/ports/moves.ts';
import { newId } from '../../../platform/ids.ts';
import { moveOn, movesOf } from '../../../platform/moving.ts';
import { type MoveView, type Page, startMove } from '../../../shared/admin-api.ts';
import { type AddRoutes, by } from '../context.ts';
import { readJson, readQuery } from '../input.ts';
import { pagedQuery, pageOf } from '../paging.ts';
import { requireTenant } from './devices.ts';

/** Work of one request: well below what a client waits for. */
const STRETCH_MS = 10_000;

/** Tenants are moved from one mail shard to another (docs/operations/moving-tenants.md). */
export const addMoveRoutes: AddRoutes = (app, { services, audit }) => {
  const { directory, now } = services;
  const lastMove = async (tenantId: string): Promise<TenantMove> => {
    const move = await movesOf(services).store.get(tenantId);
    if (move === null) throw new NotFoundError('this tenant was never moved');
    return move;
  };

  app.get('/moves', async (c) => {
    const query = readQuery(c, pagedQuery);
    const moves = (await services.moves?.store.list()) ?? [];
    const { items, cursor } = pageOf('moves', moves, (move) => [-move.startedAt, move.tenantId], query);
    return c.json<Page<MoveView>>({ items: items.map(viewOf), cursor });
  });

  app.get('/tenants/:tenantId/move', async (c) => {
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    return c.json(viewOf(await lastMove(tenantId)));
  });

  app.post('/tenants/:tenantId/move', async (c) => {
    const { to, keepDays = KEEP_DAYS } = await readJson(c, startMove);
    const { tenantId, mailShard: from } = await requireTenant(directory, c.req.param('tenantId'));
    const { store, shards } = movesOf(services);
    const names = shards.names();
    if (!names.includes(to)) throw new InvalidInputError(`${to} is none of the shards ${names.join(', ')}`);
    if (to === from) throw new InvalidInputError(`the tenant is in ${to} already`);
    const moveId = newId(now());
    if (!(await store.begin({ tenantId, moveId, from, to, keepDays, startedAt: now() }))) {
      throw new ConflictError('the last move of this tenant has not ended: finish or cancel it first');
    }
    await audit({
      ...{ ...by(c), tenantId, action: 'tenant.move', resource: `tenant/${tenantId}` },
      details: { from, to, moveId },
    });
    return c.json(viewOf(await lastMove(tenantId)), 201);
  });

  app.post('/tenants/:tenantId/move/step', async (c) => {
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    await lastMove(tenantId);
    await moveOn(services, tenantId, STRETCH_MS);
    return c.json(viewOf(await lastMove(tenantId)));
  });

  app.post('/tenants/:tenantId/move/cancel', async (c) => {
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    const move = await lastMove(tenantId);
    const { store } = movesOf(services);
    if (!(await store.turn(tenantId, move.moveId, BEFORE_SWITCH, 'cancelling', now()))) {
      throw new ConflictError(`the move is ${move.phase}: it cannot be taken back any more`);
    }
    await audit({
      ...{ ...by(c), tenantId, action: 'tenant.move-cancel', resource: `tenant/${tenantId}` },
      details: { moveId: move.moveId },
    });
    return c.json(viewOf(await lastMove(tenantId)));
  });

  app.post('/tenants/:tenantId/move/finish', async (c) => {
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    const move = await lastMove(tenantId);
    const { store } = movesOf(services);
    if (!(await store.turn(tenantId, move.moveId, ['kept', 'removing'], 'removing', now()))) {
      throw new ConflictError(`the move is ${move.phase}: nothing is kept that could be removed`);
    }
    await audit({
      ...{ ...by(c), tenantId, action: 'tenant.move-finish', resource: `tenant/${tenantId}` },
      details: { moveId: move.moveId },
    });
    return c.json(viewOf(await lastMove(tenantId)));
  });
};

function viewOf(move: TenantMove): MoveView {
  const { tenantId, moveId, from, to, phase, error, startedAt, updatedAt, switchedAt, endedAt, tally } = move;
  const { mailboxes, mailboxesCopied, mailboxesVerified, rowsCopied, copyMs, rowsFollowed } = tally;
  const { rowsRemoved, frozenMs, freezes, failure, verified } = tally;
  return {
    ...{ tenantId, moveId, from, to, phase, error: failure ?? error },
    ...{ mailboxes, mailboxesCopied, mailboxesVerified, rowsCopied, copyMs, rowsFollowed },
    ...{ rowsRemoved, frozenMs, freezes, verified, startedAt, updatedAt, switchedAt, endedAt },
    removeAt: phase === 'kept' ? removeAt(move) : null,
  };
}
