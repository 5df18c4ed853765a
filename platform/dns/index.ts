import { decodeResponse, encodeQuery, TYPE_NUMBERS } from '../../codecs/dns/index.ts';
import type { Dns, DnsAnswer, DnsType } from '../../core/ports/dns.ts';
import { createAnswerCache } from './cache.ts';
import { readStep } from './resolve.ts';

export interface DnsConfig {
  /** Address of a resolver that speaks DNS over HTTPS (RFC 8484). */
  dnsOverHttpsUrl: string;
}

interface DnsOptions {
  /** Milliseconds that one question may take. */
  timeoutMs?: number;
  now?: () => number;
}

const CONTENT_TYPE = 'application/dns-message';
const TIMEOUT_MS = 5000;
/** RFC 1035 4.2.2: no message of the DNS is longer. */
const MAX_BYTES = 65_535;
/** Questions of one look-up, when the resolver leaves following aliases to us. */
const MAX_QUESTIONS = 4;

/** DNS over HTTPS (RFC 8484) with answers remembered for as long as they hold. One serves an isolate. */
export function createDns(
  config: DnsConfig,
  { timeoutMs = TIMEOUT_MS, now = Date.now }: DnsOptions = {},
): Dns {
  const cache = createAnswerCache(now);

  async function look(name: string, type: DnsType): Promise<{ answer: DnsAnswer; ttl: number }> {
    let ask = name;
    let ttl = Number.POSITIVE_INFINITY;
    for (let i = 0; i < MAX_QUESTIONS; i++) {
      const response = decodeResponse(
        await exchange(config.dnsOverHttpsUrl, encodeQuery(ask, type), timeoutMs),
      );
      const step = readStep(response, ask, type);
      ttl = Math.min(ttl, step.ttl);
      if ('answer' in step) return { answer: step.answer, ttl };
      ask = step.ask;
    }
    throw new Error(`dns: too many aliases at ${name}`);
  }

  return {
    async query(name, type) {
      const plain = name.toLowerCase().replace(/\.$/, '');
      const key = `${TYPE_NUMBERS[type]} ${plain}`;
      const known = cache.get(key);
      if (known !== undefined) return known;
      const { answer, ttl } = await look(plain, type);
      cache.put(key, answer, ttl);
      return structuredClone(answer);
    },
  };
}

async function exchange(base: string, query: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
  const url = new URL(base);
  url.searchParams.set('dns', base64url(query));
  const response = await fetch(url, {
    headers: { accept: CONTENT_TYPE },
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  });
  const type = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (response.status !== 200 || type !== CONTENT_TYPE) {
    await response.body?.cancel();
    throw new Error(`dns: the resolver answered ${response.status} ${type ?? ''}`);
  }
  return readLimited(response);
}

async function readLimited(response: Response): Promise<Uint8Array> {
  const out = new Uint8Array(MAX_BYTES);
  let size = 0;
  const reader = response.body?.getReader();
  for (let next = await reader?.read(); next?.done === false; next = await reader?.read()) {
    if (size + next.value.length > MAX_BYTES) {
      await reader?.cancel();
      throw new Error('dns: the answer is too long');
    }
    out.set(next.value, size);
    size += next.value.length;
  }
  return out.subarray(0, size);
}

/** RFC 8484 4.1: without padding. */
function base64url(bytes: Uint8Array): string {
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
