import { frameHead } from '../../../codecs/frames/index.ts';
import type { Folder, MailboxRef } from '../../../core/mail/types.ts';
import { attachmentsNamed, openAttachment } from '../../../core/pim/attachments.ts';
import type { PimItem } from '../../../core/pim/types.ts';
import type { MessageLine } from '../../../core/ports/archive.ts';
import type { Services } from '../../../platform/services.ts';
import type { TransferHeader } from '../../../shared/admin-api.ts';

/** Where a page of an export begins: messages first, then the other items folder by folder. */
type Position = { stage: 'mail'; after: string } | { stage: 'objects'; folder: number; after: string };

/** Bytes after which a page of messages ends. */
const PAGE_BYTES = 16 * 1024 * 1024;
const PAGE_MESSAGES = 200;
const PAGE_OBJECTS = 500;
/** Longest file of an event that is taken along. */
const MAX_FILE = 64 * 1024 * 1024;

/** null for what is no cursor of an export. `part` objects begins behind the messages. */
export function parsePosition(cursor: string | undefined, part: string | undefined): Position | null {
  if (part !== undefined && part !== 'objects') return null;
  if (cursor === undefined)
    return part === undefined ? { stage: 'mail', after: '' } : { stage: 'objects', folder: 0, after: '' };
  const [stage, folder = '', after = ''] = cursor.split('.');
  if (stage === 'mail') return { stage, after: folder };
  if (stage !== 'objects' || !/^\d{1,5}$/.test(folder)) return null;
  return { stage, folder: Number(folder), after };
}

/** One page as a stream of frames: nothing is read before it is asked for, one raw at a time. */
export function exportPage(
  services: Services,
  ref: MailboxRef,
  position: Position,
): ReadableStream<Uint8Array> {
  const pieces = position.stage === 'mail' ? mailPage(services, ref, position.after) : null;
  const source = pieces ?? objectPage(services, ref, position as Extract<Position, { stage: 'objects' }>);
  return new ReadableStream({
    async pull(controller) {
      const next = await source.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
    async cancel() {
      await source.return(undefined);
    },
  });
}

function head(header: TransferHeader, bytes = 0): Uint8Array {
  return frameHead(header, bytes);
}

async function* mailPage(
  services: Services,
  ref: MailboxRef,
  after: string,
): AsyncGenerator<Uint8Array, void> {
  const { lines, last } = await services.archive.mailbox(ref).items(after, PAGE_MESSAGES);
  let sent = 0;
  for (const [n, line] of lines.entries()) {
    if (line.kind !== 'message') continue;
    sent += yield* message(services, line);
    if (sent > PAGE_BYTES && n < lines.length - 1) {
      yield head({ type: 'next', cursor: `mail.${line.itemId}` });
      return;
    }
  }
  yield head({ type: 'next', cursor: last === null ? 'objects.0.' : `mail.${last}` });
}

/** Number of bytes of the raw. */
async function* message(services: Services, line: MessageLine): AsyncGenerator<Uint8Array, number> {
  const object = await services.blobs.open(line.rawKey);
  const { itemId, folderId, receivedAt, isRead, flag, categories } = line;
  if (object === null) {
    yield head({ type: 'lost', itemId, folderId });
    return 0;
  }
  const { dedupeKey, threadId, conversationIndex, isDraft, receivedAsBcc } = line;
  const { lastVerb, lastVerbAt, importance, verdict } = line;
  const role = object.envelope?.role ?? 'inbox';
  const mailFrom = object.envelope?.mailFrom ?? '';
  const state = {
    ...{ dedupeKey, threadId, conversationIndex, isDraft, receivedAsBcc, lastVerb, lastVerbAt },
    ...{ importance, verdict, role, mailFrom },
  };
  yield head({ type: 'message', itemId, folderId, receivedAt, isRead, flag, categories, state }, object.size);
  yield* object.stream;
  return object.size;
}

async function* objectPage(
  services: Services,
  ref: MailboxRef,
  at: Extract<Position, { stage: 'objects' }>,
): AsyncGenerator<Uint8Array, void> {
  const mailbox = services.mail.mailbox(ref);
  const folder = inOrder(await mailbox.folders())[at.folder];
  if (folder === undefined) {
    yield head({ type: 'next', cursor: null });
    return;
  }
  const items = await mailbox.pimPage(folder.folderId, at.after, PAGE_OBJECTS);
  for (const item of items) yield* object(services, ref, item);
  const more = items.length === PAGE_OBJECTS ? items.at(-1) : undefined;
  const next = more === undefined ? `objects.${at.folder + 1}.` : `objects.${at.folder}.${more.itemId}`;
  yield head({ type: 'next', cursor: next });
}

async function* object(
  { objects }: Services,
  ref: MailboxRef,
  { itemId, folderId, kind, document }: PimItem,
): AsyncGenerator<Uint8Array, void> {
  for (const attachmentId of attachmentsNamed(document)) {
    const { tenantId, mailboxId } = ref;
    const place = { tenantId, mailboxId, itemId, attachmentId };
    const stream = await openAttachment(objects, place, { start: 0, end: MAX_FILE });
    if (stream === null) continue;
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    yield head({ type: 'file', itemId, attachmentId }, bytes.length);
    yield bytes;
  }
  yield head({ type: 'object', itemId, folderId, kind, document });
}

/** Folders by their ids, which stay as they are while an export goes on. */
function inOrder(folders: readonly Folder[]): Folder[] {
  return [...folders].sort((a, b) => (a.folderId < b.folderId ? -1 : 1));
}
