import { Joined } from './join.ts';
import type { Attempt, AuthRefusal, SignedIn } from './types.ts';

/** After this, what is remembered is compared with the directory before it is believed again (I21: 60 s everywhere). */
const RECHECK_MS = 30_000;

interface Entry {
  value: SignedIn;
  until: number;
  checkedAt: number;
}

/**
 * Remembers headers that were verified, for a short time and in this isolate only, so that the slow password
 * hash is not paid on every request of a phone. What is kept is a digest under a random key of the isolate,
 * never the header.
 */
export class VerifiedCache {
  readonly #entries = new Map<string, Entry>();
  readonly #joined = new Joined<Attempt>();
  readonly #max: number;
  #key: Promise<CryptoKey> | null = null;

  /** @param max entries kept */
  constructor(max: number) {
    this.#max = max;
  }

  /**
   * The remembered value, or the outcome of `verify` (asked once for concurrent equal headers); a refusal is not kept.
   * @param recheck the value as it is now, by a cheap read; null: it is to be verified anew
   */
  async get(
    header: string,
    now: number,
    { verify, recheck }: { verify(): Promise<Attempt>; recheck(value: SignedIn): Promise<SignedIn | null> },
  ): Promise<{ kind: 'ok'; value: SignedIn } | AuthRefusal> {
    const id = await this.#digest(header);
    const hit = this.#entries.get(id);
    if (hit !== undefined && hit.until > now) {
      if (now - hit.checkedAt < RECHECK_MS) return { kind: 'ok', value: hit.value };
      const value = await recheck(hit.value);
      if (value !== null) {
        // Unless it was forgotten meanwhile.
        if (this.#entries.get(id) === hit) this.#entries.set(id, { ...hit, value, checkedAt: now });
        return { kind: 'ok', value };
      }
    }
    this.#entries.delete(id);
    // A phone opens several connections at once: one hash, not five.
    const outcome = await this.#joined.run(id, verify);
    if (outcome.kind === 'ok') {
      this.#entries.set(id, { value: outcome.value, until: outcome.until, checkedAt: now });
      if (this.#entries.size > this.#max) {
        const oldest = this.#entries.keys().next();
        if (!oldest.done) this.#entries.delete(oldest.value);
      }
    }
    return outcome;
  }

  /** Forgets everything that `matches`. */
  forget(matches: (value: SignedIn) => boolean): void {
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
