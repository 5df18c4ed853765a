import type { JWTVerifyGetKey } from 'jose';
import * as z from 'zod';
import {
  type Fetcher,
  fetchJson,
  fetchKeys,
  HttpStatus,
  KeyCache,
  type Keys,
  ProviderUnavailable,
} from './key-cache.ts';
import { addressOf, type OidcIssuer } from './settings.ts';

// OpenID Connect Discovery 1.0, 3
const metadataSchema = z.looseObject({
  issuer: z.string(),
  jwks_uri: z.string(),
  authorization_endpoint: z.string().optional(),
  token_endpoint: z.string().optional(),
  end_session_endpoint: z.string().optional(),
});

export type ProviderMetadata = z.infer<typeof metadataSchema>;

/** What one provider publishes of itself, kept in the isolate. */
export class Provider {
  readonly #issuer: OidcIssuer;
  readonly #allowLoopback: boolean;
  readonly #fetch: Fetcher;
  readonly #cache: KeyCache<{ metadata: ProviderMetadata; keys: Keys }>;

  constructor(issuer: OidcIssuer, allowLoopback: boolean, fetcher: Fetcher) {
    this.#issuer = issuer;
    this.#allowLoopback = allowLoopback;
    this.#fetch = fetcher;
    this.#cache = new KeyCache(() => this.#load());
  }

  /** @throws ProviderUnavailable */
  async metadata(now: number): Promise<ProviderMetadata> {
    return (await this.#cache.get(now)).metadata;
  }

  /**
   * Asks the provider for the tokens of a code (RFC 6749 4.1.3). null: it refuses. Rejects with ProviderUnavailable.
   * @param authorization of the client, or null where it has no secret
   */
  async exchange(now: number, form: URLSearchParams, authorization: string | null): Promise<unknown> {
    const { metadata } = await this.#cache.get(now);
    const at = addressOf(metadata.token_endpoint ?? '', this.#allowLoopback);
    try {
      // The secret and the code go nowhere but where the setting says.
      if (at === null || !this.#issuer.keyHosts.includes(at.host))
        throw new Error('codes are not traded there');
      return await fetchJson(this.#fetch, at.href, {
        method: 'POST',
        headers: {
          accept: 'application/json',
          'content-type': 'application/x-www-form-urlencoded',
          ...(authorization === null ? {} : { authorization }),
        },
        body: form.toString(),
      });
    } catch (error) {
      if (error instanceof HttpStatus && [400, 401].includes(error.status)) return null;
      throw new ProviderUnavailable(error);
    }
  }

  /** Finds the key of a token. Rejects with ProviderUnavailable, or with an error of jose. */
  keyFor(now: number): JWTVerifyGetKey {
    return this.#cache.keyFor(now);
  }

  async #load() {
    const { issuer, keyHosts } = this.#issuer;
    const at = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const metadata = metadataSchema.parse(await fetchJson(this.#fetch, at));
    // OpenID Connect Discovery 1.0, 4.3: or one provider could pass for another.
    if (metadata.issuer !== issuer) throw new Error('the provider calls itself otherwise');
    const keysAt = addressOf(metadata.jwks_uri.split('?', 1)[0] ?? '', this.#allowLoopback);
    if (keysAt === null || !keyHosts.includes(keysAt.host)) {
      throw new Error(`keys are not fetched from ${metadata.jwks_uri.slice(0, 200)}`);
    }
    return { metadata, keys: await fetchKeys(this.#fetch, metadata.jwks_uri) };
  }
}
