interface StoredObject {
  key: string;
  size: number;
  /** Milliseconds since the epoch. */
  uploadedAt: number;
}

/** The bucket of raw messages, as what keeps and lists other things in it sees it: plain objects under keys. */
export interface ObjectStore {
  /** Creates an object once. False, and nothing done, when there is one under the key. */
  create(key: string, text: string): Promise<boolean>;
  /** The same of bytes. */
  createBytes(key: string, bytes: Uint8Array): Promise<boolean>;
  /** Bytes [start, end) of an object, as they are wanted; null when there is none. */
  openBytes(key: string, start: number, end: number): Promise<ReadableStream<Uint8Array> | null>;
  /** null when there is none. */
  read(key: string): Promise<{ text: string; uploadedAt: number } | null>;
  /** Objects under the prefix in order of their keys, after this key ('' for the first), at most `limit` (1,000). */
  list(prefix: string, after: string, limit: number): Promise<{ objects: StoredObject[]; more: boolean }>;
  delete(keys: readonly string[]): Promise<void>;
}
