import type { FolderRole, MailboxRef, NewMessage } from '../mail/types.ts';
import type { MessageLine } from './archive.ts';

export interface ReadPlace {
  ref: MailboxRef;
  itemId: string;
  rawKey: string;
  /** Milliseconds since the epoch. */
  receivedAt: number;
  folderRole: FolderRole;
  folderId?: string;
  isRead: boolean;
  isDraft: boolean;
}

interface RecallOptions {
  /** Without a look into it, for what kills its reader. */
  unparsed?: boolean;
  /** Of the raw, in hex, where it is known. */
  sha256?: string;
}

/** Reads a raw message the way ingest does: index, bodies, class, conversation. Never fails because of its content (I10). */
export interface MessageReader {
  read(raw: Uint8Array, place: ReadPlace): Promise<NewMessage>;
  /** Several of one mailbox, in order: siblings of a conversation find each other. `sha256`: in hex, where it is known. */
  readAll(messages: readonly { raw: Uint8Array; place: ReadPlace; sha256?: string }[]): Promise<NewMessage[]>;
  /**
   * A message that a mailbox had, as it was: what was written down of it says everything that its raw does not. `role`:
   * where its envelope says that it belonged at first.
   */
  recall(
    raw: Uint8Array,
    line: MessageLine,
    role: FolderRole,
    options?: RecallOptions,
  ): Promise<NewMessage & { folderId: string }>;
}
