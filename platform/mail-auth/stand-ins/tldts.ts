/**
 * In the place of the package of this name (`alias` in wrangler.toml). mailauth asks it for the organizational domain
 * behind the flag `aligned` of a signature, which nothing reads: DMARC walks the DNS instead (RFC 9989 4.10). The
 * package itself holds the whole public suffix list. Without an answer a domain stands for itself.
 */
export function getDomain(_host: string, _options?: object): string | null {
  return null;
}
