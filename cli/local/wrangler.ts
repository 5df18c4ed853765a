import type * as Wrangler from 'wrangler';

let loaded: Promise<typeof Wrangler> | undefined;

/**
 * wrangler, loaded when it is first needed (it takes most of a second) and without its voice: what it has to
 * say to a person at a prompt is said by the commands here.
 */
export function loadWrangler(): Promise<typeof Wrangler> {
  process.env['WRANGLER_LOG'] ??= 'none';
  process.env['WRANGLER_SEND_METRICS'] ??= 'false';
  // No look-up of a real request's `cf` object: the local start needs no network.
  process.env['CLOUDFLARE_CF_FETCH_ENABLED'] ??= 'false';
  loaded ??= import('wrangler');
  return loaded;
}
