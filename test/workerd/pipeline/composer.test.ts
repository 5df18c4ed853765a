import { env as bindings } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import type { Env } from '../../../platform/env.ts';
import { buildServices } from '../../../workers/index.ts';

test('messages are composed inside of workerd', async () => {
  const { composer } = buildServices(bindings as unknown as Env, { waitUntil: () => undefined });
  const raw = await composer.compose({
    from: { name: 'Änn', address: 'ann@one.example' },
    to: [{ name: '', address: 'bob@one.example' }],
    cc: [],
    bcc: [{ name: '', address: 'cid@one.example' }],
    replyTo: [],
    subject: 'Plán',
    importance: 'normal',
    text: 'x',
    html: '<p>x</p>',
    attachments: [
      {
        name: 'a.bin',
        mediaType: 'application/octet-stream',
        contentId: null,
        isInline: false,
        content: new Uint8Array([0, 255]),
      },
    ],
    messageId: 'id@one.example',
    date: 1_800_000_000_000,
    inReplyTo: null,
    references: [],
    threadIndex: null,
  });
  const text = new TextDecoder().decode(raw);
  expect(text).toMatch(/^Bcc: cid@one\.example\r$/m);
  expect(text).toContain('\r\nAP8=\r\n');
});
