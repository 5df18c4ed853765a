import { describe, expect, it } from 'vitest';
import { CommandError } from '../command.ts';
import { persist } from './persist.ts';

class Refused extends CommandError {
  readonly status: number;
  constructor(status: number) {
    super('refused');
    this.status = status;
  }
}

function failing(...errors: Error[]) {
  const world = { calls: 0 };
  const work = async () => {
    const error = errors[world.calls++];
    if (error !== undefined) throw error;
    return 'done';
  };
  return { world, work };
}

describe('a request of a long piece of work', () => {
  it('is made again when the installation could not take it just now', async () => {
    const { work, world } = failing(new Refused(503), new CommandError('http://x does not answer: cut'));
    expect(await persist(work, [0, 0, 0])).toBe('done');
    expect(world.calls).toBe(3);
  });

  it('is given up after some tries', async () => {
    const { work, world } = failing(...Array.from({ length: 9 }, () => new Refused(503)));
    await expect(persist(work, [0, 0])).rejects.toThrow('refused');
    expect(world.calls).toBe(3);
  });

  it('is made once when it was refused for good', async () => {
    for (const error of [
      new Refused(400),
      new CommandError('full'),
      new Error('ours'),
      new TypeError('ours'),
    ]) {
      const { work, world } = failing(error);
      await expect(persist(work, [0])).rejects.toBe(error);
      expect(world.calls).toBe(1);
    }
  });
});
