import type { FolderRole, MailboxRef, NewMessage } from '../mail/types.ts';

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

/** Reads a raw message the way ingest does: index, bodies, class, conversation. Never fails because of its content (I10). */
export interface MessageReader {
  read(raw: Uint8Array, place: ReadPlace): Promise<NewMessage>;
}
