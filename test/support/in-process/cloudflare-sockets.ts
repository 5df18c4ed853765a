/** What `cloudflare:sockets` is here: sockets of this process. */
import { nodeSocket } from '../node-connect.ts';

export function connect(
  { hostname, port }: { hostname: string; port: number },
  { secureTransport = 'off' }: { secureTransport?: 'on' | 'starttls' | 'off' } = {},
) {
  return nodeSocket({ hostname: hostname.replace(/^\[(.*)\]$/, '$1'), port }, secureTransport);
}
