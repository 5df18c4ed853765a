/** Mailboxes of two tenants whose mail is ingested and followed up until nothing more happens; outsiders only collect. */
import { MimeIndexer } from '../../codecs/mime/index.ts';
import { rawKey } from '../../core/mail/place-key.ts';
import { routeAddress } from '../../core/mail/recipients.ts';
import { derivedId } from '../../core/mail/sending/ids.ts';
import type { MailboxRef, Message } from '../../core/mail/types.ts';
import type { RawEnvelope } from '../../core/ports/blobs.ts';
import type { Outbound, Submission } from '../../core/ports/outbound.ts';
import type { ArrivedJob, IngestJob } from '../../core/ports/queues.ts';
import type { Rule } from '../../core/rules/types.ts';
import { parseRules } from '../../core/rules/validate.ts';
import { createComposer } from '../../outbound/index.ts';
import type { Services } from '../../platform/services.ts';
import { createMemoryBlobStore, createMemoryStores, createQueueRecorder } from '../../store/memory/index.ts';
import { consumeArrived } from '../../workers/queue-consumers/arrived.ts';
import { consumeIngest } from '../../workers/queue-consumers/ingest.ts';
import { createMessageReader } from '../../workers/queue-consumers/message-reader.ts';
import type { QueueMessage } from '../../workers/queue-consumers/settle.ts';
import { streamOf } from './mail.ts';

/** A message that left the house. */
export interface Left {
  mailFrom: string;
  to: string;
  raw: Uint8Array;
  text: string;
}

