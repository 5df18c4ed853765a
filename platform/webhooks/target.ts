import type { Dns } from '../../core/ports/dns.ts';
import type { Config } from '../config.ts';
import { checkHost, checkHostForm, HostRefused } from '../host-check.ts';

type HostConfig = Pick<Config, 'webhookHosts' | 'publicUrl' | 'filesUrl' | 'authservId'>;

const MAX_URL = 2000;

/**
 * Checks what can be checked of an address without asking anybody: https (http to this machine where private hosts are
 * allowed), no user or fragment in it, a host and port that may be named, and not this installation. Throws HostRefused.
 * @param own further hosts of this installation
 */
export function checkTargetForm(text: string, config: HostConfig, own: readonly string[] = []): URL {
  const url = URL.canParse(text) && text.length <= MAX_URL ? new URL(text) : null;
  if (url === null) throw new HostRefused('name', 'an address like https://host/path is needed');
  if (url.username !== '' || url.password !== '' || url.hash !== '')
    throw new HostRefused('name', 'the address has no user, password or fragment in it');
  const local = config.webhookHosts.allowPrivate && isThisMachine(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && local))
    throw new HostRefused('name', 'the address begins with https://');
  const port = portOf(url);
  const policy = local ? { ...config.webhookHosts, ports: [port] } : config.webhookHosts;
  checkHostForm(url.hostname, port, policy);
  if (isOwn(url, config, own))
    throw new HostRefused('name', 'this is the address of this installation itself');
  return url;
}

/** The same, and asks what the name stands for now: to be asked again right before each request (DNS rebinding). */
export async function checkTarget(text: string, config: HostConfig, dns: Dns): Promise<URL> {
  const url = checkTargetForm(text, config);
  const port = portOf(url);
  await checkHost(dns, url.hostname, port, { ...config.webhookHosts, ports: [port] });
  return url;
}

function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** On one machine many listen, each on a port of its own; else a name is one host. */
function isOwn(url: URL, { publicUrl, filesUrl, authservId }: HostConfig, own: readonly string[]): boolean {
  const origins = [publicUrl, filesUrl, ...own.map((host) => `https://${host}`)].flatMap((text) =>
    text !== null && URL.canParse(text) ? [new URL(text)] : [],
  );
  const name = url.hostname.replace(/\.$/, '');
  if (name === authservId) return true;
  return origins.some((one) => (isThisMachine(name) ? one.host === url.host : one.hostname === name));
}
