import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MessageIndex, PartIndex } from '../../codecs/mime/types.ts';
import { toNewMessage } from './place.ts';
import { MINIMAL_HEAD_BYTES, minimalMessage } from './place-minimal.ts';

const part = (over: Partial<PartIndex>): PartIndex => ({
  path: '1',
  parent: null,
  mediaType: 'text/plain',
  params: {},
  charset: null,
  encoding: '7bit',
  disposition: null,
  name: null,
  contentId: null,
  contentLocation: null,
  description: null,
  headerStart: 0,
  bodyStart: 10,
  bodyEnd: 20,
  decodedSize: 10,
  depth: 0,
  isInline: false,
  ...over,
});

const index: MessageIndex = {
  size: 4321,
  headerEnd: 10,
  headers: [],
  subject: 'Re: lunch',
  messageId: 'm@x',
  inReplyTo: [],
  references: [],
  date: 5,
  from: [{ name: 'A', address: 'a@x' }],
  sender: [],
  replyTo: [],
  to: [{ name: '', address: 'b@x' }],
  cc: [],
  bcc: [{ name: '', address: 'secret@x' }],
  importance: 'high',
  contentClass: null,
  listId: null,
  autoSubmitted: null,
  parts: [
    part({ path: '', mediaType: 'multipart/mixed' }),
    part({ path: '1', parent: 0 }),
    part({ path: '2', parent: 0, mediaType: 'image/png', name: 'a.png', contentId: 'c1', isInline: true }),
  ],
  bodyText: 1,
  bodyHtml: null,
  bodyCalendar: null,
  attachments: [2],
  degraded: ['unterminated'],
};
const facts = {
  itemId: 'i1',
  rawKey: 'blobs/t/2026/11/21/i1.eml',
  rawSha256: 'ab',
  dedupeKey: 'dd',
  threadId: 'T',
  receivedAt: 99,
  baseSubject: 'lunch',
  body: { preview: 'p', textHead: 'th', textSize: 7, htmlSize: 0 },
};

describe('toNewMessage', () => {
  it('keeps the header facts, the sizes and the ids', () => {
    expect(toNewMessage(index, { ...facts, degraded: ['text-limit', 'unterminated'] })).toMatchObject({
      itemId: 'i1',
      rawSha256: 'ab',
      dedupeKey: 'dd',
      threadId: 'T',
      receivedAt: 99,
      folderRole: 'inbox',
      isRead: false,
      size: 4321,
      textSize: 7,
      htmlSize: 0,
      messageIdHeader: 'm@x',
      subject: 'Re: lunch',
      baseSubject: 'lunch',
      sentAt: 5,
      importance: 'high',
      degraded: ['unterminated', 'text-limit'],
    });
    expect(JSON.stringify(toNewMessage(index, facts))).not.toContain('secret@x');
  });

  it('numbers parts by their place in the index and leaves out containers', () => {
    const { parts, bodyTextPart } = toNewMessage(index, facts);
    expect(parts.map((p) => [p.partNo, p.mediaType, p.isAttachment, p.isInline])).toEqual([
      [1, 'text/plain', false, false],
      [2, 'image/png', true, true],
    ]);
    expect(bodyTextPart).toBe(1);
  });

  it('keeps a container that is shown as the body', () => {
    const { parts } = toNewMessage({ ...index, bodyText: 0 }, facts);
    expect(parts.map((p) => p.partNo)).toEqual([0, 1, 2]);
  });
});

const minimal = (raw: string | Uint8Array, size?: number) => {
  const bytes = typeof raw === 'string' ? new TextEncoder().encode(raw) : raw;
  return minimalMessage(bytes, {
    itemId: 'i1',
    rawKey: 'k',
    rawSha256: 'ab',
    dedupeKey: 'dd',
    receivedAt: 1,
    size: size ?? bytes.length,
    reason: 'unparsed',
  });
};

describe('minimalMessage (I10)', () => {
  it('finds subject, sender and Message-ID and shows the rest as text', () => {
    const m = minimal(
      'Received: x\r\nFrom: "Ann Lee" <ann@x>\r\nSUBJECT: hi  there\r\nMessage-ID: <m@x>\r\n\r\nSome\r\n\ttext',
    );
    expect(m).toMatchObject({
      subject: 'hi there',
      from: [{ name: 'Ann Lee', address: 'ann@x' }],
      messageIdHeader: 'm@x',
      preview: 'Some text',
      textHead: 'Some\r\n\ttext',
      textSize: 11,
      bodyTextPart: 0,
      degraded: ['unparsed'],
    });
    expect(m.parts[0]).toMatchObject({ bodyStart: m.size - 11, bodyEnd: m.size, decodedSize: 11 });
  });

  it('hides nothing when there is no empty line', () => {
    expect(minimal('no header at all')).toMatchObject({ preview: 'no header at all', subject: '', from: [] });
    expect(minimal('From: a@b\rSubject: x\r\rbody\r')).toMatchObject({ textSize: 27 });
  });

  it('does not take a field out of the body', () => {
    expect(minimal('X: y\n\nSubject: no')).toMatchObject({ subject: '', preview: 'Subject: no' });
  });

  it('shows text for every byte string that has a body, and never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (raw) => {
        const m = minimal(raw);
        const p = m.parts[0];
        expect(p?.bodyEnd).toBe(raw.length);
        expect(m.textSize).toBe(raw.length - (p?.bodyStart ?? 0));
        expect(new TextEncoder().encode(m.textHead).length).toBeLessThanOrEqual(1024 + 2);
        expect(JSON.stringify(m)).not.toContain('\\u0000');
      }),
      { numRuns: 500 },
    );
  });

  it('looks only at the head of a large message', () => {
    const head = new Uint8Array(MINIMAL_HEAD_BYTES + 10).fill(65);
    expect(minimal(head, 25_000_000)).toMatchObject({ size: 25_000_000, textSize: 25_000_000 });
  });
});
