import { Buffer } from 'node:buffer';
import { el, encodeWbxml } from '../codecs/wbxml/index.ts';
import type { Account } from './device.ts';
import { startBenchWorker, workerdMemory } from './local.ts';
import { round } from './stats.ts';

const LARGE = 20_000_000;
const SMALL = 1_000_000;
const WARM_UP = 40;

interface Streamed {
  seconds: number;
  bytes: number;
  /** MB above what workerd held before, at the highest of samples 10 ms apart. */
  grownMb: number;
}

type Way = 'r2' | 'parts' | 'inline';

/**
 * An attachment of 20 MB, as a part of its own and inline, and beside them its raw handed through from R2 by a Worker
 * that does nothing else. Each in a runtime of its own which has streamed twice as many bytes in small attachments:
 * what a busy isolate holds anyway is not what is measured.
 */
export async function attachmentMemory(): Promise<Record<Way, Streamed>> {
  return { r2: await measure('r2'), parts: await measure('parts'), inline: await measure('inline') };
}

async function measure(way: Way): Promise<Streamed> {
  const worker = await startBenchWorker();
  try {
    const account = { url: worker.url, address: 'attachment@bench.test', password: 'bench-password-1' };
    await worker.admin('POST', '/domains', { domain: 'bench.test' });
    const { address, password } = account;
    await worker.admin('POST', '/users', { address, password, displayName: 'attachment' });
    const small = await seed(account, SMALL);
    for (let i = 0; i < WARM_UP; i++) await stream(account, small, way);
    const large = await seed(account, LARGE);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    return await stream(account, large, way);
  } finally {
    await worker.stop();
  }
}

/** FileReference of a new attachment of so many bytes. */
async function seed({ url, address }: Account, bytes: number): Promise<string> {
  const query = new URLSearchParams({ user: address, bytes: String(bytes) });
  return (await fetch(`${url}/bench/seed-attachment?${query}`)).text();
}

/** Asks for the bytes and throws them away, watching the memory of workerd meanwhile. */
async function stream(account: Account, reference: string, way: Way): Promise<Streamed> {
  const before = workerdMemory();
  let highest = before;
  const sampler = setInterval(() => {
    highest = Math.max(highest, workerdMemory());
  }, 10);
  const start = performance.now();
  try {
    const response = await request(account, reference, way);
    if (response.status !== 200 || response.body === null) throw new Error(`attachment: ${response.status}`);
    let bytes = 0;
    for await (const chunk of response.body) bytes += chunk.length;
    const seconds = round((performance.now() - start) / 1000);
    return { seconds, bytes, grownMb: round((highest - before) / 1024) };
  } finally {
    clearInterval(sampler);
  }
}

function request({ url, address, password }: Account, reference: string, way: Way): Promise<Response> {
  if (way === 'r2') return fetch(`${url}/bench/raw?key=bench/${reference.split('.')[0]}`);
  const root = el(
    'ItemOperations:ItemOperations',
    el(
      'ItemOperations:Fetch',
      el('ItemOperations:Store', 'Mailbox'),
      el('AirSyncBase:FileReference', reference),
    ),
  );
  const query = new URLSearchParams({ Cmd: 'ItemOperations', DeviceId: 'BENCHATTACH', DeviceType: 'Bench' });
  return fetch(`${url}/Microsoft-Server-ActiveSync?${query}`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${address}:${password}`).toString('base64')}`,
      'ms-asprotocolversion': '16.1',
      'content-type': 'application/vnd.ms-sync.wbxml',
      'accept-encoding': 'identity',
      ...(way === 'parts' ? { 'ms-asacceptmultipart': 'T' } : {}),
    },
    body: encodeWbxml(root, { version: '16.1' }) as Uint8Array<ArrayBuffer>,
  });
}
