import { encodeText, join } from '../../codecs/mime/edit/index.ts';
import type { Tenant, User } from '../../core/identity/types.ts';
import type { MailboxRef } from '../../core/mail/types.ts';
import type { Carrier } from '../../core/ports/carrier.ts';
import type { Sender } from '../../core/ports/outbound.ts';
import type { IngestJob } from '../../core/ports/queues.ts';
import { createOutbound } from '../../outbound/index.ts';
import { createMemoryBlobStore, createMemoryStores, createQueueRecorder } from '../../store/memory/index.ts';

/** A house with two tenants, and a way out whose mailboxes only list the jobs that were handed to them. */
export async function house(over: { maxMessageBytes?: number } = {}) {
  const stores = createMemoryStores();
  const state = {
    now: 1_800_000_000_000,
    placed: [] as IngestJob[],
    broken: new Set<string>(),
    deferred: [] as Promise<unknown>[],
    carrier: null as Carrier | null,
    signatures: 0,
    /** Whether large messages are cut to what the carrier takes. */
    shrinks: false,
    /** Of the jobs of the queue `outbound`, in seconds. */
    delays: [] as number[],
  };
  const blobs = createMemoryBlobStore(() => state.now);
  const queues = createQueueRecorder();
  const users = new Map<string, Sender>();
  for (const [tenantId, domain] of [
    ['t1', 'one.example'],
    ['t2', 'two.example'],
  ] as const) {
    const tenant: Tenant = { tenantId, name: tenantId, status: 'active', mailShard: 'MAIL_1' };
    await stores.directory.createTenant(tenant);
    await stores.directory.createDomain({ domain, tenantId, catchAllUserId: null, enabled: true });
    for (const name of ['ann', 'bob', 'cid']) {
      const userId = `${name}-${tenantId}`;
      const address = `${name}@${domain}`;
      const user: User = {
        userId,
        tenantId,
        address,
        displayName: `${name} Nový`,
        status: 'active',
        quotaBytes: null,
        createdAt: 1,
      };
      await stores.directory.createUser(user);
      const ref: MailboxRef = { tenantId, mailboxId: userId, shard: 'MAIL_1' };
      await stores.mail.mailbox(ref).create(1);
      users.set(address, { ref, tenant, user });
    }
  }
  const fails = (what: string) => {
    if (state.broken.has(what)) throw new Error(`${what} is down`);
  };
  const outbound = createOutbound({
    ...stores,
    outbox: {
      ...stores.outbox,
      async updateEntry(...given) {
        fails('outbox.update');
        return stores.outbox.updateEntry(...given);
      },
      async addEntry(...given) {
        fails('outbox.add');
        return stores.outbox.addEntry(...given);
      },
    },
    blobs: {
      ...blobs,
      async putRaw(key, raw, envelope) {
        fails(`put ${key.split('/')[0]}`);
        fails(`put for ${envelope.rcptTo}`);
        return blobs.putRaw(key, raw, envelope);
      },
    },
    queues: {
      async ingest(jobs) {
        fails('queue');
        await queues.ingest(jobs);
      },
      async outbound(jobs, delaySeconds = 0) {
        fails('queue');
        state.delays.push(delaySeconds);
        await queues.outbound(jobs);
      },
      audit: queues.audit,
    },
    carrierFor: async () => state.carrier,
    shrink: async (_entry, [head], maxBytes) =>
      state.shrinks ? [head.subarray(0, maxBytes - 30), new Uint8Array()] : null,
    dkim: {
      async sign(_tenantId, _domain, [head, body]) {
        fails('dkim');
        return [join([encodeText(`DKIM-Signature: n=${++state.signatures}\r\n`), head]), body];
      },
    },
    random: () => 0.5,
    async ingestNow(jobs) {
      if (state.broken.has('ingest')) return jobs;
      fails('isolate');
      state.placed.push(...jobs);
      return [];
    },
    maxMessageBytes: over.maxMessageBytes ?? 100_000,
    now: () => state.now,
    defer: (work) => void state.deferred.push(work),
    log: { info() {}, warn() {}, error() {} },
  });
  const sender = (address: string): Sender => {
    const found = users.get(address);
    if (found === undefined) throw new Error(`no user ${address}`);
    return found;
  };
  const text = async (key: string) => {
    const object = await blobs.open(key);
    return object === null ? null : new Response(object.stream).text();
  };
  return { ...stores, state, blobs, queues, outbound, sender, text };
}

export type House = Awaited<ReturnType<typeof house>>;
