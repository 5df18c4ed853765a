import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from '../command.ts';

/** Pauses before each further try, in milliseconds. */
const PAUSES = [500, 2000, 8000];

/**
 * Tries again what may be repeated, when the installation does not answer or says that it cannot just now: a long piece
 * of work is not given up for one lost request.
 */
export async function persist<T>(work: () => Promise<T>, pauses: readonly number[] = PAUSES): Promise<T> {
  for (const pause of pauses) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error)) throw error;
      await sleep(pause);
    }
  }
  return work();
}

function isPassing(error: unknown): boolean {
  if (error instanceof CommandError) {
    return ('status' in error && error.status === 503) || / does not answer: /.test(error.message);
  }
  // A stream that broke off while it was read.
  return error instanceof TypeError && /terminated|fetch failed|network/i.test(error.message);
}
