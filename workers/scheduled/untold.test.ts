import { describe, expect, test } from 'vitest';
import type { CalendarEvent } from '../../core/calendar/types.ts';
import { pimFacts } from '../../core/pim/facts.ts';
import type { Refusal } from '../../core/ports/outbound.ts';
import type { SchedulingJob } from '../../core/ports/queues.ts';
import { meeting } from '../../core/scheduling/testing.ts';
import { createComposer } from '../../outbound/index.ts';
import type { Services } from '../../platform/services.ts';
import { createMemoryBlobStore, createMemoryStores, createQueueRecorder } from '../../store/memory/index.ts';
import { consumeDeadLetters, replayDeadLetter } from '../queue-consumers/dead-letters.ts';
import { createQueueConsumers } from '../queue-consumers/index.ts';
import { resumeScheduling } from './untold.ts';

const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;
const START = Date.UTC(2026, 10, 20);

async function world(meetings = 1, tenants: readonly string[] = ['t1']) {
  const stores = createMemoryStores();
  const queues = createQueueRecorder();
  const state = {
    now: START,
    refusal: null as Refusal | null,
    broken: false,
    sent: [] as string[],
    brokenTenant: '',
  };
  for (const tenantId of tenants) {
    await stores.directory.createTenant({ tenantId, name: tenantId, status: 'active', mailShard: 'MAIL_1' });
    await stores.directory.createUser({
      ...{ userId: `ann-${tenantId}`, tenantId, address: `ann@${tenantId}.example`, displayName: 'Ann' },
      ...{ status: 'active', quotaBytes: null, createdAt: 1 },
    });
    await boxOf(tenantId).create(1);
  }
  function boxOf(tenantId: string) {
    return stores.mail.mailbox({ tenantId, mailboxId: `ann-${tenantId}`, shard: 'MAIL_1' });
  }
  const put = async (tenantId: string, itemId: string, over: Partial<CalendarEvent> = {}) => {
    const organizer = `ann@${tenantId}.example`;
    const { participants = {} } = meeting();
    const document = meeting({
      ...{ uid: itemId, replyTo: { imip: `mailto:${organizer}` } },
      participants: {
        ...participants,
        a: {
          ...{ '@type': 'Participant', email: organizer, roles: { owner: true, attendee: true } },
          sendTo: { imip: `mailto:${organizer}` },
        },
      },
      ...over,
    });
    const folderId = (await boxOf(tenantId).folderByRole('calendar'))?.folderId ?? '';
    const facts = pimFacts('event', document);
    await boxOf(tenantId).putItem({ itemId, folderId, kind: 'event', document, facts }, { announce: true });
  };
  for (const tenantId of tenants) {
    for (let n = 0; n < meetings; n++) await put(tenantId, `m${String(n).padStart(5, '0')}`);
  }
  const log = { info() {}, warn() {}, error() {}, debug() {}, with: () => log };
  const services = {
    ...{ ...stores, queues, log, now: () => state.now },
    composer: createComposer({ blobs: createMemoryBlobStore(() => state.now) }),
    mail: {
      ...stores.mail,
      duePim: (tenantId: string, ...rest: [string, 'announce', { until: number; limit: number }]) => {
        if (tenantId === state.brokenTenant) throw new Error('the shard is down');
        return stores.mail.duePim(tenantId, ...rest);
      },
    },
    outbound: {
      async submit({ submissionId }: { submissionId: string }) {
        if (state.broken) throw new Error('the bucket is down');
        if (state.refusal !== null) return { kind: 'refused', reason: state.refusal };
        state.sent.push(submissionId);
        return { kind: 'accepted', itemId: null };
      },
    },
  } as unknown as Services;
  const consume = createQueueConsumers(services);
  /** Ends what is queued as the queue would; a message that fails comes nine times and is a dead letter then. */
  let delivered = 0;
  const work = async () => {
    const jobs = queues.sent.scheduling.splice(0);
    for (const body of jobs) {
      const id = `q${++delivered}`;
      for (let attempts = 1, again = true; again; attempts++) {
        again = false;
        const retry = () => {
          again = true;
        };
        const message = { id, body, attempts, ack: () => undefined, retry };
        if (attempts > 9) {
          await consumeDeadLetters(services, { queue: 'dlq-scheduling', messages: [message] });
          break;
        }
        await consume({ queue: 'scheduling', messages: [message] });
      }
    }
    return jobs.length;
  };
  const run = async () => {
    const failed = await resumeScheduling(services);
    const jobs = queues.sent.scheduling as SchedulingJob[];
    return { failed, jobs: jobs.map(({ tenantId, itemId }) => `${tenantId} ${itemId}`) };
  };
  const letters = () => stores.directory.listDeadLetters({ queue: 'scheduling', limit: 500 });
  /** Quarters of an hour of the cron, each with all that it queued. Numbers of jobs. */
  const quarters = async (n: number) => {
    const counts: number[] = [];
    for (let i = 0; i < n; i++) {
      state.now += QUARTER;
      await run();
      counts.push(await work());
    }
    return counts;
  };
  return { state, services, queues, put, run, work, letters, quarters };
}

