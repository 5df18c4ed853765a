import { describe, expect, test } from 'vitest';
import { gzipped, takesGzip, unpacked } from './gzip.ts';

function request(accepts: string | null, cf?: unknown): Request {
  const made = new Request('https://mail.example/', {
    headers: accepts === null ? {} : { 'accept-encoding': accepts },
  });
  return cf === undefined ? made : Object.assign(made, { cf });
}

describe('gzip', () => {
  test.each([
    ['gzip', true],
    ['gzip, deflate', true],
    ['deflate, GZIP;q=0.5', true],
    ['x-gzip', true],
    ['gzip;q=0', false],
    ['gzip; q=0.000', false],
    ['br, deflate', false],
    ['*', false],
    ['', false],
    [null, false],
  ])('is taken with accept-encoding %s: %s', (header, takes) => {
    expect(takesGzip(request(header))).toBe(takes);
  });

  test('is judged by what the client said, not by what the edge asks for in its name', () => {
    expect(takesGzip(request('br, gzip', { clientAcceptEncoding: '' }))).toBe(false);
    expect(takesGzip(request(null, { clientAcceptEncoding: 'gzip' }))).toBe(true);
  });
});

describe('a packed body', () => {
  async function read(packed: ArrayBuffer): Promise<number> {
    let bytes = 0;
    for await (const chunk of unpacked(new Blob([packed]).stream()) ?? []) bytes += chunk.length;
    return bytes;
  }

  test('is unpacked whole', async () => {
    const text = Array.from({ length: 100_000 }, (_, n) => `line ${n * 7919}`).join('\n');
    expect(await read(await gzipped(text))).toBe(text.length);
  });

  test('that holds much of one thing is unpacked, as long as it is no more than a document', async () => {
    expect(await read(await gzipped('a'.repeat(1_000_000)))).toBe(1_000_000);
  });

  test('that is a bomb is not unpacked to its end (A02)', async () => {
    const bomb = await gzipped('a'.repeat(64_000_000));
    let bytes = 0;
    const reading = (async () => {
      for await (const chunk of unpacked(new Blob([bomb]).stream()) ?? []) bytes += chunk.length;
    })();
    await expect(reading).rejects.toThrow('bomb');
    expect(bytes).toBeLessThan(20_000_000);
  });

  test('that is none is an error', async () => {
    const broken = new TextEncoder().encode('no gzip at all').buffer as ArrayBuffer;
    await expect(read(broken)).rejects.toThrow();
  });
});
