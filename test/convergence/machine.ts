import type { Waypost } from '../support/harness.ts';
import { checkpoint } from './checkpoint.ts';
import { play } from './play.ts';
import { type ServerOptions, startServer } from './servers.ts';
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

/** Worlds on one server, which it starts. */
export class Machine {
  readonly server: Waypost;
  readonly cast: Cast;
  readonly #shard: string;
  readonly #evictions: boolean;

  private constructor(server: Waypost, shard: string, cast: Cast, evictions: boolean) {
    this.server = server;
    this.cast = cast;
    this.#shard = shard;
    this.#evictions = evictions;
  }

  static async start(options: ServerOptions): Promise<Machine> {
    const server = await startServer(options);
    const cast = await castOf(server);
    const { items } = await server.admin<{ items: { mailShard: string }[] }>('GET', '/tenants');
    // Of workerd an eviction breaks requests of others off now and then, and nobody knows what they did.
    return new Machine(server, items[0]?.mailShard ?? '', cast, options.kind === 'process');
  }

  newWorld(): Promise<World> {
    return World.create(this.server, this.#shard, this.#evictions);
  }

  steps(seed: number, count: number): Step[] {
    return stepsOf(seed, count, this.cast);
  }

  /** Plays the steps in a world of their own, with checkpoints in between and at the end. */
  async run(steps: Step[], trace?: (line: string) => void): Promise<Outcome> {
    const world = await this.newWorld();
    const outcome: Outcome = {
      ...{ operations: 0, requests: 0, checkpoints: 0, turnedAway: 0 },
      ...{ wakes: world.wakes, interrupted: false, failure: null },
    };
    if (trace !== undefined) for (const device of world.devices) device.transport.trace = trace;
    const check = async (played: number) => {
      trace?.('checkpoint');
      await checkpoint(world);
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
        await play(world, step);
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
