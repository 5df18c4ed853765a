import type { Waypost } from '../support/harness.ts';
import { checkpoint } from './checkpoint.ts';
import { Gate } from './gate.ts';
import { play } from './play.ts';
import { type Cast, type Step, stepsOf } from './steps.ts';
import { isCut } from './transport.ts';
import { castOf, World } from './world.ts';

/** Operations between two checkpoints. */
const STRETCH = 60;

export interface Outcome {
  /** Those before the last checkpoint that was passed. */
  operations: number;
  requests: number;
  checkpoints: number;
  turnedAway: number;
  wakes: number[];
  /** The local runtime broke off a request of which nobody knows what it did: the rest was not played. */
  interrupted: boolean;
  /** null when all was well. */
  failure: { error: Error; at: number; steps: Step[] } | null;
}

/** Worlds on one server. */
export class Machine {
  readonly #server: Waypost;
  readonly shard: string;
  readonly cast: Cast;
  readonly gate = new Gate();

  private constructor(server: Waypost, shard: string, cast: Cast) {
    this.#server = server;
    this.shard = shard;
    this.cast = cast;
  }

  static async create(server: Waypost): Promise<Machine> {
    const cast = await castOf(server);
    const { items } = await server.admin<{ items: { mailShard: string }[] }>('GET', '/tenants');
    return new Machine(server, items[0]?.mailShard ?? '', cast);
  }

  steps(seed: number, count: number): Step[] {
    return stepsOf(seed, count, this.cast);
  }

  /** Plays the steps in a world of their own, with checkpoints in between and at the end. */
  async run(steps: Step[], trace?: (line: string) => void): Promise<Outcome> {
    const world = await World.create(this.#server, this.shard, this.gate);
    const outcome: Outcome = {
      ...{ operations: 0, requests: 0, checkpoints: 0, turnedAway: 0 },
      ...{ wakes: world.wakes, interrupted: false, failure: null },
    };
    if (trace !== undefined) for (const device of world.devices) device.transport.trace = trace;
    const check = async (played: number) => {
      trace?.('checkpoint');
      await this.gate.beside(() => checkpoint(world));
      outcome.checkpoints++;
      outcome.operations = played;
    };
    let at = 0;
    try {
      let played = 0;
      for (; at < steps.length; at++) {
        const step = steps[at];
        if (step === undefined) break;
        trace?.(JSON.stringify(step));
        await this.gate.beside(() => play(world, step));
        const before = played;
        played += step.kind === 'together' ? step.steps.length : 1;
        if (Math.floor(before / STRETCH) !== Math.floor(played / STRETCH)) await check(played);
      }
      await check(played);
    } catch (error) {
      if (isCut(error)) outcome.interrupted = true;
      else outcome.failure = { error: error as Error, at, steps: steps.slice(0, at + 1) };
    }
    for (const device of world.devices) {
      outcome.requests += device.transport.sent;
      outcome.turnedAway += device.turnedAway;
    }
    return outcome;
  }
}
