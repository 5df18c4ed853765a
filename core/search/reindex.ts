import type { MailboxRef } from '../mail/types.ts';
import type { FeedCursor, MailStore } from '../ports/mail.ts';
import type { QueuePort } from '../ports/queues.ts';
import type { SearchStore } from '../ports/search.ts';

/** Messages or objects of one step; a step takes a second or two. */
const PAGE = 500;
/** Documents that one step takes out, in writes of CLEARED each. */
const CLEARS = 4;
const CLEARED = 500;

/** Cursors: after the last id that was put on the queue. */
const MESSAGES = 'after:';
const OBJECTS = 'objects:';

/** Sorts behind every item id. */
const LAST_ID = '\uffff';

export interface ReindexPorts {
  mail: MailStore;
  search: SearchStore;
  queues: Pick<QueuePort, 'index'>;
}

export interface ReindexStep {
  /** Documents taken out, and messages put on the queue, in this step. */
  removed: number;
  enqueued: number;
  /** Where the next step goes on; null when there is none. */
  cursor: string | null;
}

/**
 * One step of building the index of a mailbox anew: first everything goes, then its messages and its objects are put on the
 * queue `index`, which reads their text. `cursor` is null at the beginning; a step may be repeated.
 */
export async function reindexStep(
  { mail, search, queues }: ReindexPorts,
  ref: MailboxRef,
  cursor: string | null,
  correlationId: string,
): Promise<ReindexStep> {
  if (cursor === null) {
    let removed = 0;
    for (let i = 0; i < CLEARS; i++) {
      const count = await search.clear(ref, CLEARED);
      removed += count;
      if (count > 0) continue;
      await search.mirror(ref, { states: [], gone: [], cursors: await present(mail, ref), folders: [] });
      return { removed, enqueued: 0, cursor: MESSAGES };
    }
    return { removed, enqueued: 0, cursor: 'clear' };
  }
  if (cursor === 'clear') return reindexStep({ mail, search, queues }, ref, null, correlationId);
  const mailbox = mail.mailbox(ref);
  const ofObjects = cursor.startsWith(OBJECTS);
  const messages = ofObjects ? [] : await mailbox.rawKeys(cursor.slice(MESSAGES.length), PAGE);
  const room = PAGE - messages.length;
  const from = ofObjects ? cursor.slice(OBJECTS.length) : '';
  const objects = room === 0 ? [] : await mailbox.pimIds(from, room);
  const ids = [...messages.map((row) => row.itemId), ...objects];
  if (ids.length > 0) await queues.index(ids.map((itemId) => ({ v: 1, ...ref, itemId, correlationId })));
  const next = room === 0 ? `${MESSAGES}${ids.at(-1)}` : `${OBJECTS}${objects.at(-1)}`;
  return { removed: 0, enqueued: ids.length, cursor: ids.length < PAGE ? null : next };
}

/**
 * Cursors at the end of every feed: a document that is written from now on shows its item as it is by then, so that
 * nothing that happened before needs to be followed.
 */
async function present(mail: MailStore, ref: MailboxRef): Promise<Map<string, FeedCursor>> {
  const folders = await mail.mailbox(ref).folders();
  return new Map(folders.map((f) => [f.folderId, { modseq: f.contentModseq, itemId: LAST_ID }]));
}
