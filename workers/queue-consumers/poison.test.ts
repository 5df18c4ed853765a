/** Messages that bring the isolate down again and again must not harm the healthy ones beside them (I10, I11, I12). */
import { describe, expect, it } from 'vitest';
import { rawKey } from '../../core/mail/place-key.ts';
import type { Env } from '../../platform/env.ts';
import { newId } from '../../platform/ids.ts';
import { createQueues } from '../../platform/queues.ts';
import type { Services } from '../../platform/services.ts';
import { createMemoryBlobStore, createMemoryStores } from '../../store/memory/index.ts';
import { judging } from '../../test/support/judging.worker.ts';
import { buildMail, sha256Hex, streamOf } from '../../test/support/mail.ts';
import { found } from '../../test/support/search.ts';
import { SimulatedQueues } from '../../test/workerd/faults/simulated-queues.ts';
import { createQueueConsumers } from './index.ts';

const REF = { tenantId: 't1', mailboxId: 'u1', shard: 'MAIL_1' };

/** Ten mails in one batch; reading the raw number `deadly` kills the isolate in deliveries before `until`. */
async function play(deadly: number, until: number) {
  const queues = new SimulatedQueues();
  const stores = createMemoryStores(['MAIL_1']);
  const blobs = createMemoryBlobStore();
  const events: { event: string; fields: Record<string, unknown> }[] = [];
  const on = (event: string, fields: Record<string, unknown> = {}) => void events.push({ event, fields });
  const log = { debug: on, info: on, warn: on, error: on, with: () => log };
  await stores.mail.mailbox(REF).create(0);
  const services = {
    ...stores,
    ...judging(stores, () => 1_800_000_000_000),
    ...{ blobs, log },
    now: () => 1_800_000_000_000,
    queues: createQueues(queues.bindings() as unknown as Env),
    wake: { hub: async () => [] },
  } as unknown as Services;

  const keys: string[] = [];
  for (let n = 0; n < 10; n++) {
    const raw = buildMail({ subject: `mail ${n}`, text: `word${n}` });
    const key = rawKey('t1', services.now(), newId());
    const envelope = {
      ...REF,
      mailFrom: '',
      rcptTo: '',
      receivedAt: n,
      rawSize: raw.length,
      correlationId: `c${n}`,
      authResults: '',
    };
    await blobs.putRaw(key, streamOf(raw), envelope);
    keys.push(key);
    await services.queues.ingest([
      { v: 1, key, ...REF, size: raw.length, sha256: await sha256Hex(raw), correlationId: `c${n}` },
    ]);
  }

  let attempt = 0;
  queues.shuffle = (messages) => {
    attempt = messages[0]?.attempts ?? 0;
    return messages;
  };
  let kills = 0;
  for (let turn = 0; turn < 200; turn++) {
    let kill = () => {};
    const stuck = new Promise<void>((resolve) => {
      kill = resolve;
    });
    const lethal = {
      ...blobs,
      open: async (key: string) => {
        if (key !== keys[deadly] || attempt >= until) return blobs.open(key);
        kills++;
        kill();
        return new Promise<never>(() => undefined);
      },
    };
    if (!(await queues.deliver(createQueueConsumers({ ...services, blobs: lethal }), stuck))) break;
  }
  const box = stores.mail.mailbox(REF);
  const inbox = await box.folderByRole('inbox');
  const items = await box.snapshot(inbox?.folderId ?? '', 0, null, 100);
  const messages = await box.messages(items.map((i) => i.itemId));
  const letters = await stores.directory.listDeadLetters({ limit: 100 });
  const woken = new Set(events.filter((e) => e.event === 'notify.woken').map((e) => e.fields['modseq']));
  return { messages, letters, woken, events, kills, services };
}

describe('a message that kills the isolate', () => {
  it.each([
    0, 4, 9,
  ])('at place %i of its batch is placed unparsed, and nothing else suffers', async (deadly) => {
    const { messages, letters, woken, kills } = await play(deadly, 4);
    expect(kills).toBe(3);
    expect(messages.map((m) => m.subject).sort()).toEqual(Array.from({ length: 10 }, (_, n) => `mail ${n}`));
    for (const m of messages) {
      expect(m.degraded).toEqual(m.subject === `mail ${deadly}` ? ['unparsed'] : []);
      expect(woken.has(m.modseq), `${m.subject} was announced`).toBe(true);
    }
    expect(letters).toEqual([]);
  });

  it.each([0, 4, 9])('for ever, at place %i, becomes the only dead letter', async (deadly) => {
    const { messages, letters, woken, services, events } = await play(deadly, Number.POSITIVE_INFINITY);
    expect(messages).toHaveLength(9);
    for (const m of messages) {
      expect(m.degraded).toEqual([]);
      expect(woken.has(m.modseq), `${m.subject} was announced`).toBe(true);
      expect(await found(services, REF, `word${m.subject.slice(-1)}`)).toEqual([m.itemId]);
    }
    expect(letters.map((l) => l.correlationId)).toEqual([`c${deadly}`]);
    expect(events.filter((e) => e.event === 'dead-letter')).toHaveLength(1);
  });
});
