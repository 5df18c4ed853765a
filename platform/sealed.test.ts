import { expect, test } from 'vitest';
import { createSeal } from './sealed.ts';

const seal = createSeal('a secret of the installation, 40 letters');
const plain = new TextEncoder().encode('-----BEGIN PRIVATE KEY-----');

test('a sealed value opens for its owner, and is another one each time', async () => {
  const [a, b] = [await seal.seal('dkim/a', plain), await seal.seal('dkim/a', plain)];
  expect(a).not.toBe(b);
  expect(await seal.open('dkim/a', a)).toEqual(plain);
  expect(await seal.open('dkim/a', b)).toEqual(plain);
});

test('it does not open for another owner, under another secret, or when it was changed', async () => {
  const sealed = await seal.seal('dkim/a', plain);
  await expect(seal.open('dkim/b', sealed)).rejects.toThrow('does not open');
  await expect(createSeal('another secret, also long enough').open('dkim/a', sealed)).rejects.toThrow(
    'does not open',
  );
  await expect(
    seal.open(
      'dkim/a',
      sealed.replace(/.$/, (c) => (c === 'A' ? 'B' : 'A')),
    ),
  ).rejects.toThrow();
  await expect(seal.open('dkim/a', 'v1.abc')).rejects.toThrow('not a sealed value');
  await expect(seal.open('dkim/a', 'v1.!.!')).rejects.toThrow('does not open');
});
