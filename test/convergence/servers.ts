import { startWaypost, type Waypost } from '../support/harness.ts';
import { startInProcess } from '../support/in-process/index.ts';

/** Where the Worker runs: inside this process over doubles of the platform, or in workerd behind HTTP. */
export type ServerKind = 'process' | 'workerd';

export interface ServerOptions {
  kind: ServerKind;
  store?: 'd1' | 'postgres';
  /** Of the order in which things happen, where that can be chosen. */
  seed?: number;
}

/** Messages that come twice, late and in any order, and several batches at once (I8). */
const DISORDER = { duplicate: 0.1, delay: 0.25, maxDelayMs: 60, concurrency: 3 } as const;

/** The Worker with the door behind the stage. */
export function startServer({ kind, store = 'd1', seed = 1 }: ServerOptions): Promise<Waypost> {
  const options = {
    store,
    main: 'test/convergence/backstage.worker.ts',
    vars: { LOG_LEVEL: 'warn', PING_HOLD_MAX_S: '12' },
  };
  return kind === 'workerd'
    ? startWaypost(options)
    : startInProcess({ ...options, seed, disorder: DISORDER });
}
