/** What `cloudflare:sockets` is here: sockets of this machine. */
import { nodeSocket } from '../node-connect.ts';

export function connect(
  to: { hostname: string; port: number },
  { secureTransport = 'off' }: { secureTransport?: 'on' | 'starttls' | 'off' } = {},
): ReturnType<typeof nodeSocket> {
  return nodeSocket(to, secureTransport);
}
