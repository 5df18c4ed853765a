/**
 * Remembers headers that were verified, for a short time and in this isolate only, so that the slow password
 * hash is not paid on every request of a phone. What is kept is a digest under a random key of the isolate,
 * never the header.
 */
export class VerifiedCache<T> {
  readonly #entries = new Map<string, { value: T; until: number }>();
  readonly #pending = new Map<string, Promise<T | null>>();
  readonly #ttl: number;
  readonly #max: number;
  #key: Promise<CryptoKey> | null = null;

  /** @param ttl milliseconds a verified header is remembered. @param max entries kept. */
  constructor(ttl: number, max: number) {
    this.#ttl = ttl;
    this.#max = max;
  }

  /** The remembered value, or that of `verify` (asked once for concurrent equal headers); null is not kept. */
  async get(header: string, now: number, verify: () => Promise<T | null>): Promise<T | null> {
    const id = await this.#digest(header);
    const hit = this.#entries.get(id);
    if (hit !== undefined && hit.until > now) return hit.value;
    this.#entries.delete(id);
    // A phone opens several connections at once: one hash, not five.
    let pending = this.#pending.get(id);
    if (pending === undefined) {
      pending = verify().finally(() => this.#pending.delete(id));
      this.#pending.set(id, pending);
    }
    const value = await pending;
    if (value !== null) {
      this.#entries.set(id, { value, until: now + this.#ttl });
      if (this.#entries.size > this.#max) {
        const oldest = this.#entries.keys().next();
        if (!oldest.done) this.#entries.delete(oldest.value);
      }
    }
    return value;
  }

  /** Forgets everything that `matches`. */
  forget(matches: (value: T) => boolean): void {
    for (const [id, entry] of this.#entries) if (matches(entry.value)) this.#entries.delete(id);
  }

  async #digest(header: string): Promise<string> {
    // Made on first use: random values may not be taken while a Worker's global scope runs.
    this.#key ??= crypto.subtle.importKey(
      'raw',
      crypto.getRandomValues(new Uint8Array(32)),
      { name: 'HMAC', hash: 'SHA-256' },
      false,
      ['sign'],
    );
    const mac = await crypto.subtle.sign('HMAC', await this.#key, new TextEncoder().encode(header));
    return String.fromCharCode(...new Uint8Array(mac));
  }
}
