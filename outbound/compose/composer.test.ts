import { describe, expect, test } from 'vitest';
import { decodePartStream, decodeTextPart, type MessageIndex, MimeIndexer } from '../../codecs/mime/index.ts';
import type { MessagePart } from '../../core/mail/types.ts';
import type { DraftContent } from '../../core/ports/outbound.ts';
import { createMemoryBlobStore } from '../../store/memory/index.ts';
import { createComposer } from './composer.ts';

const blobs = createMemoryBlobStore();
const composer = createComposer({ blobs });

const draft = (over: Partial<DraftContent> = {}): DraftContent => ({
  from: { name: 'Änn', address: 'ann@one.example' },
  to: [{ name: 'Lee, "Bob"', address: 'bob@one.example' }],
  cc: [{ name: '', address: 'cid@one.example' }],
  bcc: [{ name: '', address: 'dan@one.example' }],
  replyTo: [{ name: '', address: 'reply@one.example' }],
  subject: 'Plán a cíl',
  importance: 'normal',
  text: 'Ahoj\nsvěte',
  html: null,
  attachments: [],
  messageId: 'id@one.example',
  date: 1_800_000_000_000,
  inReplyTo: 'parent@x',
  references: ['root@x', 'parent@x'],
  threadIndex: 'AQHaAAAAAAAAAAAAAAAAAAAAAAAAAA==',
  ...over,
});

async function composed(over: Partial<DraftContent> = {}) {
  const raw = await composer.compose(draft(over));
  const indexer = new MimeIndexer();
  indexer.write(raw);
  return { raw, index: indexer.end() };
}

function textAt({ raw, index }: { raw: Uint8Array; index: MessageIndex }, at: number | null): string | null {
  const part = index.parts[at ?? -1];
  return part === undefined ? null : decodeTextPart(raw.subarray(part.bodyStart, part.bodyEnd), part).text;
}

describe('a draft that is composed', () => {
  test('reads as it was written, its Bcc included', async () => {
    const message = await composed({ importance: 'high' });
    const { text: _text, html: _html, attachments: _files, threadIndex, from, inReplyTo, ...rest } = draft();
    const { messageId, references, date, subject, to, cc, bcc, replyTo } = rest;
    expect(message.index).toMatchObject({ messageId, references, date, subject, to, cc, bcc, replyTo });
    expect(message.index).toMatchObject({
      from: [from],
      inReplyTo: [inReplyTo],
      importance: 'high',
      degraded: [],
    });
    expect(message.index.headers).toContainEqual({ name: 'thread-index', value: threadIndex });
    expect(textAt(message, message.index.bodyText)).toBe('Ahoj\r\nsvěte');
    const lines = new TextDecoder('latin1').decode(message.raw);
    expect(lines).not.toMatch(/[^\r]\n|[^\x00-\x7f]/);
    expect(Math.max(...lines.split('\r\n').map((l) => l.length))).toBeLessThanOrEqual(998);
  });

  test('with nothing in it is a message still', async () => {
    const none = { to: [], cc: [], bcc: [], replyTo: [], subject: '', text: null, html: null };
    const message = await composed({ ...none, inReplyTo: null, references: [], threadIndex: null });
    expect(textAt(message, message.index.bodyText)?.trim()).toBe('');
    expect(message.index).toMatchObject({ to: [], subject: '', degraded: [] });
  });

  test('with HTML alone has no other body', async () => {
    const message = await composed({ text: null, html: '<p>Ž</p>' });
    expect(message.index.bodyText).toBeNull();
    expect(textAt(message, message.index.bodyHtml)).toBe('<p>Ž</p>');
  });

  test('has the files, new ones and those of other messages, byte for byte', async () => {
    const content = Uint8Array.from({ length: 1000 }, (_, i) => (i * 31) % 256);
    const stored = new TextEncoder().encode(
      `xx${btoa(String.fromCharCode(...content)).replace(/.{60}/g, '$&\n')}yy`,
    );
    const envelope = { tenantId: 't', mailboxId: 'm', shard: 's', mailFrom: '', rcptTo: '', receivedAt: 1 };
    await blobs.putRaw('k', new Blob([stored]).stream(), {
      ...envelope,
      rawSize: stored.length,
      correlationId: '',
      authResults: '',
    });
    const part = { bodyStart: 2, bodyEnd: stored.length - 2, encoding: 'base64' } as MessagePart;
    const message = await composed({
      html: '<img src="cid:pic@x">',
      attachments: [
        { name: 'účet.pdf', mediaType: 'application/pdf', contentId: null, isInline: false, content },
        {
          name: 'pic.png',
          mediaType: 'image/png',
          contentId: 'pic@x',
          isInline: true,
          content: { rawKey: 'k', part },
        },
      ],
    });
    const files = await Promise.all(
      message.index.attachments.map(async (at) => {
        const found = message.index.parts[at];
        if (found === undefined) throw new Error('no part');
        const body = new Blob([message.raw.slice(found.bodyStart, found.bodyEnd)]).stream();
        const bytes = await new Response(decodePartStream(body, found.encoding)).arrayBuffer();
        return [found.name, found.mediaType, found.contentId, found.isInline, new Uint8Array(bytes)];
      }),
    );
    expect(files.sort()).toEqual([
      ['pic.png', 'image/png', 'pic@x', true, content],
      ['účet.pdf', 'application/pdf', null, false, content],
    ]);
  });

  test('fails when a file is lost, rather than to be sent without it (I7)', async () => {
    const part = { bodyStart: 0, bodyEnd: 1, encoding: '7bit' } as MessagePart;
    const lost = {
      name: 'x',
      mediaType: 'a/b',
      contentId: null,
      isInline: false,
      content: { rawKey: 'gone', part },
    };
    await expect(composed({ attachments: [lost] })).rejects.toThrow('missing');
  });

  test('cannot be made to load files or addresses, nor to hold fields of its own', async () => {
    const evil = { name: 'x\r\nBcc: evil@x', address: 'e@x.example' };
    const message = await composed({
      subject: 's\r\nBcc: evil@x',
      to: [evil],
      bcc: [],
      html: '<img src="file:///etc/passwd">',
      text: null,
    });
    expect(message.index.bcc).toEqual([]);
    expect(message.index.attachments).toEqual([]);
    expect(message.index.subject).toBe('s Bcc: evil@x');
  });

  test('an invitation is one more form of the body, with its method (RFC 6047 2.4)', async () => {
    const text = 'BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Süß\r\nEND:VCALENDAR\r\n';
    const one = await composed({ calendar: { method: 'REQUEST', text } });
    expect(one.index.parts.map((p) => p.mediaType)).toEqual([
      'multipart/alternative',
      'text/plain',
      'text/calendar',
    ]);
    expect(one.index.contentClass).toBe('urn:content-classes:calendarmessage');
    const part = one.index.parts[2];
    expect(part?.params).toMatchObject({ method: 'REQUEST', charset: 'utf-8' });
    expect(part?.disposition).toBeNull();
    expect(textAt(one, 2)).toBe(text);
  });
});
