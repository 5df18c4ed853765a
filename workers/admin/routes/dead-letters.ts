import * as z from 'zod';
import { NotFoundError } from '../../../core/errors.ts';
import { readTimeCursor, writeTimeCursor } from '../../../platform/time-cursor.ts';
import type { DeadLetterCountView, DeadLetterDetail, ReplayView } from '../../../shared/admin-api.ts';
import { type AddRoutes, by } from '../context.ts';
import { readJson, readQuery } from '../input.ts';
import { deadLetterView } from '../views.ts';

export const listQuery = z.strictObject({
  queue: z.string().max(100).optional(),
  state: z.enum(['waiting', 'replayed', 'discarded']).optional(),
  before: z.coerce.number().int().min(0).optional(),
  cursor: z.string().max(300).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

export const replayBody = z.strictObject({
  queue: z.string().max(100).nullable().default(null),
  cursor: z.string().max(300).nullable().default(null),
});

export const addDeadLetterRoutes: AddRoutes = (app, { services, hooks, audit }) => {
  const { directory } = services;

  app.get('/dead-letters', async (c) => {
    const { queue, state, before, cursor: after, limit } = readQuery(c, listQuery);
    const letters = await directory.listDeadLetters({
      ...(queue === undefined ? {} : { queue }),
      ...(state === undefined ? {} : { state }),
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after: readTimeCursor(after) }),
      limit,
    });
    const last = letters.at(-1);
    const cursor =
      letters.length === limit && last !== undefined
        ? writeTimeCursor({ at: last.failedAt, id: last.deadLetterId })
        : null;
    return c.json({ items: letters.map(deadLetterView), cursor });
  });

  app.get('/dead-letters/counts', async (c) => {
    const items: DeadLetterCountView[] = await directory.countDeadLetters();
    return c.json({ items });
  });

  app.post('/dead-letters/replay', async (c) => {
    const { queue, cursor } = await readJson(c, replayBody);
    const step = await hooks.replayDeadLetters({ queue, cursor });
    if (step.replayed > 0) {
      await audit({
        ...by(c),
        tenantId: null,
        action: 'dead-letter.replay',
        resource: `dead-letters/${queue ?? 'all'}`,
        details: { replayed: step.replayed, refused: step.refused.length },
      });
    }
    return c.json<ReplayView>(step);
  });

  app.get('/dead-letters/:id', async (c) => {
    const letter = await directory.getDeadLetter(c.req.param('id'));
    if (letter === null) throw new NotFoundError('no such dead letter');
    return c.json<DeadLetterDetail>({ ...deadLetterView(letter), body: parseOrText(letter.body) });
  });

  app.post('/dead-letters/:id/discard', async (c) => {
    const id = c.req.param('id');
    const letter = await directory.getDeadLetter(id);
    if (letter === null) throw new NotFoundError('no such dead letter');
    if (letter.discardedAt === null) {
      await directory.markDiscarded(id, services.now());
      await audit({
        ...by(c),
        tenantId: null,
        action: 'dead-letter.discard',
        resource: `dead-letter/${id}`,
        details: { queue: letter.queue, error: letter.error.slice(0, 500) },
      });
    }
    return c.json(deadLetterView((await directory.getDeadLetter(id)) ?? letter));
  });

  app.post('/dead-letters/:id/replay', async (c) => {
    const id = c.req.param('id');
    if ((await directory.getDeadLetter(id)) === null) throw new NotFoundError('no such dead letter');
    await hooks.replayDeadLetter(id);
    await audit({
      ...by(c),
      tenantId: null,
      action: 'dead-letter.replay',
      resource: `dead-letter/${id}`,
    });
    const letter = await directory.getDeadLetter(id);
    if (letter === null) throw new NotFoundError('no such dead letter');
    return c.json(deadLetterView(letter));
  });
};

/** The body as it was queued; what is no JSON (a producer gone wrong is why it may be here) stays text. */
function parseOrText(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
