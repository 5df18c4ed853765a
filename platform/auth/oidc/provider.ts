import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import * as z from 'zod';
import { Joined } from '../join.ts';
import { addressOf, type OidcIssuer } from './settings.ts';

/** What is known of a provider is fetched again after this. */
const FRESH_MS = 600_000;
/** While the provider cannot be reached, what was known of it holds this long. */
const STALE_MS = 86_400_000;
/** Between two attempts that somebody's token may cause: anybody can write a key id into a token. */
const COOLDOWN_MS = 30_000;
const TIMEOUT_MS = 5_000;
const MAX_BYTES = 256 * 1024;

/** The provider cannot be asked now, and nothing is known of it. */
export class ProviderUnavailable extends Error {
  constructor(cause: unknown) {
    super('the OpenID provider cannot be reached', { cause });
    this.name = 'ProviderUnavailable';
  }
}

// OpenID Connect Discovery 1.0, 3
const metadataSchema = z.looseObject({
  issuer: z.string(),
  jwks_uri: z.string(),
  authorization_endpoint: z.string().optional(),
  token_endpoint: z.string().optional(),
  end_session_endpoint: z.string().optional(),
});
const keysSchema = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(100) });

export type ProviderMetadata = z.infer<typeof metadataSchema>;
export type Fetcher = (url: string, init: RequestInit) => Promise<Response>;

interface Known {
  metadata: ProviderMetadata;
  keys: ReturnType<typeof createLocalJWKSet>;
  at: number;
}

/** What one provider publishes of itself, kept in the isolate. */
export class Provider {
  readonly #issuer: OidcIssuer;
  readonly #allowLoopback: boolean;
  readonly #fetch: Fetcher;
  readonly #joined = new Joined<Known>();
  #known: Known | null = null;
  #triedAt = Number.NEGATIVE_INFINITY;

  constructor(issuer: OidcIssuer, allowLoopback: boolean, fetcher: Fetcher) {
    this.#issuer = issuer;
    this.#allowLoopback = allowLoopback;
    this.#fetch = fetcher;
  }

  /** @throws ProviderUnavailable */
  async metadata(now: number): Promise<ProviderMetadata> {
    return (await this.#get(now)).metadata;
  }

  /**
   * Asks the provider for the tokens of a code (RFC 6749 4.1.3). null: it refuses. Rejects with ProviderUnavailable.
   * @param authorization of the client, or null where it has no secret
   */
  async exchange(now: number, form: URLSearchParams, authorization: string | null): Promise<unknown> {
    const { metadata } = await this.#get(now);
    const at = addressOf(metadata.token_endpoint ?? '', this.#allowLoopback);
    try {
      // The secret and the code go nowhere but where the setting says.
      if (at === null || !this.#issuer.keyHosts.includes(at.host))
        throw new Error('codes are not traded there');
      const response = await this.#fetch(at.href, {
        method: 'POST',
        headers: {
          accept: 'application/json',
          'content-type': 'application/x-www-form-urlencoded',
          ...(authorization === null ? {} : { authorization }),
        },
        body: form.toString(),
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (response.status === 200) return JSON.parse(await boundedText(response)) as unknown;
      await response.body?.cancel();
      if (response.status === 400 || response.status === 401) return null;
      throw new Error(`${at.href}: HTTP ${response.status}`);
    } catch (error) {
      throw new ProviderUnavailable(error);
    }
  }

  /**
   * Finds the key of a token. A key id that is not known may be one that was just made: the keys are fetched once more,
   * though not for every token that says so. Rejects with ProviderUnavailable, or with an error of jose.
   */
  keyFor(now: number): JWTVerifyGetKey {
    return async (header, token) => {
      const known = await this.#get(now);
      try {
        return await known.keys(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        const newer = await this.#newer(known, now);
        if (newer === null) throw error;
        return newer.keys(header, token);
      }
    };
  }

  async #get(now: number): Promise<Known> {
    const known = this.#known;
    if (known !== null && now - known.at < FRESH_MS) return known;
    const usable = known !== null && now - known.at < STALE_MS ? known : null;
    // What is usable is used while the provider is down, and it is not asked for every token.
    if (usable !== null && now - this.#triedAt < COOLDOWN_MS) return usable;
    try {
      return await this.#refresh(now);
    } catch (error) {
      if (usable !== null) return usable;
      throw new ProviderUnavailable(error);
    }
  }

  /** null when it is too early to ask, or nothing newer came. */
  async #newer(known: Known, now: number): Promise<Known | null> {
    // Another request has asked meanwhile.
    if (this.#known !== null && this.#known !== known) return this.#known;
    if (now - this.#triedAt < COOLDOWN_MS && !this.#joined.isRunning('')) return null;
    try {
      return await this.#refresh(now);
    } catch {
      return null;
    }
  }

  #refresh(now: number): Promise<Known> {
    return this.#joined.run('', async () => {
      this.#triedAt = now;
      const { issuer, keyHosts } = this.#issuer;
      const at = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
      const metadata = metadataSchema.parse(await this.#json(at));
      // OpenID Connect Discovery 1.0, 4.3: or one provider could pass for another.
      if (metadata.issuer !== issuer) throw new Error('the provider calls itself otherwise');
      const keysAt = addressOf(metadata.jwks_uri.split('?', 1)[0] ?? '', this.#allowLoopback);
      if (keysAt === null || !keyHosts.includes(keysAt.host)) {
        throw new Error(`keys are not fetched from ${metadata.jwks_uri.slice(0, 200)}`);
      }
      const keys = keysSchema.parse(await this.#json(metadata.jwks_uri)) as JSONWebKeySet;
      this.#known = { metadata, keys: createLocalJWKSet(keys), at: now };
      return this.#known;
    });
  }

  async #json(url: string): Promise<unknown> {
    const response = await this.#fetch(url, {
      headers: { accept: 'application/json' },
      // A redirection could lead to a host that nobody has named.
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`${url}: HTTP ${response.status}`);
    }
    return JSON.parse(await boundedText(response)) as unknown;
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
