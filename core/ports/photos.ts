/** Photos of users. An object is never changed: a new photo has a new key. */
export interface PhotoStore {
  put(key: string, bytes: Uint8Array, mediaType: string): Promise<void>;
  get(key: string): Promise<Uint8Array | null>;
  delete(key: string): Promise<void>;
}
