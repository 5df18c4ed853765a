import { workerdProcesses } from '../test/support/processes.ts';
import { startSmtpServer } from '../test/support/smtp-server.ts';
import { type BenchWorker, startBenchWorker, workerdMemory } from './local.ts';
import { round } from './stats.ts';

const BYTES = 10_000;
const LARGE = 20_000_000;
/** Invocations that submit at once. */
const CLIENTS = 4;

export interface OutboundFigures {
  /** Through the carrier alone. */
  relayPerSecond: number;
  /** From submission to the sink: outbox, queue, signature, carrier. */
  pipelinePerSecond: number;
  /** Milliseconds of CPU of workerd for each message of those: tells a slow Worker from a busy machine. */
  pipelineCpuMs: number;
  /** MB above what workerd held before, while a message of 20 MB goes through the carrier. */
  largeGrownMb: number;
  largeSeconds: number;
  connections: number;
}

/** A relay on loopback takes what a Worker of its own sends, and throws it away. */
export async function outboundFigures(messages: number): Promise<OutboundFigures> {
  const sink = await startSmtpServer({ forget: true });
  const worker = await startBenchWorker({
    ...{ RELAY_PORTS: String(sink.port), RELAY_ALLOW_PRIVATE: '1' },
    OUTBOUND_DEFAULT: `smtp://127.0.0.1:${sink.port}`,
  });
  try {
    const address = 'outbound@bench.test';
    await worker.admin('POST', '/domains', { domain: 'bench.test' });
    await worker.admin('POST', '/users', { address, password: 'bench-password-1', displayName: 'outbound' });
    const call = (act: string, n: number, bytes: number) => ask(worker, act, { user: address, n, bytes });
    const rate = async (n: number, work: () => Promise<unknown>) => {
      const before = sink.taken;
      const start = performance.now();
      await work();
      while (sink.taken - before < n) {
        if (performance.now() - start > 300_000)
          throw new Error(`outbound: ${sink.taken - before} of ${n} came`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return round(n / ((performance.now() - start) / 1000));
    };
    await call('carry', 100, BYTES);
    const relayPerSecond = await rate(messages, () => call('carry', messages, BYTES));
    const connections = sink.connections;
    const share = Math.ceil(messages / CLIENTS);
    const cpu = workerdProcesses().cpuSeconds;
    const pipelinePerSecond = await rate(share * CLIENTS, () =>
      Promise.all(Array.from({ length: CLIENTS }, () => call('submit', share, BYTES))),
    );
    const pipelineCpuMs = round(((workerdProcesses().cpuSeconds - cpu) * 1000) / (share * CLIENTS));
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const large = await watched(() => call('carry', 1, LARGE));
    return { relayPerSecond, pipelinePerSecond, pipelineCpuMs, ...large, connections };
  } finally {
    await worker.stop();
    await sink.stop();
  }
}

async function watched(
  work: () => Promise<unknown>,
): Promise<{ largeGrownMb: number; largeSeconds: number }> {
  const before = workerdMemory();
  let highest = before;
  const sampler = setInterval(() => {
    highest = Math.max(highest, workerdMemory());
  }, 10);
  const start = performance.now();
  try {
    await work();
    const largeSeconds = round((performance.now() - start) / 1000);
    return { largeGrownMb: round((highest - before) / 1024), largeSeconds };
  } finally {
    clearInterval(sampler);
  }
}

async function ask(
  worker: BenchWorker,
  act: string,
  query: Record<string, string | number>,
): Promise<string> {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) params.set(name, String(value));
  const response = await fetch(`${worker.url}/bench/${act}?${params}`);
  const text = await response.text();
  if (!response.ok) throw new Error(`outbound: ${act}: ${response.status} ${text.slice(0, 300)}`);
  return text;
}
