import { describe, expect, it } from 'vitest';
import type { DeadLetter } from '../../core/ports/directory.ts';
import type { AuditJob, NotifyJob } from '../../core/ports/queues.ts';
import { mapBounded } from '../../platform/bounded.ts';
import type { ChangeNotice, Services } from '../../platform/services.ts';
import { createMemoryStores } from '../../store/memory/index.ts';
import { consumeAudit } from './audit.ts';
import { consumeDeadLetters, replayDeadLetter } from './dead-letters.ts';
import { ingestJob } from './jobs.ts';
import { consumeNotify, noticesOf } from './notify.ts';
import { type QueueMessage, retryDelay } from './settle.ts';

interface Fate {
  acked: string[];
  retried: { id: string; delaySeconds: number | undefined }[];
}

function batchOf(queue: string, bodies: unknown[], attempts = 1) {
  const fate: Fate = { acked: [], retried: [] };
  const messages: QueueMessage[] = bodies.map((body, i) => ({
    id: `m${i}`,
    body,
    attempts,
    ack: () => void fate.acked.push(`m${i}`),
    retry: (o) => void fate.retried.push({ id: `m${i}`, delaySeconds: o?.delaySeconds }),
  }));
  return { batch: { queue, messages }, fate };
}

function logger() {
  const lines: { level: string; event: string; fields: Record<string, unknown> }[] = [];
  const at =
    (level: string) =>
    (event: string, fields: Record<string, unknown> = {}) =>
      void lines.push({ level, event, fields });
  const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), with: () => log };
  return { log, lines };
}

const notify = (over: Partial<NotifyJob> = {}): NotifyJob => ({
  v: 1,
  tenantId: 't1',
  mailboxId: 'u1',
  shard: 'MAIL_1',
  folderId: 'f1',
  modseq: 1,
  originDevice: null,
  correlationId: 'corr-1',
  ...over,
});

describe('queue notify', () => {
  function hubWorld(devices: string[]) {
    const { log, lines } = logger();
    const hub: { mailboxId: string; changes: ChangeNotice[] }[] = [];
    const woken: string[] = [];
    const failing = new Set<string>();
    const services = {
      log,
      wake: {
        async hub(_: string, mailboxId: string, changes: ChangeNotice[]) {
          if (failing.has(mailboxId)) throw new Error('Durable Object overloaded');
          hub.push({ mailboxId, changes });
          return devices;
        },
        async device(ref: { mailboxId: string }, deviceId: string) {
          if (failing.has(deviceId)) throw new Error('device gone');
          woken.push(`${ref.mailboxId}/${deviceId}`);
        },
      },
    } as unknown as Services;
    return { services, lines, hub, woken, failing };
  }

  it('calls each hub once for the whole batch, with the highest modseq of each folder', async () => {
    const w = hubWorld(['d1', 'd2']);
    const { batch, fate } = batchOf('notify', [
      notify({ modseq: 5 }),
      notify({ modseq: 9, correlationId: 'corr-2' }),
      notify({ modseq: 7, folderId: 'f2' }),
      notify({ mailboxId: 'u2', modseq: 3 }),
    ]);
    await consumeNotify(w.services, batch);
    expect(w.hub).toEqual([
      {
        mailboxId: 'u1',
        changes: [
          { folderId: 'f1', modseq: 9, originDevice: null },
          { folderId: 'f2', modseq: 7, originDevice: null },
        ],
      },
      { mailboxId: 'u2', changes: [{ folderId: 'f1', modseq: 3, originDevice: null }] },
    ]);
    expect(w.woken.sort()).toEqual(['u1/d1', 'u1/d2', 'u2/d1', 'u2/d2']);
    expect(fate.acked).toHaveLength(4);
    const correlated = w.lines
      .filter((l) => l.event === 'notify.woken')
      .map((l) => l.fields['correlationId']);
    expect(correlated).toEqual(expect.arrayContaining(['corr-1', 'corr-2']));
  });

  it('I14: spares the origin device only when it made every change of the folder', () => {
    const own = notify({ originDevice: 'd1', modseq: 4 });
    expect(noticesOf([own, notify({ originDevice: 'd1', modseq: 6 })])[0]?.originDevice).toBe('d1');
    expect(noticesOf([own, notify({ originDevice: null, modseq: 5 })])[0]?.originDevice).toBeNull();
    expect(noticesOf([own, notify({ originDevice: 'd2', modseq: 5 })])[0]?.originDevice).toBeNull();
  });

  it('I11: gives back only the mailbox that failed, later and later', async () => {
    const w = hubWorld(['d1']);
    w.failing.add('u1');
    const { batch, fate } = batchOf('notify', [notify(), notify({ mailboxId: 'u2' })], 3);
    await consumeNotify(w.services, batch);
    expect(fate.acked).toEqual(['m1']);
    expect(fate.retried).toEqual([{ id: 'm0', delaySeconds: retryDelay(3) }]);
    expect(retryDelay(3)).toBeGreaterThan(retryDelay(1));
    expect(retryDelay(50)).toBe(900);
  });

  it('I14: gives the message back when one device could not be woken', async () => {
    const w = hubWorld(['d1', 'd2', 'd3']);
    w.failing.add('d2');
    const { batch, fate } = batchOf('notify', [notify()]);
    await consumeNotify(w.services, batch);
    expect(fate.acked).toEqual([]);
    expect(w.woken).toEqual(['u1/d1', 'u1/d3']);
  });

  it('A65: acts on nothing that is not a notify job', async () => {
    const w = hubWorld([]);
    const forged = [
      null,
      'x',
      {},
      notify({ shard: 'mail-1' }),
      notify({ tenantId: '../t2' }),
      { ...notify(), v: 2 },
    ];
    const { batch, fate } = batchOf('notify', forged);
    await consumeNotify(w.services, batch);
    expect(w.hub).toEqual([]);
    expect(fate.acked).toEqual([]);
    expect(fate.retried).toHaveLength(forged.length);
    expect(w.lines.every((l) => l.event === 'queue.bad-job')).toBe(true);
  });
});

