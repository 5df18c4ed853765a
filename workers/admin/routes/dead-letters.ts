import * as z from 'zod';
import { NotFoundError } from '../../../core/errors.ts';
import type {
  DeadLetterCountView,
  DeadLetterDetail,
  DeadLetterView,
  Page,
  ReplayView,
} from '../../../shared/admin-api.ts';
import { type AddRoutes, by } from '../context.ts';
import { readJson, readQuery } from '../input.ts';
import { pagedQuery, readCursor, writeCursor } from '../paging.ts';
import { deadLetterView } from '../views.ts';

export const listQuery = z.strictObject({
  queue: z.string().max(100).optional(),
  state: z.enum(['waiting', 'replayed', 'discarded']).optional(),
  before: z.coerce.number().int().min(0).optional(),
  ...pagedQuery.shape,
});
/** Characters of an error in a list. */
const LISTED_ERROR = 1000;

export const replayBody = z.strictObject({
  queue: z.string().max(100).nullable().default(null),
  cursor: z.string().max(300).nullable().default(null),
});

export const addDeadLetterRoutes: AddRoutes = (app, { services, hooks, audit }) => {
  const { directory } = services;

  app.get('/dead-letters', async (c) => {
    const { queue, state, before, cursor: text, limit } = readQuery(c, listQuery);
    const after = text === undefined ? undefined : placeOf(text);
    const letters = await directory.deadLettersAfter({
      ...(queue === undefined ? {} : { queue }),
      ...(state === undefined ? {} : { state }),
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
      limit: limit + 1,
    });
    const shown = letters.slice(0, limit);
    const last = letters.length > limit ? shown.at(-1) : undefined;
    const cursor =
      last === undefined ? null : writeCursor('dead letters', [last.failedAt, last.deadLetterId]);
    return c.json<Page<DeadLetterView>>({ items: shown.map(listed), cursor });
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

function placeOf(cursor: string): { at: number; id: string } {
  const [at, id] = readCursor('dead letters', cursor, ['number', 'text']);
  return { at: Number(at), id: String(id) };
}

/** An error may be long: all of it is in the answer of the letter itself. */
function listed(letter: Parameters<typeof deadLetterView>[0]): DeadLetterView {
  return deadLetterView({ ...letter, error: letter.error.slice(0, LISTED_ERROR) });
}

/** The body as it was queued; what is no JSON (a producer gone wrong is why it may be here) stays text. */
function parseOrText(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
