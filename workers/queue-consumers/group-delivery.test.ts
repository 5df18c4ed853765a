import { describe, expect, test } from 'vitest';
import { GROUP_DEFAULTS, type GroupSettings } from '../../core/people/types.ts';
import type { IngestJob } from '../../core/ports/queues.ts';
import type { Services } from '../../platform/services.ts';
import { automaticWorld, type Left } from '../../test/support/automatic-world.worker.ts';
import { AdmissionCache } from '../email-inbound/admission.ts';
import { createEmailInbound } from '../email-inbound/index.ts';
import { requeueOrphans } from '../scheduled/orphans.ts';
import { consumeArrived } from './arrived.ts';
import { consumeIngest } from './ingest.ts';

const MAIL =
  'From: Fay <fay@out.example>\r\nTo: all@one.example\r\nSubject: Hello\r\nMessage-ID: <m1@out>\r\n\r\nWords.\r\n';
const PASS = 'mx.test; spf=pass smtp.mailfrom=fay@out.example';

async function world(settings: Partial<GroupSettings> = { senders: 'anyone' }, members?: string[]) {
  const w = await automaticWorld();
  const services = {
    ...w.services,
    config: { ...w.services.config, maxMessageBytes: 100_000, platformAuthservId: 'mx.test' },
    defer: () => undefined,
  } as Services;
  const { directory } = w.stores;
  const group = { ...GROUP_DEFAULTS, tenantId: 't1', groupId: 'g1', address: 'all@one.example', ...settings };
  await directory.createGroup(group);
  const usual = ['ann@one.example', 'bob@one.example', 'bob@two.example', 'x@away.example'];
  await directory.setGroupMembers('t1', 'g1', members ?? usual);
  const refusals: string[] = [];
  const deliver = async (to: string, over: { from?: string; raw?: string; auth?: string } = {}) => {
    const raw = over.raw ?? MAIL;
    await createEmailInbound(services, { cache: new AdmissionCache() })({
      ...{ from: over.from ?? 'fay@out.example', to, rawSize: raw.length },
      headers: new Headers(over.auth === undefined ? {} : { 'Authentication-Results': over.auth }),
      raw: new Response(raw).body ?? new ReadableStream(),
      setReject: (reason) => void refusals.push(reason),
    });
  };
  /** Everything that is in the queues, each message `times` times. Number of those that were given back. */
  const work = async (times = 1): Promise<number> => {
    let retried = 0;
    const run = async (queue: string, consume: typeof consumeIngest, jobs: unknown[]) => {
      for (const body of jobs) {
        for (let n = 0; n < times; n++) {
          const message = { id: 'm', body, attempts: n + 1, ack() {}, retry: () => void retried++ };
          await consume(services, { queue, messages: [message] });
        }
      }
    };
    while (w.queues.sent.ingest.length + w.queues.sent.arrived.length > 0) {
      await run('mail-ingest', consumeIngest, w.queues.sent.ingest.splice(0));
      await run('arrived', consumeArrived, w.queues.sent.arrived.splice(0));
    }
    return retried;
  };
  const inbox = async (address: string) => (await w.folder(address)).map(({ subject }) => subject);
  return { ...w, services, directory, deliver, work, inbox, refusals };
}

const targets = (left: Left[]) => left.map(({ mailFrom, to }) => `${mailFrom} ${to}`);