export async function automaticWorld() {
  const state = { now: 1_800_000_000_000, made: 0 };
  const lines: { event: string; fields: Record<string, unknown> }[] = [];
  const note = (event: string, fields: Record<string, unknown> = {}) => void lines.push({ event, fields });
  const log = { debug: note, info: note, warn: note, error: note, with: () => log };
  const stores = createMemoryStores(['MAIL_1']);
  const blobs = createMemoryBlobStore(() => state.now);
  const queues = createQueueRecorder();
  const submissions = new Map<string, Submission>();
  const left: Left[] = [];
  const pending: { job: IngestJob }[] = [];
  /** Throws at the n-th call of the name, counted down. */
  const crash = new Map<string, number>();
  const point = (name: string) => {
    const n = crash.get(name);
    if (n === undefined) return;
    if (n > 1) crash.set(name, n - 1);
    else {
      crash.delete(name);
      throw new Error(`crash at ${name}`);
    }
  };

  for (const [tenantId, domain] of [
    ['t1', 'one.example'],
    ['t2', 'two.example'],
  ] as const) {
    await stores.directory.createTenant({ tenantId, name: tenantId, status: 'active', mailShard: 'MAIL_1' });
    await stores.directory.createDomain({ domain, tenantId, catchAllUserId: null, enabled: true });
    for (const name of ['ann', 'bob']) {
      await stores.directory.createUser({
        ...{ userId: `${name}-${tenantId}`, tenantId, address: `${name}@${domain}`, displayName: name },
        ...{ status: 'active', quotaBytes: null, createdAt: 1 },
      });
      await stores.mail.mailbox(refOf(`${name}@${domain}`)).create(1);
    }
  }
  await stores.directory.createAlias({
    ...{ address: 'anne@one.example', tenantId: 't1', userId: 'ann-t1', enabled: true },
  });

  const outbound: Outbound = {
    async submit(submission: Submission) {
      point('submit before');
      if (submissions.has(submission.submissionId)) return { kind: 'already' };
      submissions.set(submission.submissionId, submission);
      const { mailFrom, recipients } = submission.automatic ?? { mailFrom: '', recipients: [] };
      for (const to of recipients) await send(mailFrom, to, submission.raw);
      point('submit after');
      return { kind: 'accepted', itemId: null };
    },
    attempt: async () => [],
    resume: async () => 0,
  } as unknown as Outbound;

  const services = {
    ...{ ...stores, blobs, queues, log, outbound, now: () => state.now },
    config: { authservId: 'mx.test', platformReceivedBy: null },
    composer: createComposer({ blobs }),
    // What judges mail is tested elsewhere: nothing is known of it here.
    mailAuth: {
      spf: async () => ({ result: 'none', domain: '' }),
      signatures: async () => ({
        dkim: { result: 'none', domains: [], unknown: [] },
        arc: { result: 'none', sets: [] },
      }),
      dmarc: async () => ({ result: 'none', policy: null }),
    },
    spam: { score: async () => null },
    reader: createMessageReader({ mail: stores.mail, log }),
  } as unknown as Services;

  /** The way of a message that a user of the house sends: to mailboxes here, or out. */
  async function send(mailFrom: string, to: string, raw: Uint8Array): Promise<void> {
    const route = await routeAddress(stores.directory, to);
    if (route.kind !== 'mailbox') {
      left.push({ mailFrom, to, raw, text: new TextDecoder().decode(raw) });
      return;
    }
    const ref = { tenantId: route.tenant.tenantId, mailboxId: route.user.userId, shard: 'MAIL_1' };
    await bring(ref, raw, { mailFrom, rcptTo: to, submitted: true });
  }

  async function bring(ref: MailboxRef, raw: Uint8Array, more: Partial<RawEnvelope>): Promise<string> {
    const itemId = await derivedId(state.now, String(++state.made));
    const key = rawKey(ref.tenantId, state.now, itemId);
    const { sha256 } = await blobs.putRaw(key, streamOf(raw), {
      ...{ ...ref, mailFrom: '', rcptTo: '', receivedAt: state.now, rawSize: raw.length },
      ...{ correlationId: `c${state.made}`, authResults: '' },
      ...more,
    });
    pending.push({ job: { v: 1, key, ...ref, size: raw.length, sha256, correlationId: `c${state.made}` } });
    return itemId;
  }

  async function consume(
    queue: string,
    run: typeof consumeIngest,
    bodies: readonly unknown[],
  ): Promise<number> {
    let retried = 0;
    const messages: QueueMessage[] = bodies.map((body, n) => ({
      ...{ id: `m${n}`, body, attempts: 1, ack: () => undefined, retry: () => void retried++ },
    }));
    await run(services, { queue, messages });
    return retried;
  }

  /** Ingests and follows up, each job `times` times, until the house is quiet. Number of rounds. */
  async function settle(times = 1): Promise<number> {
    for (let round = 0; ; round++) {
      if (round > 200) throw new Error('the house does not come to rest');
      const jobs = pending.splice(0).map(({ job }) => job);
      if (jobs.length === 0) return round;
      if ((await consume('mail-ingest', consumeIngest, jobs)) > 0) throw new Error('ingest gave jobs back');
      const arrived = queues.sent.arrived.splice(0) as ArrivedJob[];
      for (let n = 0; n < times; n++) await followUp(arrived);
    }
  }

  /** Follows up until it succeeds, as the queue does. */
  async function followUp(jobs: readonly ArrivedJob[]): Promise<void> {
    for (const job of jobs) {
      for (let attempt = 0; (await consume('arrived', consumeArrived, [job])) > 0; attempt++) {
        if (attempt > 20) throw new Error('a follow-up never succeeds');
      }
    }
  }

  async function rules(address: string, list: Partial<Rule>[]): Promise<void> {
    const box = mailbox(address);
    const { revision } = await box.rules();
    const named = list.map((rule, n) => ({ ruleId: `r${n}`, name: `r${n}`, ...rule }));
    await box.putRules(
      parseRules(named, () => 'unused'),
      revision,
    );
  }

  const mailbox = (address: string) => stores.mail.mailbox(refOf(address));

  async function folder(address: string, role: Parameters<typeof folderOf>[1] = 'inbox') {
    const id = await folderOf(mailbox(address), role);
    return inFolder(address, id);
  }

  async function inFolder(address: string, folderId: string): Promise<Message[]> {
    const box = mailbox(address);
    const items = await box.snapshot(folderId, 0, null, 1000);
    return box.messages(items.map(({ itemId }) => itemId));
  }

  const rawOf = async ({ rawKey: key }: Message) =>
    new Uint8Array(await new Response((await blobs.open(key))?.stream).arrayBuffer());

  return {
    ...{ stores, blobs, queues, services, state, lines, left, submissions, crash, point },
    ...{ mailbox, folder, inFolder, rules, settle, send, bring, followUp, rawOf, refOf },
    /** A message from outside. */
    receive: async (from: string, to: string, raw: Uint8Array, more: Partial<RawEnvelope> = {}) =>
      bring(refOf(to), raw, { mailFrom: from, rcptTo: to, ...more }),
  };
}

async function folderOf(
  box: {
    folderByRole(
      role: 'inbox' | 'junk' | 'deleted' | 'sent' | 'archive',
    ): Promise<{ folderId: string } | null>;
  },
  role: 'inbox' | 'junk' | 'deleted' | 'sent' | 'archive',
): Promise<string> {
  return (await box.folderByRole(role))?.folderId ?? '';
}

function refOf(address: string): MailboxRef {
  const [name = '', domain] = address.split('@');
  const tenantId = domain === 'one.example' ? 't1' : 't2';
  return { tenantId, mailboxId: `${name}-${tenantId}`, shard: 'MAIL_1' };
}

export function indexOf(raw: Uint8Array) {
  const indexer = new MimeIndexer();
  indexer.write(raw);
  return indexer.end();
}
