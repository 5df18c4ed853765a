/** Users who get the invitations of somebody else, and answer them in their place (MS-ASCMD 2.2.1.11, [RFC 5546] 2.1.3 SENT-BY). */
import { accessTo } from '../access/folder-access.ts';
import { type Owner, ownerOf } from '../automatic/own-addresses.ts';
import type { Principal } from '../identity/types.ts';
import type { MailboxRef, Message } from '../mail/types.ts';
import type { BlobStore } from '../ports/blobs.ts';
import type { DirectoryStore } from '../ports/directory.ts';
import type { MailboxStore, MailStore } from '../ports/mail.ts';
import type { Responder } from './respond.ts';
import type { MeetingFacts } from './types.ts';

/** private and confidential (MS-ASEMAIL 2.2.2.70): of no concern to anybody else. */
const PRIVATE = 2;

/** Whether delegates hear of a message of a meeting. */
export function goesToDelegates({
  method,
  sensitivity,
}: Pick<MeetingFacts, 'method' | 'sensitivity'>): boolean {
  return (method === 'REQUEST' || method === 'CANCEL') && sensitivity < PRIVATE;
}

/** An invitation of somebody else, of which the user has a copy, and in whose place they may answer. */
export interface DelegatedRequest {
  /** Acts in the mailbox of the one who is invited. */
  responder: Responder & { owner: Owner };
  /** Their message. */
  itemId: string;
  /** The copy. */
  copy: Message;
}

interface Services {
  directory: DirectoryStore;
  mail: MailStore;
  blobs: Pick<BlobStore, 'head'>;
}

/**
 * What a message of the user's own mailbox is a copy of; null when it is none, or when the user is no delegate any more:
 * the copy stays, and gives no right.
 */
export async function delegatedRequest(
  services: Services,
  principal: Principal,
  { ref, mailbox, correlationId }: { ref: MailboxRef; mailbox: MailboxStore; correlationId: string },
  itemId: string,
): Promise<DelegatedRequest | null> {
  const [copy] = await mailbox.messages([itemId]);
  // Copies are made here, of one message each, which the envelope names: nothing in a message says it (I24).
  if (copy === undefined || copy.meeting !== null || copy.verdict?.source !== 'submitted') return null;
  const delegated = (await services.blobs.head(copy.rawKey))?.envelope?.delegated;
  if (delegated === undefined) return null;
  const ownerRef: MailboxRef = { ...ref, mailboxId: delegated.mailboxId };
  const ownerBox = services.mail.mailbox(ownerRef);
  const [owner, actor, calendar, access] = await Promise.all([
    ownerOf(services.directory, ownerRef),
    ownerOf(services.directory, ref),
    ownerBox.folderByRole('calendar'),
    accessTo(services, principal, ownerRef),
  ]);
  if (owner === null || actor === null || calendar === null) return null;
  const { rights } = access(calendar.folderId);
  if (!rights.has('meetings') || !rights.has('write')) return null;
  const responder = { ref: ownerRef, mailbox: ownerBox, correlationId, owner, actor: { ref, owner: actor } };
  return { responder, itemId: delegated.itemId, copy };
}
