/**
 * What the platform stamped on top of a message before it handed it over. Cloudflare Email Routing puts, above all
 * that the sender wrote: `Received: from <helo> (<ip>) by cloudflare-email.net (cloudflare) …`, its ARC set,
 * `Received-SPF` and `Authentication-Results: mx.cloudflare.net; …` with `smtp.remote-ip`, and last
 * `X-CF-SpamH-Score`. It does not always stamp results, and then the first ones in the message are the sender's
 * own (ATTACKS A25): nothing below the platform's block is believed.
 */
import { type AuthResults, parseAuthResults } from './auth-results.ts';
import { parseIp } from './ip.ts';

export interface PlatformTrace {
  /** The platform's own results, or null where it gave none. */
  results: AuthResults | null;
  /** Address of the client that gave the message to the platform, or null where the platform does not say. */
  clientIp: string | null;
  /** Name that client gave itself, or null. */
  helo: string | null;
}

export interface PlatformIdentity {
  /** authserv-id of its results (RFC 8601 2.5). */
  authservId: string;
  /** Name after `by` in its Received field; null when it writes none. */
  receivedBy: string | null;
}

const NOTHING: PlatformTrace = { results: null, clientIp: null, helo: null };
const ARC = /^arc-(?:seal|message-signature|authentication-results)$/;

/** @param headers fields of the message from its top: name in lower case, value unfolded */
export function platformTrace(
  headers: readonly { name: string; value: string }[],
  { authservId, receivedBy }: PlatformIdentity,
): PlatformTrace {
  const trace: PlatformTrace = { ...NOTHING };
  let received: ReturnType<typeof readReceived> = null;
  let spfIp: string | null = null;
  for (const { name, value } of headers) {
    if (name === 'received') {
      // One is the platform's; with a second one, or another's, the sender's part begins.
      if (received !== null || receivedBy === null) break;
      received = readReceived(value);
      if (received?.by !== receivedBy.toLowerCase()) return NOTHING;
    } else if (name === 'authentication-results') {
      if (trace.results !== null) continue;
      const results = parseAuthResults(value);
      if (results?.authservId === authservId.toLowerCase()) trace.results = results;
    } else if (name === 'received-spf') {
      spfIp ??= readReceivedSpf(value, authservId);
    } else if (!ARC.test(name)) break;
  }
  // Where the platform writes a Received field, what has none is not its.
  if (receivedBy !== null && received === null) return NOTHING;
  const remote = trace.results?.entries
    .map((e) => e.props.get('smtp.remote-ip'))
    .find((ip) => ip !== undefined);
  trace.clientIp =
    [remote, spfIp, received?.ip].find((ip) => typeof ip === 'string' && parseIp(ip) !== null) ?? null;
  trace.helo = received?.helo ?? null;
  return trace;
}

/** `from <helo> (<ip>) by <name> …` */
function readReceived(value: string): { helo: string; ip: string; by: string } | null {
  const match = /^from\s+(\S{1,255})\s+\(\[?([0-9a-f.:]{2,45})\]?\)\s+by\s+([^\s;()]{1,255})/i.exec(value);
  const [, helo = '', ip = '', by = ''] = match ?? [];
  return match === null ? null : { helo, ip, by: by.toLowerCase() };
}

/** The client's address of a field that the platform wrote (RFC 7208 9.1). */
function readReceivedSpf(value: string, authservId: string): string | null {
  // What stands in comments and quotes can be the sender's.
  const pairs = value.replace(/\((?:[^()\\]|\\.)*\)|"(?:[^"\\]|\\.)*"/g, ' ');
  const receiver = /\breceiver=([^\s;]{1,255})/i.exec(pairs)?.[1];
  if (receiver?.toLowerCase() !== authservId.toLowerCase()) return null;
  return /\bclient-ip=([0-9a-f.:]{2,45})(?=[\s;]|$)/i.exec(pairs)?.[1] ?? null;
}
