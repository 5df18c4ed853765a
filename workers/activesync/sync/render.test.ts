import { expect, test } from 'vitest';
import { child, children, decodeWbxml, encodeWbxml, textOf } from '../../../codecs/wbxml/index.ts';
import type { Message } from '../../../core/mail/types.ts';
import type { AuditJob } from '../../../core/ports/queues.ts';
import { DEFAULT_OPTIONS } from '../../../core/sync/options.ts';
import type { SyncReply } from '../../../core/sync/request.ts';
import type { EasContext } from '../context.ts';
import { renderCollection } from './render.ts';

/** A mailbox whose items are gone by the time that an answer is written. */
const context = {
  mailbox: { messages: async () => [], pimItems: async () => [], correspondents: async () => [] },
  log: { warn: () => undefined, error: () => undefined },
  services: {
    blobs: {},
    config: {},
    defer: () => undefined,
    now: () => 0,
    queues: { audit: async () => undefined },
  },
  ref: { mailboxId: 'm', tenantId: 't' },
  query: { deviceId: 'd' },
  principal: { user: { userId: 'u' } },
  version: '16.1',
} as unknown as EasContext;

const reply: SyncReply = {
  collectionId: 'inbox',
  itemClass: 'Email',
  status: 1,
  syncKey: 'k-2',
  options: DEFAULT_OPTIONS,
  batch: [{ op: 'add', itemId: 'a' }],
  more: true,
  responses: [],
  files: {},
  skipped: [],
  changed: true,
  touched: [],
};

test('a page whose only item vanished before it was written promises no more', async () => {
  const { content } = await renderCollection(context, reply);
  const tags = content.map((c) => (typeof c === 'object' && 'tag' in c ? c.tag : c));
  expect(tags).toEqual(['AirSync:SyncKey', 'AirSync:CollectionId', 'AirSync:Status']);
});

test('a page that says something still does', async () => {
  const batch = [...reply.batch, { op: 'delete' as const, itemId: 'b' }];
  const { content } = await renderCollection(context, { ...reply, batch });
  const tags = content.map((c) => (typeof c === 'object' && 'tag' in c ? c.tag : c));
  expect(tags).toContain('AirSync:MoreAvailable');
});

const message: Message = {
  ...{
    itemId: 'a',
    folderId: 'inbox',
    modseq: 1,
    createdModseq: 1,
    receivedAt: 0,
    isRead: false,
    flag: null,
  },
  ...{ categories: [], readModseq: 1, flagModseq: 1, categoriesModseq: 1, contentModseq: 1, threadId: 't' },
  ...{ size: 9000, textSize: 0, htmlSize: 8000, rawKey: 'blobs/a', rawSha256: '', messageIdHeader: null },
  ...{ subject: 'Plan', baseSubject: 'Plan', from: [], sender: [], replyTo: [], to: [], cc: [], bcc: [] },
  ...{ sentAt: null, importance: 'normal', contentClass: null, messageClass: 'IPM.Note', isDraft: false },
  ...{ conversationIndex: '', receivedAsBcc: false, lastVerb: 0, lastVerbAt: null, preview: '' },
  ...{ textHead: 'The beginning', bodyTextPart: null, bodyHtmlPart: 1, degraded: [], attachments: [] },
  bodies: [
    {
      ...{ partNo: 1, path: '1', mediaType: 'text/html', charset: 'utf-8', encoding: '8bit', format: null },
      ...{ disposition: null, name: null, contentId: null, contentLocation: null, bodyStart: 9, bodyEnd: 99 },
      ...{ decodedSize: 90, isAttachment: false, isInline: false },
    },
  ],
};

/** The same with this message, and a store for raws that is down. */
function withMessages(messages: (ids: string[]) => Promise<Message[]>) {
  const audited: AuditJob[] = [];
  const deferred: Promise<unknown>[] = [];
  const down = () => Promise.reject(new Error('down'));
  const services = {
    blobs: { open: down, openRange: down, readRange: down, head: down },
    config: {},
    defer: (work: Promise<unknown>) => deferred.push(work),
    now: () => 0,
    queues: { audit: async (jobs: AuditJob[]) => audited.push(...jobs) },
  };
  const mailbox = { messages, pimItems: async () => [], correspondents: async () => [] };
  return { context: { ...context, mailbox, services } as unknown as EasContext, audited, deferred };
}

test('a message whose raw cannot be read comes with the beginning of its text, cut, and is not left out', async () => {
  const { context: broken, audited, deferred } = withMessages(async () => [message]);
  const options = {
    ...DEFAULT_OPTIONS,
    bodies: [{ type: 2, truncationSize: null, allOrNone: false, preview: 0 }],
  };
  const node = await renderCollection(broken, { ...reply, options: options as SyncReply['options'] });
  const said = decodeWbxml(encodeWbxml(node));
  const data = child(child(child(said, 'AirSync:Commands'), 'AirSync:Add'), 'AirSync:ApplicationData');
  const body = child(data, 'AirSyncBase:Body');
  expect(textOf(data, 'Email:Subject')).toBe('Plan');
  expect([textOf(body, 'AirSyncBase:Data'), textOf(body, 'AirSyncBase:Truncated')]).toEqual([
    'The beginning',
    '1',
  ]);
  await Promise.all(deferred);
  expect(audited).toEqual([]);
});

test('one record that cannot be read is left out and shown to the admin; the others come (I20)', async () => {
  const {
    context: broken,
    audited,
    deferred,
  } = withMessages(async (ids) => {
    if (ids.includes('b')) throw new Error('broken record');
    return ids.map((itemId) => ({ ...message, itemId }));
  });
  const batch = ['a', 'b', 'c'].map((itemId) => ({ op: 'add' as const, itemId }));
  const said = decodeWbxml(encodeWbxml(await renderCollection(broken, { ...reply, batch })));
  const adds = children(child(said, 'AirSync:Commands'), 'AirSync:Add');
  expect(adds.map((a) => textOf(a, 'AirSync:ServerId'))).toEqual(['a', 'c']);
  await Promise.all(deferred);
  expect(audited.map((job) => job.details)).toEqual([
    { itemId: 'b', folderId: 'inbox', reason: 'not readable' },
  ]);
});

test('a store that answers nothing at all fails the request: the device comes again', async () => {
  const { context: broken } = withMessages(async () => {
    throw new Error('down');
  });
  const batch = ['a', 'b'].map((itemId) => ({ op: 'add' as const, itemId }));
  await expect(renderCollection(broken, { ...reply, batch })).rejects.toThrow();
});
