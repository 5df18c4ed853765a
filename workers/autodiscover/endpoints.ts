import type { Config } from '../../platform/config.ts';

/** Where clients find the services of this installation. */
export interface Endpoints {
  /** Scheme and host, without a slash at the end. */
  base: string;
  host: string;
  port: number;
  secure: boolean;
  activeSync: string;
  ews: string;
  pox: string;
}

/** The address that the installation has been given (PUBLIC_URL), or else the one under which it was asked. */
export function endpointsOf(url: URL, config: Pick<Config, 'publicUrl'>): Endpoints {
  const { origin: base, hostname: host, protocol, port } = new URL(config.publicUrl ?? url.origin);
  const secure = protocol === 'https:';
  return {
    ...{ base, host, secure, port: port === '' ? (secure ? 443 : 80) : Number(port) },
    activeSync: `${base}/Microsoft-Server-ActiveSync`,
    ews: `${base}/EWS/Exchange.asmx`,
    pox: `${base}/autodiscover/autodiscover.xml`,
  };
}

/**
 * Where a request that came in clear is sent instead, or null. Nothing is said, and no password taken, over plain http,
 * except on this machine and where the installation has an address with http by its own choice.
 */
export function secureLocation(url: URL, config: Pick<Config, 'publicUrl'>): string | null {
  if (url.protocol !== 'http:' || config.publicUrl?.startsWith('http:')) return null;
  if (/^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname)) return null;
  return `https://${url.hostname}${url.pathname}${url.search}`;
}
