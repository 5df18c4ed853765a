import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MailboxRef } from '../../core/mail/types.ts';
import type { IngestJob } from '../../core/ports/queues.ts';
import type { Services } from '../../platform/services.ts';
import { ingestWorld as world } from '../../test/support/ingest-world.worker.ts';
import { buildMail, type MailOptions, mailOfSize, withHop } from '../../test/support/mail.ts';
import { consumeIngest } from './ingest.ts';

const mail = (options: MailOptions = {}) => buildMail(options);

describe('ingest', () => {
  it('places a message with its facts, preview, sizes and parts', async () => {
    const w = await world();
    const raw = mail({
      from: 'Jörg <joerg@sender.example>',
      subject: 'Grüße',
      text: 'Hallo Ann,\nbis später.\n',
      html: '<p>Hallo <b>Ann</b></p>',
      attachments: [{ name: 'plan.pdf', type: 'application/pdf', content: 'PDF' }],
      messageId: '<m1@x>',
    });
    const job = await w.store(raw);
    expect(await w.consume([job])).toEqual({ acked: [0], retried: [] });
    const [m] = await w.inbox();
    expect(m).toMatchObject({
      rawKey: job.key,
      rawSha256: job.sha256,
      subject: 'Grüße',
      preview: 'Hallo Ann, bis später.',
      size: raw.length,
      isRead: false,
      messageIdHeader: 'm1@x',
      htmlSize: 23,
      receivedAt: w.services.now(),
    });
    expect(m?.textHead).toContain('bis später.');
    expect(m?.textSize).toBe(new TextEncoder().encode(m?.textHead).length);
    expect(m?.attachments.map((a) => a.name)).toEqual(['plan.pdf']);
    expect(m?.bodies).toHaveLength(2);
  });

  it('tells the index and the waiters before it acknowledges, in one call each', async () => {
    const w = await world(['ann', 'bob']);
    const jobs = [await w.store(mail()), await w.store(mail()), await w.store(mail(), 'bob')];
    const order: string[] = [];
    const services = {
      ...w.services,
      queues: {
        ...w.queues,
        index: async (j: never[]) => {
          order.push(`index ${j.length}`);
          await w.queues.index(j);
        },
        notify: async (j: never[]) => {
          order.push(`notify ${j.length}`);
          await w.queues.notify(j);
        },
      },
    };
    const fate = { acked: 0 };
    const messages = jobs.map((body, n) => ({
      id: `m${n}`,
      body,
      attempts: 1,
      ack: () => {
        order.push('ack');
        fate.acked++;
      },
      retry: () => undefined,
    }));
    await consumeIngest(services, { queue: 'mail-ingest', messages });
    expect(order).toEqual(['index 3', 'notify 3', 'ack', 'ack', 'ack']);
    const inboxId = (await w.box().folderByRole('inbox'))?.folderId;
    expect(w.queues.sent.notify.filter((n) => n.mailboxId === 'u-ann')).toMatchObject([
      { folderId: inboxId, originDevice: null, correlationId: jobs[0]?.correlationId },
      { folderId: inboxId, correlationId: jobs[1]?.correlationId },
    ]);
  });

  it.each([
    'index',
    'notify',
  ] as const)('I8: gives placed messages back when %s cannot be told, and repeats it', async (q) => {
    const w = await world();
    const job = await w.store(mail());
    const services = {
      ...w.services,
      queues: { ...w.queues, [q]: async () => Promise.reject(new Error('Too Many Requests')) },
    } as Services;
    expect(await w.consume([job], 1, services)).toEqual({ acked: [], retried: [0] });
    expect(await w.consume([job], 2)).toEqual({ acked: [0], retried: [] });
    expect(await w.inbox()).toHaveLength(1);
    expect(w.queues.sent[q]).toHaveLength(1);
  });

  it('I8: any number of deliveries in any order gives the state of one', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 6 }), {
          minLength: 1,
          maxLength: 5,
        }),
        fc.integer({ min: 1, max: 5 }),
        async (batches, attempts) => {
          const w = await world(['ann', 'bob']);
          const twice = mail({ messageId: '<same@x>', text: 'twice' });
          const jobs = [
            await w.store(withHop(twice, 'a')),
            await w.store(withHop(twice, 'b')),
            await w.store(twice, 'bob'),
            await w.store(mail({ messageId: '<same@x>', text: 'another' })),
            await w.store(mail({ text: 'plain' })),
          ];
          for (const batch of batches)
            await w.consume(
              batch.map((n) => jobs[n]),
              attempts,
            );
          await w.consume(jobs, attempts);
          expect((await w.inbox('ann')).map((m) => m.preview).sort()).toEqual(['another', 'plain', 'twice']);
          expect(await w.inbox('bob')).toHaveLength(1);
          const usage = await w.box('ann').usage();
          expect(usage.itemCount).toBe(3);
          expect(usage.sizeBytes).toBe((await w.inbox('ann')).reduce((n, m) => n + m.size, 0));
          const listed = await w.blobs.list('blobs/', null, 100);
          const rows = [...(await w.inbox('ann')), ...(await w.inbox('bob'))].map((m) => m.rawKey).sort();
          expect(listed.objects.map((o) => o.key).sort()).toEqual(rows);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('I9: keeps the raw of the first copy only, and takes a later delivery of the second for what it is', async () => {
    const w = await world();
    const raw = mail();
    const first = await w.store(withHop(raw, 'a.example'));
    const second = await w.store(withHop(raw, 'b.example'));
    await w.consume([first]);
    await w.consume([second]);
    expect(await w.inbox()).toHaveLength(1);
    expect(await w.blobs.head(first.key)).not.toBeNull();
    expect(await w.blobs.head(second.key)).toBeNull();
    expect(await w.consume([second])).toEqual({ acked: [0], retried: [] });
  });

  it('I8: does not bring back what its owner has removed', async () => {
    const w = await world();
    const job = await w.store(mail());
    await w.consume([job]);
    const [m] = await w.inbox();
    await w.box().remove([m?.itemId ?? ''], 5);
    for (const attempts of [1, 2, 4]) {
      expect(await w.consume([job], attempts)).toEqual({ acked: [0], retried: [] });
    }
    expect(await w.inbox()).toEqual([]);
    await w.blobs.delete(job.key);
    expect(await w.consume([job], 1)).toEqual({ acked: [0], retried: [] });
  });

  it('gives back a job whose raw is missing or has another checksum, and only that', async () => {
    const w = await world();
    const good = await w.store(mail());
    const lost = await w.store(mail());
    await w.blobs.delete(lost.key);
    const changed = { ...(await w.store(mail())), sha256: 'ab'.repeat(32) };
    expect(await w.consume([lost, good, changed])).toEqual({ acked: [1], retried: [0, 2] });
    expect(await w.inbox()).toHaveLength(1);
  });

  it('A65: brings no mail into a mailbox other than the one it was accepted for', async () => {
    const w = await world(['ann', 'eve']);
    const job = await w.store(mail());
    const forged = { ...job, mailboxId: 'u-eve' };
    expect(await w.consume([forged, { ...job, tenantId: 't2' }, { ...job, shard: 'NONE' }, 7])).toEqual({
      acked: [],
      retried: expect.arrayContaining([0, 1, 2, 3]) as number[],
    });
    expect(await w.inbox('eve')).toEqual([]);
  });

  it('creates the mailbox of a user who has none yet', async () => {
    const w = await world();
    const ref = { tenantId: 't1', mailboxId: 'u-new', shard: 'MAIL_1' };
    w.refs.set('new', ref);
    const job = await w.store(mail(), 'new');
    expect(await w.consume([job])).toEqual({ acked: [0], retried: [] });
    expect(await w.inbox('new')).toHaveLength(1);
  });

  it('I11: a message that the store refuses keeps none of its batch-mates out', async () => {
    const w = await world();
    const jobs = [
      await w.store(mail({ subject: 'one' })),
      await w.store(mail({ subject: 'bad' })),
      await w.store(mail({ subject: 'three' })),
    ];
    const mailbox = (ref: MailboxRef) => {
      const real = w.services.mail.mailbox(ref);
      const insertMany: typeof real.insertMany = async (messages) => {
        if (messages.some((m) => m.subject === 'bad')) throw new Error('D1_ERROR: string or blob too big');
        return real.insertMany(messages);
      };
      return new Proxy(real, {
        get: (t, k) => (k === 'insertMany' ? insertMany : Reflect.get(t, k, t).bind?.(t)),
      });
    };
    const services = { ...w.services, mail: { ...w.services.mail, mailbox } } as Services;
    expect(await w.consume(jobs, 1, services)).toEqual({ acked: [0, 2], retried: [1] });
    expect((await w.inbox()).map((m) => m.subject).sort()).toEqual(['one', 'three']);
  });

  it('I11: takes repeated messages one at a time, in reverse on every second attempt, and unparsed from the fourth', async () => {
    for (const [attempts, wanted] of [
      [2, ['c', 'b', 'a']],
      [3, ['a', 'b', 'c']],
      [4, ['c', 'b', 'a']],
    ] as const) {
      const w = await world();
      const jobs: IngestJob[] = [];
      for (const subject of ['a', 'b', 'c']) jobs.push(await w.store(mail({ subject, text: 'x' })));
      const opened: string[] = [];
      let placed = 0;
      const blobs = {
        ...w.blobs,
        open: async (key: string) => {
          // Everything before this one is placed already.
          expect(await w.inbox()).toHaveLength(placed++);
          opened.push(key);
          return w.blobs.open(key);
        },
      };
      await w.consume(jobs, attempts, { ...w.services, blobs } as Services);
      expect(opened.map((k) => 'abc'[jobs.findIndex((j) => j.key === k)])).toEqual(wanted);
      const messages = await w.inbox();
      expect(messages.every((m) => m.degraded.includes('unparsed') === attempts >= 4)).toBe(true);
      expect(messages.map((m) => m.subject).sort()).toEqual(['a', 'b', 'c']);
    }
  });

  it('I10: a message that cannot be read for the moment is given back, not shown in pieces', async () => {
    const w = await world();
    const job = await w.store(mailOfSize(3 * 1024 * 1024));
    const blobs = { ...w.blobs, readRange: async () => Promise.reject(new Error('R2 internal error')) };
    expect(await w.consume([job], 1, { ...w.services, blobs } as Services)).toEqual({
      acked: [],
      retried: [0],
    });
    expect(await w.inbox()).toEqual([]);
  });

  it('streams a large message and knows its body all the same', async () => {
    const w = await world();
    const raw = mailOfSize(5 * 1024 * 1024, { subject: 'large' });
    const job = await w.store(raw);
    expect(await w.consume([job])).toEqual({ acked: [0], retried: [] });
    const [m] = await w.inbox();
    expect(m).toMatchObject({ subject: 'large', size: raw.length, rawSha256: job.sha256 });
    expect(m?.preview.startsWith('The quick brown fox')).toBe(true);
    expect(m?.textSize).toBeGreaterThan(4 * 1024 * 1024);
  });

  it('I10: shows something of every byte string', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 400 }),
        fc.integer({ min: 1, max: 5 }),
        async (raw, attempts) => {
          const w = await world();
          const job = await w.store(raw);
          expect(await w.consume([job], attempts)).toEqual({ acked: [0], retried: [] });
          const [m] = await w.inbox();
          expect(m?.size).toBe(raw.length);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('puts siblings of one batch and later answers into one thread', async () => {
    const w = await world();
    const jobs = [
      await w.store(mail({ messageId: '<c@x>', references: ['<a@x>', '<b@x>'], subject: 'Re: plan' })),
      await w.store(mail({ messageId: '<a@x>', subject: 'plan' })),
      await w.store(mail({ messageId: '<b@x>', references: ['<a@x>'], subject: 'Re: plan' })),
      await w.store(mail({ messageId: '<z@x>', subject: 'else' })),
    ];
    await w.consume(jobs);
    await w.consume([await w.store(mail({ messageId: '<d@x>', subject: 'AW: plan' }))]);
    const threads = new Map((await w.inbox()).map((m) => [m.messageIdHeader, m.threadId]));
    expect(new Set(['a@x', 'b@x', 'c@x', 'd@x'].map((id) => threads.get(id))).size).toBe(1);
    expect(threads.get('z@x')).not.toBe(threads.get('a@x'));
  });
});
