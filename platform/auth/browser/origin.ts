import type { Config } from '../../config.ts';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Where people see the installation: PUBLIC_URL, or what was asked; on this machine always what was asked. */
export function originOf(request: Request, { publicUrl }: Pick<Config, 'publicUrl'>): URL {
  const own = new URL(request.url);
  if (isLocal(own) || publicUrl === null) return new URL(own.origin);
  return new URL(publicUrl);
}

/** http on this machine, where browsers keep no Secure cookie. */
export function isLocal(url: URL): boolean {
  return url.protocol === 'http:' && LOOPBACK.test(url.hostname);
}

/**
 * Whether a request comes from a page of ours (A38). Browsers say so in one of two fields, or in both; who says nothing
 * is refused, since a cookie came along.
 */
export function isSameOrigin(request: Request, config: Pick<Config, 'publicUrl'>): boolean {
  const site = request.headers.get('sec-fetch-site');
  if (site !== null && site !== 'same-origin') return false;
  const origin = request.headers.get('origin');
  return origin === null ? site !== null : origin === originOf(request, config).origin;
}