const event = (n: number): AuditJob => ({
  v: 1,
  eventId: `e${n}`,
  at: 1,
  tenantId: 't1',
  actor: 'smtp',
  action: 'mail.refuse',
  resource: 'x@example.com',
  outcome: 'denied',
  details: {},
  correlationId: 'c',
});

describe('queue audit', () => {
  function auditWorld(bad: string[]) {
    const { log } = logger();
    const calls: string[][] = [];
    const services = {
      log,
      ...{ config: {}, now: () => 1, directory: { webhookSubscriptions: async () => [] } },
      audit: {
        async append(events: AuditJob[]) {
          calls.push(events.map((e) => e.eventId));
          if (events.some((e) => bad.includes(e.eventId))) throw new Error('row too large');
        },
      },
      trace: { add: async () => undefined },
    } as unknown as Services;
    return { services, calls };
  }

  it('appends a batch in one call', async () => {
    const w = auditWorld([]);
    const { batch, fate } = batchOf('audit', [event(1), event(2)]);
    await consumeAudit(w.services, batch);
    expect(w.calls).toEqual([['e1', 'e2']]);
    expect(fate.acked).toEqual(['m0', 'm1']);
  });

  it('I11: an event that cannot be stored does not hold up the others for ever', async () => {
    const w = auditWorld(['e2']);
    const first = batchOf('audit', [event(1), event(2), event(3)], 1);
    await consumeAudit(w.services, first.batch);
    expect(first.fate.retried).toHaveLength(3);
    const second = batchOf('audit', [event(1), event(2), event(3)], 2);
    await consumeAudit(w.services, second.batch);
    expect(second.fate.acked).toEqual(['m0', 'm2']);
    expect(second.fate.retried.map((r) => r.id)).toEqual(['m1']);
  });
});

