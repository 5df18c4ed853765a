import type { Config } from '../../config.ts';
import { isLocal, originOf } from './origin.ts';

/**
 * With `__Host-` a browser takes it from this very host alone and sends it nowhere else (RFC 6265bis 4.1.3.2): a page of
 * a neighbouring host can put no session of its own in its place (A37).
 */
function nameOf(name: string, secure: boolean): string {
  return secure ? `__Host-${name}` : name;
}

function isSecure(request: Request, config: Pick<Config, 'publicUrl'>): boolean {
  return !isLocal(originOf(request, config));
}

/** The value of a cookie, or null. */
export function readCookie(request: Request, config: Pick<Config, 'publicUrl'>, name: string): string | null {
  const wanted = nameOf(name, isSecure(request, config));
  for (const part of (request.headers.get('cookie') ?? '').slice(0, 16_384).split(';')) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === wanted) return part.slice(at + 1).trim();
  }
  return null;
}

/** A Set-Cookie field; an empty value forgets it. */
export function writeCookie(
  request: Request,
  config: Pick<Config, 'publicUrl'>,
  { name, value, maxAgeSeconds }: { name: string; value: string; maxAgeSeconds: number },
): string {
  const secure = isSecure(request, config);
  return [
    `${nameOf(name, secure)}=${value}`,
    'Path=/',
    `Max-Age=${value === '' ? 0 : Math.max(0, Math.floor(maxAgeSeconds))}`,
    'HttpOnly',
    'SameSite=Lax',
    ...(secure ? ['Secure'] : []),
  ].join('; ');
}
