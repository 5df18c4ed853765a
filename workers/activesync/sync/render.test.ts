import { expect, test } from 'vitest';
import { DEFAULT_OPTIONS } from '../../../core/sync/options.ts';
import type { SyncReply } from '../../../core/sync/request.ts';
import type { EasContext } from '../context.ts';
import { renderCollection } from './render.ts';

/** A mailbox whose items are gone by the time that an answer is written. */
const context = {
  mailbox: { messages: async () => [], correspondents: async () => [] },
  log: { warn: () => undefined, error: () => undefined },
  services: { blobs: {}, defer: () => undefined, now: () => 0, queues: { audit: async () => undefined } },
  ref: { mailboxId: 'm', tenantId: 't' },
  query: { deviceId: 'd' },
  principal: { user: { userId: 'u' } },
  version: '16.1',
} as unknown as EasContext;

const reply: SyncReply = {
  collectionId: 'inbox',
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