describe('dead letters (I12)', () => {
  const job = {
    v: 1,
    key: 'blobs/t1/2026/11/21/abc.eml',
    tenantId: 't1',
    mailboxId: 'u1',
    shard: 'MAIL_1',
    size: 10,
    sha256: null,
    correlationId: 'corr-9',
  };

  function letterWorld(known: string[] = []) {
    const { log, lines } = logger();
    const letters = new Map<string, DeadLetter>();
    const sent: { queue: string; body: unknown }[] = [];
    const state = { mailDown: false, directoryDown: false };
    const send = (queue: string) => async (jobs: unknown[]) =>
      void sent.push(...jobs.filter(isNoAlert).map((body) => ({ queue, body })));
    const services = {
      log,
      operations: createMemoryStores().operations,
      now: () => 77,
      queues: {
        ingest: send('mail-ingest'),
        index: send('index'),
        notify: send('notify'),
        audit: send('audit'),
        outbound: send('outbound'),
        arrived: send('arrived'),
        retention: send('retention'),
        actions: send('actions'),
        scheduling: send('scheduling'),
        webhooks: send('webhooks'),
      },
      mail: {
        mailbox: () => ({
          async knownRawKeys(keys: string[]) {
            if (state.mailDown) throw new Error('D1 down');
            return new Set(keys.filter((k) => known.includes(k)));
          },
        }),
      },
      directory: {
        async putDeadLetter(letter: DeadLetter) {
          if (state.directoryDown) throw new Error('D1 down');
          if (!letters.has(letter.deadLetterId)) letters.set(letter.deadLetterId, letter);
        },
        getDeadLetter: async (id: string) => letters.get(id) ?? null,
        async markReplayed(id: string, at: number) {
          const letter = letters.get(id);
          if (letter !== undefined) letter.replayedAt = at;
        },
      },
    } as unknown as Services;
    return { services, lines, letters, sent, state };
  }

  it('become a row and an error line, once however often they are delivered', async () => {
    const w = letterWorld();
    for (let i = 0; i < 2; i++) {
      const { batch, fate } = batchOf('dlq-mail-ingest', [job]);
      await consumeDeadLetters(w.services, batch);
      expect(fate.acked).toEqual(['m0']);
    }
    expect([...w.letters.values()]).toMatchObject([
      {
        deadLetterId: 'mail-ingest:m0',
        queue: 'mail-ingest',
        correlationId: 'corr-9',
        failedAt: 77,
        replayedAt: null,
        discardedAt: null,
      },
    ]);
    expect(w.lines.filter((l) => l.event === 'dead-letter')).toMatchObject([
      { level: 'error' },
      { level: 'error' },
    ]);
  });

  it('I11: drop a healthy batch-mate whose message is in its mailbox', async () => {
    const w = letterWorld([job.key]);
    const { batch, fate } = batchOf('dlq-mail-ingest', [job]);
    await consumeDeadLetters(w.services, batch);
    expect(fate.acked).toEqual(['m0']);
    expect(w.letters.size).toBe(0);
    expect(w.lines.map((l) => l.level)).toEqual(['info']);
  });

  it('are kept when nobody can say whether the message is placed, and when they are no jobs at all', async () => {
    const w = letterWorld([job.key]);
    w.state.mailDown = true;
    const { batch, fate } = batchOf('dlq-mail-ingest', [job, 'rubbish', null]);
    await consumeDeadLetters(w.services, batch);
    expect(fate.acked).toHaveLength(3);
    expect([...w.letters.values()].map((l) => l.body)).toEqual([JSON.stringify(job), '"rubbish"', 'null']);
  });

  it('are given back when their row cannot be written', async () => {
    const w = letterWorld();
    w.state.directoryDown = true;
    const { batch, fate } = batchOf('dlq-index', [{ correlationId: 5 }]);
    await consumeDeadLetters(w.services, batch);
    expect(fate.acked).toEqual([]);
    expect(fate.retried).toHaveLength(1);
  });

  it('go back to their queue by a replay, exactly as they were', async () => {
    const w = letterWorld();
    await consumeDeadLetters(w.services, batchOf('dlq-mail-ingest', [job]).batch);
    await replayDeadLetter(w.services, 'mail-ingest:m0');
    expect(w.sent).toEqual([{ queue: 'mail-ingest', body: job }]);
    expect(w.letters.get('mail-ingest:m0')?.replayedAt).toBe(77);
  });

  it.each([
    'mail-ingest',
    'index',
    'notify',
    'audit',
    'outbound',
    'arrived',
    'retention',
    'actions',
    'scheduling',
    'webhooks',
    'outer-space',
  ])('A65: a replay to %s brings in nothing that is no job of it', async (queue) => {
    const w = letterWorld();
    await consumeDeadLetters(w.services, batchOf(`dlq-${queue}`, [{ ...job, tenantId: '../x' }]).batch);
    await expect(replayDeadLetter(w.services, `${queue}:m0`)).rejects.toMatchObject({
      code: 'invalid-input',
    });
    await expect(replayDeadLetter(w.services, 'nope')).rejects.toMatchObject({ code: 'not-found' });
    expect(w.sent).toEqual([]);
  });

  it('A65: an ingest job cannot point into another tenant', () => {
    expect(ingestJob.safeParse(job).success).toBe(true);
    for (const key of [
      'blobs/t2/2026/11/21/abc.eml',
      'drafts/t1/x',
      'blobs/t1/2026/11/21/../../t2/abc.eml',
      '',
    ]) {
      expect(ingestJob.safeParse({ ...job, key }).success).toBe(false);
    }
  });
});

function isNoAlert(job: unknown): boolean {
  return (job as { action?: string } | null)?.action !== 'dead-letter';
}

describe('mapBounded', () => {
  it('keeps at most the given number of calls under way and reports an error after all have ended', async () => {
    let running = 0;
    let most = 0;
    const done: number[] = [];
    const work = async (n: number) => {
      running++;
      most = Math.max(most, running);
      await new Promise((r) => setTimeout(r, 1));
      running--;
      done.push(n);
      if (n === 3) throw new Error('three');
      return n * 2;
    };
    const items = Array.from({ length: 20 }, (_, n) => n);
    await expect(mapBounded(items, 6, work)).rejects.toThrow('three');
    expect(most).toBe(6);
    expect(done).toHaveLength(20);
    expect(await mapBounded([1, 2], 6, async (n) => n)).toEqual([1, 2]);
  });
});
