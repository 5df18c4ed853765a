import {
  bytesOf,
  child,
  el,
  textOf,
  type WbxmlElement,
  type WbxmlNode,
} from '../../../codecs/wbxml/index.ts';
import type { FolderRole } from '../../../core/mail/types.ts';
import type { EasContext } from '../context.ts';
import { threadIdOf } from '../mail/conversation.ts';
import { STATUS } from '../status.ts';
import { announceFolders } from './announce.ts';

const { itemOperations: S } = STATUS;

/** Longer conversations are moved as far as this, newest first. */
const MAX_ITEMS = 2000;
const STAYING: ReadonlySet<FolderRole> = new Set(['sent', 'drafts', 'outbox']);

/** Move of a conversation (MS-ASCMD 2.2.3.117, MS-ASCON 3.2.5.2), with MoveAlways for what is yet to come. */
export async function moveConversation(context: EasContext, element: WbxmlElement): Promise<WbxmlNode> {
  const conversation = child(element, 'ItemOperations:ConversationId');
  return el(
    'ItemOperations:Move',
    el('ItemOperations:Status', await move(context, element)),
    el('ItemOperations:ConversationId', (bytesOf(conversation) ?? new Uint8Array()).slice(0, 256)),
  );
}

async function move(context: EasContext, element: WbxmlElement): Promise<number> {
  const { mailbox } = context;
  const destination = textOf(element, 'ItemOperations:DstFldId') ?? '';
  const conversation = child(element, 'ItemOperations:ConversationId');
  const always = child(child(element, 'ItemOperations:Options'), 'ItemOperations:MoveAlways');
  if (destination === '' || conversation === undefined) return S.protocol;
  // Its presence is all there is to it (MS-ASCON 2.2.2.8).
  if (always !== undefined && (always.text !== '' || always.children.length > 0)) return S.protocol;
  const folders = await mailbox.folders();
  const target = folders.find((f) => f.folderId === destination);
  if (target === undefined) return S.notFound;
  if (target.role === 'recipientCache') return S.invalidIds;
  if (target.itemClass !== 'Email') return S.badDestination;
  const threadId = threadIdOf(conversation);
  const items = threadId === null ? [] : await mailbox.threadItems(threadId, MAX_ITEMS);
  if (threadId === null || items.length === 0) return S.notFound;
  // What the user sent stays where it is (MS-ASCON 3.2.5.2), and what is not sent yet is no mail of it.
  const staying = new Set(folders.filter((f) => STAYING.has(f.role) || f === target).map((f) => f.folderId));
  const leaving = items.filter((item) => !staying.has(item.folderId));
  // The rule first: mail that arrives meanwhile follows it. One that leads to the Inbox is none.
  if (always !== undefined)
    await mailbox.setConversationRule(threadId, target.role === 'inbox' ? null : target.folderId);
  if (leaving.length === 0) return S.ok;
  const changes = await mailbox.move(
    leaving.map((item) => item.itemId),
    target.folderId,
  );
  const touched = [target.folderId, ...leaving.map((item) => item.folderId)];
  await announceFolders(context, touched, Math.max(...changes.map((c) => c.modseq)));
  return S.ok;
}
