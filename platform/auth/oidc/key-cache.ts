import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import * as z from 'zod';
import { Joined } from '../join.ts';

/** What is published is fetched again after this. */
const FRESH_MS = 600_000;
/** While its host cannot be reached, what was known holds this long. */
const STALE_MS = 86_400_000;
/** Between two attempts that somebody's token may cause: anybody can write a key id into a token. */
const COOLDOWN_MS = 30_000;
const TIMEOUT_MS = 5_000;
const MAX_BYTES = 256 * 1024;

/** The host that publishes keys cannot be asked now, and nothing is known of the key. */
export class ProviderUnavailable extends Error {
  constructor(cause: unknown) {
    super('the OpenID provider cannot be reached', { cause });
    this.name = 'ProviderUnavailable';
  }
}

export type Fetcher = (url: string, init: RequestInit) => Promise<Response>;
export type Keys = ReturnType<typeof createLocalJWKSet>;

const keysSchema = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(100) });

/** Something that is published with keys, kept in the isolate. */
export class KeyCache<T extends { keys: Keys }> {
  readonly #load: () => Promise<T>;
  readonly #joined = new Joined<{ value: T; at: number }>();
  #known: { value: T; at: number } | null = null;
  #triedAt = Number.NEGATIVE_INFINITY;
  #failed = false;

  constructor(load: () => Promise<T>) {
    this.#load = load;
  }

  /** @throws ProviderUnavailable */
  async get(now: number): Promise<T> {
    return (await this.#get(now)).value;
  }

  /**
   * Finds the key of a token. A key id that is not known may be one that was just made: the keys are fetched once more,
   * though not for every token that says so. Rejects with ProviderUnavailable, or with an error of jose.
   */
  keyFor(now: number): JWTVerifyGetKey {
    return async (header, token) => {
      const known = await this.#get(now);
      try {
        return await known.value.keys(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        const newer = await this.#newer(known, now);
        if (newer === null) throw error;
        return newer.value.keys(header, token);
      }
    };
  }

  async #get(now: number) {
    const known = this.#known;
    if (known !== null && now - known.at < FRESH_MS) return known;
    const usable = known !== null && now - known.at < STALE_MS ? known : null;
    // What is usable is used while the host is down, and it is not asked for every token.
    if (usable !== null && now - this.#triedAt < COOLDOWN_MS) return usable;
    try {
      return await this.#refresh(now);
    } catch (error) {
      if (usable !== null) return usable;
      throw new ProviderUnavailable(error);
    }
  }

  /** null when nothing newer came, or it is too early to ask. Rejects with ProviderUnavailable when nobody can tell. */
  async #newer(known: { value: T; at: number }, now: number) {
    // Another request has asked meanwhile.
    if (this.#known !== null && this.#known !== known) return this.#known;
    if (now - this.#triedAt < COOLDOWN_MS && !this.#joined.isRunning('')) {
      if (this.#failed) throw new ProviderUnavailable(null);
      return null;
    }
    try {
      return await this.#refresh(now);
    } catch (error) {
      throw new ProviderUnavailable(error);
    }
  }

  #refresh(now: number) {
    return this.#joined.run('', async () => {
      this.#triedAt = now;
      this.#failed = true;
      const value = await this.#load();
      this.#failed = false;
      this.#known = { value, at: now };
      return this.#known;
    });
  }
}

/** The key set (RFC 7517 5) at an address. */
export async function fetchKeys(fetcher: Fetcher, url: string): Promise<Keys> {
  return createLocalJWKSet(keysSchema.parse(await fetchJson(fetcher, url)) as JSONWebKeySet);
}

export async function fetchJson(fetcher: Fetcher, url: string, init: RequestInit = {}): Promise<unknown> {
  const response = await fetcher(url, {
    headers: { accept: 'application/json' },
    // A redirection could lead to a host that nobody has named.
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...init,
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new HttpStatus(url, response.status);
  }
  return JSON.parse(await boundedText(response)) as unknown;
}

export class HttpStatus extends Error {
  readonly status: number;
  constructor(url: string, status: number) {
    super(`${url}: HTTP ${status}`);
    this.name = 'HttpStatus';
    this.status = status;
  }
}

async function boundedText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength;
    if (length > MAX_BYTES) throw new Error('the answer is too long');
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
