import { describe, expect, test } from 'vitest';
import type { BlobStore, RawEnvelope } from '../../core/ports/blobs.ts';
import { unique } from './subject.ts';

const CHUNK = 65_536;

/** Bytes that differ from place to place, so that a wrong range shows. */
function bytes(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => (i * 31 + (i >> 8)) & 0xff);
}

function streamOf(content: Uint8Array, fail?: Error): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at < content.length) {
        controller.enqueue(content.slice(at, at + CHUNK));
        at += CHUNK;
      } else if (fail !== undefined) controller.error(fail);
      else controller.close();
    },
  });
}

function envelope(rawSize: number, over: Partial<RawEnvelope> = {}): RawEnvelope {
  return {
    tenantId: 'tenant',
    mailboxId: 'mailbox',
    shard: 'MAIL_1',
    mailFrom: 'jürgen@例え.example',
    rcptTo: 'a%20b@example.com',
    receivedAt: 1_795_000_000_000,
    rawSize,
    correlationId: 'c',
    authResults: ' spf=pass; dkim=fail (💥) ',
    ...over,
  };
}

async function sha256(content: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', content.slice());
  return Array.from(new Uint8Array(digest), (b) => b.toString(16).padStart(2, '0')).join('');
}

async function collect(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(
    await new Response(stream as unknown as ConstructorParameters<typeof Response>[0]).arrayBuffer(),
  );
}

export function blobContract(open: () => BlobStore): void {
  describe('blobs', () => {
    test.each([
      0, 1, 5_000, 300_000, 3_000_000,
    ])('I1 I4 I5 %i bytes come back as they went in', async (size) => {
      const blobs = open();
      const key = `${unique('blobs')}/a.eml`;
      const content = bytes(size);
      const { sha256: digest } = await blobs.putRaw(key, streamOf(content), envelope(size));
      expect(digest).toBe(await sha256(content));
      const object = await blobs.open(key);
      expect(object).toMatchObject({ size, envelope: envelope(size) });
      expect(object === null ? null : await collect(object.stream)).toEqual(content);
      expect(await blobs.head(key)).toMatchObject({ key, size, envelope: envelope(size) });
      // The same from memory, out of the middle of something larger.
      const whole = `${unique('blobs')}/b.eml`;
      const held = bytes(size + 2).subarray(1, size + 1);
      expect(await blobs.putRaw(whole, held, envelope(size))).toEqual({ sha256: await sha256(held) });
      expect(await blobs.readRange(whole, 0, size)).toEqual(held.slice());
      expect(await blobs.head(whole)).toMatchObject({ size, envelope: envelope(size) });
    });

    test('I4 an object is made once and never written over', async () => {
      const blobs = open();
      const key = unique('blobs');
      await blobs.putRaw(key, streamOf(bytes(10)), envelope(10));
      for (const size of [10, 2_000_000]) {
        await expect(blobs.putRaw(key, streamOf(bytes(size)), envelope(size))).rejects.toMatchObject({
          code: 'conflict',
        });
        await expect(blobs.putRaw(key, bytes(size), envelope(size))).rejects.toMatchObject({
          code: 'conflict',
        });
      }
      expect(await blobs.readRange(key, 0, 10)).toEqual(bytes(10));
    });

    test.each([
      100, 2_000_000,
    ])('I1 a stream that is not of the %i bytes announced leaves no object', async (size) => {
      const blobs = open();
      const key = unique('blobs');
      await expect(blobs.putRaw(key, streamOf(bytes(size - 1)), envelope(size))).rejects.toThrow('announced');
      await expect(blobs.putRaw(key, streamOf(bytes(size + 1)), envelope(size))).rejects.toThrow('announced');
      await expect(blobs.putRaw(key, bytes(size - 1), envelope(size))).rejects.toThrow('announced');
      const cut = streamOf(bytes(size - 1), new Error('connection lost'));
      await expect(blobs.putRaw(key, cut, envelope(size))).rejects.toThrow('connection lost');
      expect(await blobs.head(key)).toBeNull();
      await blobs.putRaw(key, streamOf(bytes(size)), envelope(size));
      expect((await blobs.head(key))?.size).toBe(size);
    });

    test('ranges are half open, and empty beyond the end', async () => {
      const blobs = open();
      const key = unique('blobs');
      const content = bytes(1000);
      await blobs.putRaw(key, streamOf(content), envelope(1000));
      for (const [start, end] of [
        [0, 1],
        [10, 20],
        [990, 1000],
        [990, 2000],
        [5, 5],
        [1000, 1001],
        [5000, 6000],
      ] as const) {
        const stream = await blobs.openRange(key, start, end);
        expect(stream === null ? null : await collect(stream)).toEqual(content.slice(start, end));
        expect(await blobs.readRange(key, start, end)).toEqual(content.slice(start, end));
      }
      expect(await blobs.openRange('absent', 0, 5)).toBeNull();
      expect(await blobs.readRange('absent', 5, 5)).toBeNull();
      expect(await blobs.open('absent')).toBeNull();
    });

    test('an envelope that is too long for the object loses the end of its results, at a character', async () => {
      const blobs = open();
      const key = unique('blobs');
      const results = `dkim=${'é💥'.repeat(1500)}`;
      await blobs.putRaw(key, streamOf(bytes(5)), envelope(5, { authResults: results }));
      const kept = (await blobs.head(key))?.envelope?.authResults ?? '';
      expect(results.startsWith(kept)).toBe(true);
      expect(kept.length).toBeGreaterThan(300);
      expect(kept.isWellFormed()).toBe(true);
    });

    test('lists keys of a prefix in pages and forgets what is deleted', async () => {
      const blobs = open();
      const prefix = `${unique('blobs')}/`;
      const keys = Array.from({ length: 7 }, (_, i) => `${prefix}${i}`);
      for (const key of keys) await blobs.putRaw(key, streamOf(bytes(3)), envelope(3));
      await blobs.delete(`${prefix}3`);
      await blobs.delete('absent');
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page: Awaited<ReturnType<BlobStore['list']>> = await blobs.list(prefix, cursor, 2);
        expect(page.objects.length).toBeLessThanOrEqual(2);
        expect(page.objects.every((o) => o.size === 3 && o.envelope?.tenantId === 'tenant')).toBe(true);
        seen.push(...page.objects.map((o) => o.key));
        cursor = page.cursor;
      } while (cursor !== null);
      expect(seen).toEqual(keys.filter((key) => !key.endsWith('3')));
      const behind = await blobs.list(prefix, null, 10, `${prefix}4`);
      expect(behind.objects.map((o) => o.key)).toEqual([`${prefix}5`, `${prefix}6`]);
    });
  });
}
