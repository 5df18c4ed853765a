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
