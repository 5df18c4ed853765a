import { providersOf } from './oidc/providers.ts';
import type { AuthRefusal, AuthServices } from './types.ts';

/** A stranger is not kept waiting for a provider that is slow. */
const PATIENCE_MS = 1_500;

/** Why somebody waits. */
const WAIT = {
  limited: 'too many failed sign-ins',
  busy: 'too many requests',
  unavailable: 'sign-in is not possible now',
} as const;

/** How a refusal is said over HTTP, whatever form an edge gives it. */
export interface HttpRefusal {
  status: 401 | 503;
  text: string;
  headers: Headers;
}

/**
 * Status, words and header fields of a refusal. Every way to sign in is a challenge of its own (RFC 9110 11.6.1), in a
 * field of its own, since many clients read only what comes first.
 */
export async function httpRefusal(
  auth: AuthRefusal,
  services: Pick<AuthServices, 'config' | 'now'>,
): Promise<HttpRefusal> {
  const headers = new Headers({ 'cache-control': 'no-store' });
  if (auth.kind !== 'denied') {
    headers.set('retry-after', String(auth.retryAfterSeconds));
    return { status: 503, text: WAIT[auth.kind], headers };
  }
  headers.append('www-authenticate', 'Basic realm="Waypost", charset="UTF-8"');
  for (const challenge of await bearerChallenges(auth.token, services)) {
    headers.append('www-authenticate', challenge);
  }
  return { status: 401, text: 'sign-in required', headers };
}

/** As Exchange says it (MS-OXPROTO): where a token is got, and by whom it must be made. RFC 6750 3 for the error. */
async function bearerChallenges(
  wrongToken: boolean,
  { config, now }: Pick<AuthServices, 'config' | 'now'>,
): Promise<string[]> {
  const challenges = [...providersOf(config).values()].map(async ({ issuer, provider }) => {
    const known = await soon(provider.metadata(now()).catch(() => null));
    const at = known?.authorization_endpoint;
    return [
      'Bearer realm="Waypost"',
      `trusted_issuers="${issuer.issuer}"`,
      ...(at !== undefined && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(at) ? [`authorization_uri="${at}"`] : []),
      ...(wrongToken ? ['error="invalid_token"'] : []),
    ].join(', ');
  });
  return Promise.all(challenges);
}

async function soon<T>(work: Promise<T>): Promise<T | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), PATIENCE_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
