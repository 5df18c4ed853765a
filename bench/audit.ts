import type { AuditVerifyView } from '../shared/admin-api.ts';
import type { BenchWorker } from './local.ts';
import { round } from './stats.ts';

export interface AuditFigures {
  /** Events of one tenant that are in their chain in a second, when more wait. */
  perSecond: number;
  /** The same of 20 tenants. */
  spreadPerSecond: number;
  /** While 200 come in each second: how long until the last of them is in its chain. */
  sustainedLagMs: number;
  /** Of all: missing, doubled, or not in order. */
  wrong: number;
}

const EVENTS = 4000;
const RATE = 200;
const TICK_MS = 100;

/** Events through the queue into their chains, which are verified in the end. */
export async function auditFigures(worker: BenchWorker, seconds: number): Promise<AuditFigures> {
  const send = async (prefix: string, n: number, tenants: number) => {
    const query = `prefix=${prefix}&n=${n}&tenants=${tenants}`;
    if (!(await fetch(`${worker.url}/bench/audit-send?${query}`)).ok) throw new Error('audit: not sent');
  };
  const kept = async (prefix: string) =>
    Number(await (await fetch(`${worker.url}/bench/audit-count?prefix=${prefix}`)).text());
  const until = async (prefix: string, n: number) => {
    for (const start = performance.now(); (await kept(prefix)) < n; ) {
      if (performance.now() - start > 120_000)
        throw new Error(`audit: ${await kept(prefix)} of ${n} were kept`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const burst = async (prefix: string, tenants: number) => {
    const start = performance.now();
    await send(prefix, EVENTS, tenants);
    await until(prefix, EVENTS);
    return round(EVENTS / ((performance.now() - start) / 1000));
  };
  const perSecond = await burst('one', 1);
  const spreadPerSecond = await burst('many', 20);
  const ticks = (seconds * 1000) / TICK_MS;
  const begin = performance.now();
  for (let tick = 0; tick < ticks; tick++) {
    await send('rate', (RATE * TICK_MS) / 1000, 1);
    const due = begin + (tick + 1) * TICK_MS;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
  }
  const sent = performance.now();
  await until('rate', RATE * seconds);
  const sustainedLagMs = round(performance.now() - sent);
  let wrong = (await kept('one')) + (await kept('many')) + (await kept('rate')) - 2 * EVENTS - RATE * seconds;
  let cursor: string | null = null;
  do {
    const step: AuditVerifyView = await worker.admin('POST', '/audit/verify', { cursor });
    wrong += step.findings.length;
    cursor = step.cursor;
  } while (cursor !== null);
  return { perSecond, spreadPerSecond, sustainedLagMs, wrong };
}
