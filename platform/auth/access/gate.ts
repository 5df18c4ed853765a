import { errors, jwtVerify } from 'jose';
import type { Config } from '../../config.ts';
import type { Logger } from '../../log.ts';
import { fetchKeys, KeyCache, type Keys } from '../oidc/key-cache.ts';
import { TOLERANCE } from '../oidc/verify.ts';
import type { AccessSettings, GatedEdge } from './settings.ts';

const HEADER = 'cf-access-jwt-assertion';
const MAX_TOKEN = 16_384;
/** For whoever did not pass. */
export const NOT_PASSED = 'this is reached through Cloudflare Access alone';

/** What is known of the keys outlives the request; for each installation. */
const kept = new WeakMap<AccessSettings, KeyCache<{ keys: Keys }>>();

interface GateServices {
  config: Pick<Config, 'access'>;
  log: Logger;
  now(): number;
}

/**
 * The outer gate of an edge, to be passed before anything else is looked at: where one is set up (docs/authentication.md),
 * a request must have come through Cloudflare Access, which says so in a token of its own. Whom the token is about does not
 * matter here: signing in comes after it. Rejects with ProviderUnavailable when nobody can tell.
 */
export async function passesAccess(
  request: Request,
  services: GateServices,
  edge: GatedEdge,
): Promise<boolean> {
  const { access } = services.config;
  if (access === null || !access.edges.includes(edge)) return true;
  const reason = await judge(request.headers.get(HEADER), access, services.now());
  if (reason !== null) services.log.info('access.refused', { edge, reason });
  return reason === null;
}

/** Why a token does not open the gate, for the log; null: it does. */
async function judge(token: string | null, access: AccessSettings, now: number): Promise<string | null> {
  if (token === null) return 'no token';
  if (token.length > MAX_TOKEN) return 'too long';
  try {
    const { payload } = await jwtVerify(token, cacheOf(access).keyFor(now), {
      issuer: access.issuer,
      audience: access.audiences,
      // Access signs with RS256 alone; a public key must never serve as a shared secret (RFC 8725 3.1).
      algorithms: ['RS256'],
      clockTolerance: TOLERANCE,
      currentDate: new Date(now),
      requiredClaims: ['exp', 'iat'],
    });
    // A session of the team's own pages is a token too, and is for no application.
    if (payload['type'] !== undefined && payload['type'] !== 'app') return 'type';
    // People have an address, programs (service tokens) a common name.
    const who = [payload['email'], payload['common_name']];
    return who.some((one) => typeof one === 'string' && one !== '') ? null : 'nobody';
  } catch (error) {
    if (error instanceof errors.JOSEError) return error.code;
    throw error;
  }
}

function cacheOf(access: AccessSettings): KeyCache<{ keys: Keys }> {
  let cache = kept.get(access);
  if (cache === undefined) {
    const fetcher = (url: string, init: RequestInit) => fetch(url, init);
    cache = new KeyCache(async () => ({ keys: await fetchKeys(fetcher, access.certsUrl) }));
    kept.set(access, cache);
  }
  return cache;
}
