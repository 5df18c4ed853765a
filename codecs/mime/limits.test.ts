import { describe, expect, it } from 'vitest';
import { MimeIndexer } from './indexer.ts';
import { DEFAULT_MIME_LIMITS } from './limits.ts';
import { indexMessage, readMessage } from './read-message.ts';
import { bodyOf, mail } from './testing.ts';

const MIXED = ['From: a@x.org', 'Content-Type: multipart/mixed; boundary=b', ''];

describe('limits', () => {
  it('on parts make the rest of the message one part', () => {
    const raw = mail(
      ...MIXED,
      ...Array.from({ length: 9 }, (_, i) => ['--b', '', `part ${i}`]).flat(),
      '--b--',
    );
    const indexer = new MimeIndexer({ maxParts: 4 });
    indexer.write(raw);
    const { parts, degraded, bodyText, attachments } = indexer.end();
    expect(parts).toHaveLength(4);
    expect(bodyOf(raw, parts[3])).toContain('part 8');
    expect({ degraded, bodyText, attachments }).toEqual({
      degraded: ['parts-limit'],
      bodyText: 1,
      attachments: [2, 3],
    });
  });

  it('on depth make a deeper multipart text', () => {
    const raw = mail(
      ...MIXED,
      '--b',
      'Content-Type: multipart/mixed; boundary=c',
      '',
      '--c',
      '',
      'x',
      '--c--',
      '--b--',
    );
    const { index, text } = readMessage(raw, { limits: { maxDepth: 1 } });
    expect(text).toBe('--c\r\n\r\nx\r\n--c--');
    expect(index.degraded).toEqual(['depth-limit']);
  });

  it('on header fields keep those that matter, wherever they stand', () => {
    const flood = Array.from({ length: 500 }, (_, i) => `X-${i}: ${i}`);
    const raw = mail(...flood, 'Subject: last', 'Content-Type: text/html', 'Subject: again', '', 'x');
    const { index, html } = readMessage(raw, { limits: { maxHeaderFields: 10 } });
    expect(index.headers).toHaveLength(12);
    expect(index).toMatchObject({ subject: 'last', degraded: ['header-limit'] });
    expect(html).toBe('x');
  });

  it('on a field cut it, folded or not', () => {
    const { index } = readMessage(
      mail(`Subject: ${'a'.repeat(300)}`, 'X-A: a', ...Array(99).fill(' a'), '', 'x'),
      {
        limits: { maxFieldBytes: 100 },
      },
    );
    expect(index.subject.length).toBeLessThanOrEqual(100);
    expect(index.headers.every(({ value }) => value.length <= 100)).toBe(true);
    expect(index.degraded).toEqual(['field-limit']);
  });

  it.each([
    { maxParts: 0 },
    { maxDepth: 1.5 },
    { maxFieldBytes: Number.NaN },
    { maxHeaderBytes: Number.POSITIVE_INFINITY },
  ])('%o are refused', (limits) => {
    expect(() => new MimeIndexer(limits)).toThrow(RangeError);
  });

  it('have defaults that cannot be changed by accident', () => {
    expect(Object.isFrozen(DEFAULT_MIME_LIMITS)).toBe(true);
  });
});

describe('a source', () => {
  const raw = mail('Subject: s', '', 'hi');

  it('can be a stream, an iterable or bytes', async () => {
    async function* chunks(): AsyncGenerator<Uint8Array> {
      yield raw.subarray(0, 5);
      yield raw.subarray(5);
    }
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(raw);
        controller.close();
      },
    });
    const expected = await indexMessage(raw);
    expect(await indexMessage(chunks())).toEqual(expected);
    expect(await indexMessage(stream)).toEqual(expected);
  });

  it('that fails makes indexing fail', async () => {
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.error(new Error('source lost'));
      },
    });
    await expect(indexMessage(stream)).rejects.toThrow('source lost');
  });

  it('cannot go on after its end', () => {
    const indexer = new MimeIndexer();
    indexer.end();
    expect(() => indexer.write(raw)).toThrow();
    expect(() => indexer.end()).toThrow();
  });
});
