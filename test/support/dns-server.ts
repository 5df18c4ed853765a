import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeResponse, type RecordType, TYPE_NUMBERS } from '../../codecs/dns/index.ts';
import {
  encodeResponse,
  mxData,
  nameData,
  soaData,
  srvData,
  textData,
  type WireRecord,
} from '../../codecs/dns/testing.ts';
import type { DnsAnswer, DnsType } from '../../core/ports/dns.ts';
import { createMemoryDns, type MemoryDns, type Zone } from '../../platform/dns/memory.ts';

export interface DnsServer {
  /** Address for DNS_OVER_HTTPS_URL. */
  url: string;
  /** Its records, which may be changed while it runs. */
  zone: MemoryDns;
  stop(): Promise<void>;
}

/** A resolver on loopback that speaks DNS over HTTPS (RFC 8484) about a zone of one's own. */
export async function startDnsServer(zone: Zone = {}, ttl = 0): Promise<DnsServer> {
  const memory = createMemoryDns(zone);
  const server = createServer((request, response) => {
    const encoded = new URL(request.url ?? '/', 'http://dns.test').searchParams.get('dns') ?? '';
    answer(memory, new Uint8Array(Buffer.from(encoded, 'base64url')), ttl).then(
      (bytes) => response.writeHead(200, { 'content-type': 'application/dns-message' }).end(bytes),
      (error: unknown) => response.writeHead(400).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/dns-query`,
    zone: memory,
    stop: () =>
      new Promise((resolve, reject) => {
        server.closeAllConnections();
        server.close((error) => (error === undefined ? resolve() : reject(error)));
      }),
  };
}

async function answer(dns: MemoryDns, query: Uint8Array, ttl: number): Promise<Uint8Array> {
  // A question reads like an answer without records, but for the bit that says which it is.
  const flipped = Uint8Array.from(query);
  flipped[2] = (flipped[2] ?? 0) | 0x80;
  const { name, type: number } = decodeResponse(flipped).question;
  const type =
    (Object.keys(TYPE_NUMBERS) as RecordType[]).find((one) => TYPE_NUMBERS[one] === number) ?? 'TXT';
  const question = { name, type };
  const authority: WireRecord[] = [{ name: 'test', type: 'SOA', ttl, data: soaData(ttl) }];
  let found: DnsAnswer;
  try {
    found = await dns.query(name, type as DnsType);
  } catch {
    return encodeResponse({ question, rcode: 2 });
  }
  if (found.kind !== 'found')
    return encodeResponse({ question, rcode: found.kind === 'no-name' ? 3 : 0, authority });
  const data =
    found.type === 'MX'
      ? found.records.map(({ priority, exchange }) => mxData(priority, exchange))
      : found.records.map((value) => dataOf(type, value));
  return encodeResponse({ question, answers: data.map((one) => ({ name, type, ttl, data: one })) });
}

function dataOf(type: RecordType, value: string): Uint8Array {
  if (type === 'TXT') return textData(value);
  if (type === 'SRV') return srvData(value);
  if (type === 'A') return Uint8Array.from(value.split('.'), Number);
  if (type === 'AAAA') {
    const [head = '', tail = ''] = value.split('::');
    const [left, right] = [head, tail].map((half) => (half === '' ? [] : half.split(':')));
    const gap = Array.from({ length: 8 - (left?.length ?? 0) - (right?.length ?? 0) }, () => '0');
    const words = [...(left ?? []), ...gap, ...(right ?? [])].map((word) => Number.parseInt(word, 16));
    return Uint8Array.from(words.flatMap((word) => [word >> 8, word & 255]));
  }
  return nameData(value);
}
