import { z } from 'zod';
import { NotFoundError } from '../../../core/errors.ts';
import type { DeadLetterDetail } from '../../../shared/admin-api.ts';
import type { AddRoutes } from '../context.ts';
import { readQuery } from '../input.ts';
import { deadLetterView } from '../views.ts';

const listQuery = z.strictObject({
  queue: z.string().max(100).optional(),
  before: z.coerce.number().int().min(0).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

export const addDeadLetterRoutes: AddRoutes = (app, { services, hooks, audit }) => {
  const { directory } = services;

  app.get('/dead-letters', async (c) => {
    const { queue, before, limit } = readQuery(c, listQuery);
    const letters = await directory.listDeadLetters({
      ...(queue === undefined ? {} : { queue }),
      ...(before === undefined ? {} : { before }),
      limit,
    });
    const last = letters.at(-1);
    const cursor = letters.length === limit && last !== undefined ? String(last.failedAt) : null;
    return c.json({ items: letters.map(deadLetterView), cursor });
  });

  app.get('/dead-letters/:id', async (c) => {
    const letter = await directory.getDeadLetter(c.req.param('id'));
    if (letter === null) throw new NotFoundError('no such dead letter');
    return c.json<DeadLetterDetail>({ ...deadLetterView(letter), body: parseOrText(letter.body) });
  });

  app.post('/dead-letters/:id/replay', async (c) => {
    const id = c.req.param('id');
    if ((await directory.getDeadLetter(id)) === null) throw new NotFoundError('no such dead letter');
    await hooks.replayDeadLetter(id);
    await audit({
      correlationId: c.get('correlationId'),
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
