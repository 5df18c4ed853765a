/** An attachment that became a link: a range of a kept message, and who may have it how long. */
export interface AttachmentLink {
  tenantId: string;
  linkId: string;
  /** SHA-256 of the token, in hex: whoever reads the database cannot open links. */
  tokenHash: string;
  /** Mailbox of the sender. */
  mailboxId: string;
  submissionId: string;
  /** Object that holds the message, and the range of the part's body in it. */
  rawKey: string;
  bodyStart: number;
  bodyEnd: number;
  /** Content-Transfer-Encoding of the body. */
  encoding: string;
  mediaType: string;
  /** As the sender named it. */
  name: string;
  /** Of the decoded bytes. */
  size: number;
  /** Milliseconds since the epoch. */
  createdAt: number;
  /** When it ends: as planned, or when it was revoked. */
  endsAt: number;
  revoked: boolean;
}

export interface LinkCursor {
  createdAt: number;
  linkId: string;
}

export interface LinkStore {
  /** All of one tenant. An id that is there already stays as it is. */
  addLinks(links: readonly AttachmentLink[]): Promise<void>;
  findLink(tenantId: string, tokenHash: string): Promise<AttachmentLink | null>;
  /** Newest first, before the cursor. */
  listLinks(tenantId: string, before: LinkCursor | null, limit: number): Promise<AttachmentLink[]>;
  /** False when there is no such link. One that has ended stays as it is. */
  revokeLink(tenantId: string, linkId: string, at: number): Promise<boolean>;
  /** Keys of kept messages of which every link ended before this time. */
  endedObjects(tenantId: string, before: number, limit: number): Promise<string[]>;
  /** Notes that a message is not kept any more. Its links stay, to say that they have ended. */
  forgetObject(tenantId: string, rawKey: string): Promise<void>;
  /** Removes links of messages that are not kept any more and that ended before this time. Number of them. */
  removeLinks(tenantId: string, before: number): Promise<number>;
}
