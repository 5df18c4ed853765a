import type { Config } from './config.ts';
import type { Logger } from './log.ts';

/**
 * Where a request that came in clear is to be sent instead, or null. Nothing is said, and no password taken, over plain
 * http, except on this machine and where the installation has an address with http by its own choice (PUBLIC_URL).
 */
function secureLocation(url: URL, config: Pick<Config, 'publicUrl'>): string | null {
  if (url.protocol !== 'http:' || config.publicUrl?.startsWith('http:')) return null;
  if (/^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname)) return null;
  return `https://${url.hostname}${url.pathname}${url.search}`;
}

/**
 * The answer to a request in clear, the same for all edges; null when it may be served. Who only looks is sent to https.
 * What carries a password or a change is refused, and not asked to sign in: a program that is told to come again would
 * send its password in clear as long as nobody notices.
 * @param always programs that look for their server may be sent on, whatever they have sent
 */
export function answerInClear(
  request: Request,
  { config, log }: { config: Pick<Config, 'publicUrl'>; log: Logger },
  { always }: { always: boolean },
): Response | null {
  const location = secureLocation(new URL(request.url), config);
  if (location === null) return null;
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
  const looks = ['GET', 'HEAD'].includes(request.method) && !request.headers.has('authorization');
  if (always || looks) {
    return new Response('this is found under https\n', { status: 302, headers: { ...headers, location } });
  }
  log.warn('http.in-clear', { method: request.method, signedIn: request.headers.has('authorization') });
  return new Response('only https is served here\n', { status: 403, headers });
}
