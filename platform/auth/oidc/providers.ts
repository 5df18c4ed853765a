import { Provider } from './provider.ts';
import type { OidcIssuer } from './settings.ts';

type Providers = ReadonlyMap<string, { issuer: OidcIssuer; provider: Provider }>;

/** What is known of providers outlives the request; there is one list of them for each configuration. */
const kept = new WeakMap<readonly OidcIssuer[], Providers>();

/** The configured providers by their issuer. */
export function providersOf(config: {
  oidcIssuers: readonly OidcIssuer[];
  relayHosts: { allowPrivate: boolean };
}): Providers {
  const { oidcIssuers, relayHosts } = config;
  let providers = kept.get(oidcIssuers);
  if (providers === undefined) {
    providers = new Map(
      oidcIssuers.map((issuer) => [
        issuer.issuer,
        {
          issuer,
          provider: new Provider(issuer, relayHosts.allowPrivate, (url, init) => fetch(url, init)),
        },
      ]),
    );
    kept.set(oidcIssuers, providers);
  }
  return providers;
}
