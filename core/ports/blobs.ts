import type { FolderRole } from '../mail/types.ts';

/** Envelope and facts kept with the raw object itself (I5), so that a mailbox can be rebuilt from blobs alone. */
export interface RawEnvelope {
  tenantId: string;
  mailboxId: string;
  shard: string;
  mailFrom: string;
  rcptTo: string;
  /** Milliseconds since the epoch. */
  receivedAt: number;
  rawSize: number;
  correlationId: string;
  /** Authentication-Results that the platform stamped, at most 2,000 characters. */
  authResults: string;
  /** Folder it belongs into; absent means the Inbox. */
  role?: FolderRole;
  /** The very folder, for what its owner put into one of their own; without it the role says where. */
  folderId?: string;
  /** The mailbox's owner was a blind-copy recipient. */
  bcc?: boolean;
  /** Came from a signed-in user of this installation (or from itself), not from outside. */
  submitted?: boolean;
  /** Accepted for a distribution group, whose id stands in the place of the mailbox: it goes to the members. */
  group?: boolean;
  /** Address of the member that it is the copy of, when it was accepted for a group. */
  member?: string;
  /** A copy of an invitation for a delegate: whose it is, and which of their messages. */
  delegated?: { mailboxId: string; itemId: string };
}

export interface StoredRaw {
  key: string;
  size: number;
  uploadedAt: number;
  envelope: RawEnvelope | null;
}

/** Immutable raw messages: created once, never overwritten (I4). */
export interface BlobStore {
  /**
   * Takes the raw in, create-once: as a stream, or whole where it is in memory anyway. Resolves with the SHA-256 (hex)
   * of the bytes when all of them are durable and their checksum agrees with the store's. An object that is already
   * there under the key is an error.
   */
  putRaw(
    key: string,
    raw: ReadableStream<Uint8Array> | Uint8Array,
    envelope: RawEnvelope,
  ): Promise<{ sha256: string }>;
  /** The whole object, or null when there is none. */
  open(
    key: string,
  ): Promise<{ stream: ReadableStream<Uint8Array>; size: number; envelope: RawEnvelope | null } | null>;
  /** Bytes [start, end) of the object, or null when there is no object. */
  openRange(key: string, start: number, end: number): Promise<ReadableStream<Uint8Array> | null>;
  /** The same in memory. */
  readRange(key: string, start: number, end: number): Promise<Uint8Array | null>;
  head(key: string): Promise<StoredRaw | null>;
  /** In order of keys. `after`: without a cursor, those behind this key. */
  list(
    prefix: string,
    cursor: string | null,
    limit: number,
    after?: string,
  ): Promise<{ objects: StoredRaw[]; cursor: string | null }>;
  /** What is not there is no error. At most 1,000 keys. */
  delete(...keys: string[]): Promise<void>;
}
