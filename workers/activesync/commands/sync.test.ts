import { expect, test } from 'vitest';
import { decodeWbxml, el, encodeWbxml } from '../../../codecs/wbxml/index.ts';
import type { Note } from '../../../core/notes/types.ts';
import { pimFacts } from '../../../core/pim/facts.ts';
import type { SyncAnswer, SyncCall } from '../../../core/ports/device.ts';
import { createMemoryStores } from '../../../store/memory/index.ts';
import type { EasContext } from '../context.ts';
import { sync } from './sync.ts';

const NOW = Date.UTC(2026, 10, 21);
const at = new Date(NOW).toISOString();

function noteOf(title: string, body: string): Note {
  return {
    ...{ '@type': 'Note', uid: 'n1', title, body, bodyContentType: 'text/plain' },
    ...{ keywords: {}, created: at, updated: at },
  };
}

/** A request that changes the subject of a note alone, and a device whose object answers as it is told. */
async function changingSubject(answers: (call: SyncCall, look: number) => Promise<SyncAnswer>) {
  const ref = { tenantId: 't', mailboxId: 'm', shard: 'MAIL_1' };
  const mailbox = createMemoryStores().mail.mailbox(ref);
  await mailbox.create(NOW);
  const folderId = (await mailbox.folderByRole('notes'))?.folderId ?? '';
  const put = (body: string) => {
    const document = noteOf('Before', body);
    return mailbox.putItem({
      itemId: 'n1',
      folderId,
      kind: 'note',
      document,
      facts: pimFacts('note', document),
    });
  };
  await put('first');
  const calls: SyncCall[] = [];
  const change = el(
    'AirSync:Change',
    el('AirSync:ServerId', 'n1'),
    el('AirSync:ApplicationData', el('Notes:Subject', 'After')),
  );
  const body = decodeWbxml(
    encodeWbxml(
      el(
        'AirSync:Sync',
        el(
          'AirSync:Collections',
          el(
            'AirSync:Collection',
            el('AirSync:SyncKey', 'k-1'),
            el('AirSync:CollectionId', folderId),
            el('AirSync:Commands', change),
          ),
        ),
      ),
    ),
  );
  const context = {
    ...{ mailbox, ref, body, version: '16.1', query: { deviceId: 'd' }, log: { warn: () => undefined } },
    principal: { user: {}, tenant: {} },
    correlationId: 'c',
    device: {
      supported: async () => [],
      sync: (call: SyncCall) => {
        calls.push(call);
        return answers(call, calls.length);
      },
    },
    services: {
      now: () => NOW,
      defer: () => undefined,
    },
  } as unknown as EasContext;
  const staged = () =>
    calls.map(({ collections, settle }) => {
      const [command] = collections?.[0]?.commands ?? [];
      if (command?.kind !== 'changeItem' || command.item.kind !== 'note') throw new Error('no change');
      const { title, body: text } = command.item.document;
      return { title, text, expect: command.expect, settle: settle === true };
    });
  return { context, mailbox, put, staged };
}

const nothing: SyncAnswer = { kind: 'replies', replies: [], waitSeconds: 0 };

test('what somebody else changes while a request is read is looked at again, and merged', async () => {
  const { context, put, staged } = await changingSubject(async (_call, look) => {
    if (look > 1) return nothing;
    await put('by somebody else');
    return { kind: 'stale' };
  });
  await sync(context);
  const [first, second] = staged();
  expect(first).toMatchObject({ title: 'After', text: 'first', settle: false });
  expect(second).toMatchObject({ title: 'After', text: 'by somebody else' });
  expect(second?.expect).toBeGreaterThan(first?.expect ?? 0);
});

test('what changes all the time is left to the engine in the end', async () => {
  const { context, put, staged } = await changingSubject(async ({ settle }, look) => {
    if (settle === true) return nothing;
    await put(`change ${look}`);
    return { kind: 'stale' };
  });
  await sync(context);
  expect(staged().map((s) => s.settle)).toEqual([false, false, true]);
});
