/**
 * Many seeds of the convergence test, several worlds beside each other on one server: inside this process, with
 * evictions and disorder of queues, or in workerd behind HTTP.
 *
 *   node test/convergence/convergence.check.ts [--seeds N] [--ops M] [--seed S] [--worlds W]
 *     [--server process|workerd] [--store d1|postgres] [--shrink] [--steps FILE] [--trace FILE]
 *
 * Prints the number of operations that ran without a difference. With `--shrink` a failing run is made shorter, step
 * by step, as long as it fails. `--steps` plays the steps of a file, one JSON a line, as a shrunken run prints them;
 * `--trace` writes all that is sent and answered in a failing run to a file of this name with the seed behind it.
 */
import { readFileSync, writeFileSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Machine } from './machine.ts';
import { shrink } from './shrink.ts';
import type { Step } from './steps.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10' },
    ops: { type: 'string', default: '600' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    worlds: { type: 'string', default: '6' },
    server: { type: 'string', default: 'process' },
    store: { type: 'string', default: 'd1' },
    shrink: { type: 'boolean', default: false },
    trace: { type: 'string' },
    steps: { type: 'string' },
  },
});
const first = Number(values.seed);
const given = values.steps === undefined ? null : readSteps(values.steps);
const count = given === null ? Number(values.seeds) : 1;

const say = (line: string) => writeSync(1, `${line}\n`);
process.env['WRANGLER_LOG'] ??= 'error';
const kind = values.server === 'workerd' ? 'workerd' : 'process';
const store = values.store === 'postgres' ? 'postgres' : 'd1';
const machine = await Machine.start({ kind, store, seed: first });
const { server } = machine;
const total = { operations: 0, requests: 0, checkpoints: 0, turnedAway: 0, interrupted: 0, failed: 0 };
const wakes: number[] = [];
const begun = Date.now();
try {
  say(
    `server ${kind}, store ${store}; not done by this server: ${[...machine.cast.without].join(', ') || 'nothing'}`,
  );
  let next = first;
  const lane = async () => {
    while (next < first + count) {
      const seed = next++;
      const steps = given ?? machine.steps(seed, Number(values.ops));
      const lines: string[] = [];
      const trace = values.trace === undefined ? undefined : (line: string) => void lines.push(line);
      const outcome = await machine.run(steps, trace);
      total.requests += outcome.requests;
      total.turnedAway += outcome.turnedAway;
      wakes.push(...outcome.wakes);
      if (outcome.failure === null) {
        if (outcome.interrupted) total.interrupted++;
        total.operations += outcome.operations;
        total.checkpoints += outcome.checkpoints;
        continue;
      }
      total.failed++;
      say(`seed ${seed} failed at step ${outcome.failure.at}: ${outcome.failure.error.message}`);
      if (values.trace !== undefined) writeFileSync(`${values.trace}-${seed}.txt`, lines.join('\n'));
      const { error } = outcome.failure;
      if (error.name !== 'Violation') say(`${error.stack}\n${String(error.cause ?? '')}`);
      if (values.shrink) await shrink(machine, outcome.failure.steps, say);
    }
  };
  await Promise.all(Array.from({ length: Number(values.worlds) }, lane));
} finally {
  const events = new Map<string, number>();
  for (const line of server.logs()) {
    if (line.level !== 'warn' && line.level !== 'error') continue;
    const seen = events.get(line.event) ?? 0;
    events.set(line.event, seen + 1);
    if (seen < 3) say(`log: ${JSON.stringify(line)}`);
  }
  if (events.size > 0) say(`logged: ${JSON.stringify(Object.fromEntries(events))}`);
  await server.stop();
}
wakes.sort((a, b) => a - b);
say(
  `${total.operations} operations (${total.requests} requests, ${total.checkpoints} checkpoints) without a ` +
    `difference in ${Math.round((Date.now() - begun) / 1000)} s; ${total.failed} of ${count} seeds failed, ${total.interrupted} were broken off by the local runtime; ` +
    `${total.turnedAway} answers of 503; ${wakes.length} waits, median ${Math.round(wakes[wakes.length >> 1] ?? 0)} ms, ` +
    `longest ${Math.round(wakes.at(-1) ?? 0)} ms`,
);
process.exitCode = total.failed === 0 ? 0 : 1;

function readSteps(path: string): Step[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.filter((line) => line.trim().startsWith('{')).map((line) => JSON.parse(line) as Step);
}
