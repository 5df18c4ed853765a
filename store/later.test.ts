import { expect, test } from 'vitest';
import { later } from './later.ts';

test('methods wait for the object, which is loaded by the first call', async () => {
  let loads = 0;
  let loaded: Promise<{ add(n: number): Promise<number> }> | undefined;
  const counter = later(() => {
    loaded ??= Promise.resolve().then(() => {
      loads++;
      let sum = 0;
      return { add: async (n: number) => (sum += n) };
    });
    return loaded;
  });
  expect(loads).toBe(0);
  expect(await Promise.all([counter.add(1), counter.add(2)])).toEqual([1, 3]);
  expect(loads).toBe(1);
});

test('what is there at once is there at once, and awaiting the object gives the object', async () => {
  const object = later<{ name: string; run(): Promise<void> }>(() => Promise.reject(new Error('down')), {
    name: 'x',
  });
  expect(object.name).toBe('x');
  expect(await object).toBe(object);
  await expect(object.run()).rejects.toThrow('down');
});