describe('meetings that are still to be told of', () => {
  test('all come to the queue, however many they are', async () => {
    const w = await world(250);
    const { jobs, failed } = await w.run();
    expect(failed).toBe(0);
    expect(new Set(jobs).size).toBe(250);
    await w.work();
    expect(w.state.sent).toHaveLength(250);
    w.state.now += QUARTER;
    expect((await w.run()).jobs).toEqual([]);
  });

  test('are taken up where the last run came to, tenant after tenant', async () => {
    const w = await world(4000, ['t1', 't2']);
    const seen = new Set<string>();
    const runs: number[] = [];
    for (let n = 0; n < 2; n++) {
      const { jobs } = await w.run();
      runs.push(jobs.length);
      for (const job of jobs) seen.add(job);
      w.queues.sent.scheduling.splice(0);
    }
    expect(runs).toEqual([5000, 3000]);
    expect(seen.size).toBe(8000);
    // From the beginning again.
    expect((await w.run()).jobs[0]).toBe('t1 m00000');
  });

  test('of one tenant that cannot be read keep nobody else waiting', async () => {
    const w = await world(1, ['t1', 't2']);
    w.state.brokenTenant = 't1';
    expect(await w.run()).toEqual({ failed: 1, jobs: ['t2 m00000'] });
  });
});

describe('a meeting whose attendees cannot be told', () => {
  test('of a user who may not send now is tried at growing distances, then given up for an admin to see', async () => {
    const w = await world();
    w.state.refusal = 'sending-locked';
    const counts = await w.quarters(4 * 24 * 4);
    const tried = counts.filter((n) => n > 0).length;
    expect(tried).toBe(10);
    expect(await w.letters()).toMatchObject([
      { queue: 'scheduling', error: expect.stringContaining('sending-locked'), replayedAt: null },
    ]);
    // Nothing refills the dead letters, not after months either.
    for (let n = 0; n < 20; n++) {
      w.state.now += 10 * 24 * 60 * MINUTE;
      await w.services.operations.forgetFailuresBefore(w.state.now - 30 * 24 * 60 * MINUTE);
      await w.quarters(1);
    }
    expect(await w.letters()).toHaveLength(1);
  });

  test('is told as soon as its owner may send again', async () => {
    const w = await world();
    w.state.refusal = 'rate-limited';
    await w.quarters(3);
    w.state.refusal = null;
    await w.quarters(8);
    expect(w.state.sent).toHaveLength(1);
    expect(await w.letters()).toEqual([]);
  });

  test('is given up at once when it is refused for good, and tried again when an admin says so', async () => {
    const w = await world();
    w.state.refusal = 'too-many-recipients';
    expect((await w.quarters(200)).filter((n) => n > 0)).toHaveLength(1);
    const [letter] = await w.letters();
    expect(letter).toMatchObject({ error: expect.stringContaining('too-many-recipients') });
    w.state.refusal = null;
    await replayDeadLetter(w.services, letter?.deadLetterId ?? '');
    await w.work();
    expect(w.state.sent).toHaveLength(1);
    expect(await w.quarters(2)).toEqual([0, 0]);
  });

  test('is tried again after it was given up when its event changes', async () => {
    const w = await world();
    w.state.refusal = 'too-many-recipients';
    await w.quarters(2);
    w.state.refusal = null;
    await w.put('t1', 'm00000', { title: 'Smaller' });
    const job = { v: 1 as const, tenantId: 't1', mailboxId: 'ann-t1', shard: 'MAIL_1', itemId: 'm00000' };
    await w.services.queues.scheduling([{ ...job, correlationId: '' }]);
    await w.work();
    expect(w.state.sent).toHaveLength(1);
    expect(await w.quarters(2)).toEqual([0, 0]);
  });

  test('by a fault of ours becomes one dead letter, not one in each quarter of an hour', async () => {
    const w = await world();
    w.state.broken = true;
    await w.quarters(300);
    expect(await w.letters()).toHaveLength(1);
    w.state.broken = false;
    await replayDeadLetter(w.services, (await w.letters())[0]?.deadLetterId ?? '');
    await w.work();
    expect(w.state.sent).toHaveLength(1);
  });
});