describe('mail from outside for a group', () => {
  test('reaches each member once, whatever is repeated, and nothing of it stays behind (I6, I8, I9)', async () => {
    const w = await world();
    await w.deliver('all@one.example');
    await w.deliver('ann@one.example');
    // The sender did not hear our answer.
    await w.deliver('All@One.example');
    expect(await w.work(3)).toBe(0);
    for (const address of ['ann@one.example', 'bob@one.example', 'bob@two.example']) {
      expect(await w.inbox(address)).toEqual(['Hello']);
    }
    expect(targets(w.left)).toEqual(['fay@out.example x@away.example']);
    const keys = (await w.blobs.list('blobs/', null, 100)).objects;
    expect(keys.map((o) => o.envelope?.mailboxId).sort()).toEqual(['ann-t1', 'bob-t1', 'bob-t2']);
    expect(keys.every((o) => o.envelope?.group === undefined)).toBe(true);
  });

  test('is byte for byte what came in, with its envelope; copies that leave say of which list they are', async () => {
    const w = await world();
    await w.deliver('all@one.example', { auth: PASS });
    await w.work();
    const [copy] = await w.folder('bob@one.example');
    if (copy === undefined) throw new Error('no copy');
    expect(new TextDecoder().decode(await w.rawOf(copy))).toBe(MAIL);
    expect((await w.blobs.head(copy.rawKey))?.envelope).toMatchObject({
      ...{ mailFrom: 'fay@out.example', rcptTo: 'all@one.example', authResults: PASS },
    });
    expect(w.left[0]?.text).toContain('List-Id: <all.one.example>\r\n');
    expect(w.left[0]?.text.endsWith(MAIL)).toBe(true);
  });

  test('goes to those who were members when work on it began', async () => {
    const w = await world();
    await w.deliver('all@one.example');
    w.crash.set('submit before', 1);
    const [job] = w.queues.sent.ingest.splice(0);
    const once = async () => {
      let retried = 0;
      const message = { id: 'm', body: job, attempts: 2, ack() {}, retry: () => void retried++ };
      await consumeIngest(w.services, { queue: 'mail-ingest', messages: [message] });
      return retried;
    };
    expect(await once()).toBe(1);
    await w.directory.setGroupMembers('t1', 'g1', ['y@away.example']);
    expect(await once()).toBe(0);
    await w.work();
    expect(targets(w.left)).toEqual(['fay@out.example x@away.example']);
    expect(await w.inbox('ann@one.example')).toEqual(['Hello']);
  });

  test('reaches each member once wherever work on it breaks off, before a call or after it (I8, I23)', async () => {
    const run = async (at: number, mode: 'before' | 'after') => {
      const w = await world();
      await w.deliver('all@one.example');
      const [job] = w.queues.sent.ingest.splice(0);
      let calls = 0;
      /** The same, of which call number `at` fails. */
      const failing = <T extends object>(part: T): T =>
        new Proxy(part, {
          get(target, name) {
            const value: unknown = Reflect.get(target, name);
            if (typeof value !== 'function') return value;
            return async (...given: unknown[]) => {
              const hit = ++calls === at;
              if (hit && mode === 'before') throw new Error('broke off before');
              const result: unknown = await value.apply(target, given);
              if (hit) throw new Error('broke off after');
              return result;
            };
          },
        });
      const { blobs, queues, directory, outbound } = w.services;
      const broken = {
        ...w.services,
        ...{ blobs: failing(blobs), queues: failing(queues), directory: failing(directory) },
        outbound: failing(outbound),
      } as Services;
      for (let attempts = 1, done = 0; done < 1; attempts++) {
        if (attempts > 5) throw new Error('it never succeeds');
        const message = { id: 'm', body: job, attempts, ack: () => void done++, retry() {} };
        await consumeIngest(broken, { queue: 'mail-ingest', messages: [message] });
      }
      await w.work(2);
      const inboxes = ['ann@one.example', 'bob@one.example', 'bob@two.example'].map((one) => w.inbox(one));
      const raws = (await w.blobs.list('blobs/', null, 100)).objects;
      return {
        calls,
        state: [await Promise.all(inboxes), targets(w.left), raws.map((o) => o.envelope?.mailboxId).sort()],
      };
    };
    const { calls, state } = await run(0, 'before');
    expect(state).toEqual([
      [['Hello'], ['Hello'], ['Hello']],
      ['fay@out.example x@away.example'],
      ['ann-t1', 'bob-t1', 'bob-t2'],
    ]);
    expect(calls).toBeGreaterThan(12);
    for (let at = 1; at <= calls; at++) {
      for (const mode of ['before', 'after'] as const) {
        expect({ at, mode, state: (await run(at, mode)).state }).toEqual({ at, mode, state });
      }
    }
  });

  test('that is in no queue is found by the reconciler (I6)', async () => {
    const w = await world();
    await w.deliver('all@one.example');
    w.queues.sent.ingest.length = 0;
    const tenant = await w.directory.getTenant('t1');
    if (tenant === null) throw new Error('no tenant');
    const options = { now: w.state.now + 20 * 60_000, minAgeMs: 15 * 60_000, maxAgeMs: 48 * 3_600_000 };
    await requeueOrphans(
      w.services,
      tenant,
      { ...options, intervalMs: 15 * 60_000, random: () => 0 },
      { calls: 100 },
    );
    expect(await w.work()).toBe(0);
    expect(await w.inbox('ann@one.example')).toEqual(['Hello']);
  });

  test('is taken on in steps when the members are many', async () => {
    const w = await world({ senders: 'anyone' }, []);
    const members: string[] = [];
    for (let n = 0; n < 130; n++) {
      const address = `m${n}@one.example`;
      members.push(address);
      await w.directory.createUser({
        ...{ userId: `m${n}-t1`, tenantId: 't1', address, displayName: '', status: 'active' },
        ...{ quotaBytes: null, createdAt: 1 },
      });
      await w.stores.mail.mailbox({ tenantId: 't1', mailboxId: `m${n}-t1`, shard: 'MAIL_1' }).create(1);
    }
    await w.directory.setGroupMembers('t1', 'g1', members);
    await w.deliver('all@one.example');
    const rounds: number[] = [];
    const groupJobs = (jobs: readonly IngestJob[]) => jobs.filter((job) => job.mailboxId === 'g1').length;
    for (
      let jobs = w.queues.sent.ingest.splice(0);
      groupJobs(jobs) > 0;
      jobs = w.queues.sent.ingest.splice(0)
    ) {
      const messages = jobs.map((body) => ({ id: 'm', body, attempts: 1, ack() {}, retry() {} }));
      await consumeIngest(w.services, { queue: 'mail-ingest', messages });
      rounds.push(w.queues.sent.ingest.length);
    }
    expect(rounds).toEqual([101, 30]);
    const copies = (await w.blobs.list('blobs/t1/', null, 1000)).objects;
    expect(new Set(copies.map((o) => o.envelope?.mailboxId)).size).toBe(130);
  });

  test.each<[string, Partial<GroupSettings>, { from?: string; auth?: string }, string | null]>([
    ['for anyone', { senders: 'anyone' }, {}, null],
    ['for anyone, a bounce', { senders: 'anyone' }, { from: '' }, null],
    ['for the inside', { senders: 'inside' }, { auth: PASS }, '550 5.7.1'],
    [
      'for the inside, with the name of a user',
      { senders: 'inside' },
      { from: 'ann@one.example' },
      '550 5.7.1',
    ],
    ['for members, with the name of one', { senders: 'members' }, { from: 'fay@out.example' }, '550 5.7.1'],
    ['for members, by one', { senders: 'members' }, { auth: PASS }, null],
    [
      'for members, by one with results that a sender wrote',
      { senders: 'members' },
      { auth: `evil; ${PASS}` },
      '550',
    ],
    [
      'for members, by another with SPF of its own',
      { senders: 'members' },
      { from: 'eve@evil.example', auth: 'mx.test; spf=pass smtp.mailfrom=eve@evil.example' },
      '550 5.7.1',
    ],
  ])('%s', async (_what, settings, over, refusal) => {
    const w = await world(settings, ['ann@one.example', 'fay@out.example']);
    await w.deliver('all@one.example', over);
    await w.work();
    if (refusal === null) {
      expect(w.refusals).toEqual([]);
      expect(await w.inbox('ann@one.example')).toEqual(['Hello']);
    } else {
      expect(w.refusals).toEqual([expect.stringContaining(refusal)]);
      expect(await w.inbox('ann@one.example')).toEqual([]);
      expect(w.queues.sent.audit).toMatchObject([
        { action: 'mail.refuse', details: { reason: 'group-closed' } },
      ]);
    }
  });

  test('with nobody left is refused, so that its sender is told', async () => {
    const w = await world({ senders: 'anyone' }, ['nobody@one.example']);
    await w.deliver('all@one.example');
    expect(w.refusals).toEqual([expect.stringContaining('550 5.2.4')]);
  });

  test('that comes round by a member outside ends there (A23)', async () => {
    const w = await world();
    await w.deliver('all@one.example');
    await w.work();
    const back = w.left[0]?.text ?? '';
    await w.deliver('all@one.example', { raw: `Received: by away\r\n${back}` });
    expect(await w.work()).toBe(0);
    expect(w.left).toHaveLength(1);
    expect(await w.inbox('ann@one.example')).toEqual(['Hello']);
    expect(w.lines.filter(({ event }) => event === 'group.not-delivered')).toMatchObject([
      { fields: { reason: 'loop' } },
    ]);
  });

  test('is answered by nobody who is out of office, not even in the name of the group', async () => {
    const w = await world();
    const away = { enabled: true, reply: { format: 'text', content: 'Away' } };
    await w.mailbox('ann@one.example').putSetting('oof', {
      ...{ state: 1, startTime: null, endTime: null, changedAt: 1 },
      messages: { internal: away, externalKnown: away, externalUnknown: away },
    });
    await w.deliver('all@one.example');
    await w.work();
    expect(targets(w.left)).toEqual(['fay@out.example x@away.example']);
    // The same words to Ann herself are answered.
    await w.deliver('ann@one.example', { raw: MAIL.replace('all@', 'ann@').replace('m1@', 'm2@') });
    await w.work();
    expect(targets(w.left)).toContain(' fay@out.example');
  });
});
