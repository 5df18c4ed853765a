import { describe, expect, it, vi } from 'vitest';
import type { Tenant, User } from '../../core/identity/types.ts';
import type { RawEnvelope } from '../../core/ports/blobs.ts';
import type { AuditJob, IngestJob } from '../../core/ports/queues.ts';
import type { TraceJob } from '../../core/ports/trace.ts';
import type { Services } from '../../platform/services.ts';
import { AdmissionCache } from './admission.ts';
import { createEmailInbound, type InboundMessage } from './index.ts';

const RAW = 'From: a@b.example\r\nTo: someone-else@nowhere.example\r\nSubject: hi\r\n\r\nbody\r\n';

/** Services that hold one tenant with one user, and note every call in order. */
function world() {
  const tenant: Tenant = { tenantId: 't1', name: 'T', status: 'active', mailShard: 'MAIL_2' };
  const user: User = {
    userId: 'u1',
    tenantId: 't1',
    address: 'ann@example.com',
    displayName: 'Ann',
    status: 'active',
    quotaBytes: null,
    createdAt: 0,
  };
  const w = {
    tenant,
    user,
    now: Date.UTC(2026, 10, 21, 23, 59, 59),
    calls: [] as string[],
    fail: new Set<string>(),
    hang: new Set<string>(),
    sizeBytes: 0,
    quota: { tenant: null, usage: null, user: null } as { tenant: unknown; usage: unknown; user: unknown },
    domainEnabled: true,
    catchAll: false,
    blobs: new Map<string, { bytes: string; envelope: RawEnvelope }>(),
    ingest: [] as IngestJob[],
    audit: [] as AuditJob[],
    trace: [] as TraceJob[],
    deferred: [] as Promise<unknown>[],
    lines: [] as { event: string; fields: Record<string, unknown> }[],
  };
  const step = async (name: string) => {
    w.calls.push(name);
    if (w.fail.has(name)) throw new Error(`D1_ERROR: ${name} Network connection lost`);
    if (w.hang.has(name)) await new Promise(() => undefined);
  };
  const log = {
    debug() {},
    info: (event: string, fields: Record<string, unknown> = {}) => w.lines.push({ event, fields }),
    warn() {},
    error() {},
    with: () => log,
  };
  const services = {
    config: { maxMessageBytes: 1000, platformAuthservId: 'mx.waypost.local' },
    now: () => w.now,
    log,
    directory: {
      async quotaValues() {
        await step('quota');
        return w.quota;
      },
      async lookupAddresses(domain: string, addresses: string[]) {
        await step('lookup');
        if (domain !== 'example.com')
          return { domain: null, tenant: null, matches: [], groups: [], catchAll: null };
        return {
          domain: { domain, tenantId: 't1', catchAllUserId: null, enabled: w.domainEnabled },
          tenant: w.tenant,
          matches: addresses
            .filter((a) => a === w.user.address)
            .map((address) => ({ address, via: 'address', enabled: true, user: w.user })),
          groups: [],
          catchAll: w.catchAll ? w.user : null,
        };
      },
    },
    mail: {
      mailbox: () => ({
        async usage() {
          await step('usage');
          return { exists: true, sizeBytes: w.sizeBytes, itemCount: 0, modseq: 1 };
        },
      }),
    },
    blobs: {
      async putRaw(key: string, raw: ReadableStream<Uint8Array>, envelope: RawEnvelope) {
        await step('put');
        const bytes = await new Response(raw).text();
        if (bytes.length !== envelope.rawSize)
          throw new Error('FixedLengthStream did not see all expected bytes');
        w.blobs.set(key, { bytes, envelope });
        return { sha256: 'ab'.repeat(32) };
      },
    },
    queues: {
      async ingest(jobs: IngestJob[]) {
        await step('ingest');
        w.ingest.push(...jobs);
      },
      async audit(jobs: AuditJob[]) {
        await step('audit');
        w.audit.push(...jobs);
      },
      async trace(jobs: TraceJob[]) {
        w.trace.push(...jobs);
      },
    },
    defer: (work: Promise<unknown>) => void w.deferred.push(work),
  } as unknown as Services;
  const cache = new AdmissionCache();
  const rejected: string[] = [];
  const message = (over: Partial<InboundMessage> = {}): InboundMessage => ({
    from: 'a@b.example',
    to: 'ann@example.com',
    headers: new Headers(),
    raw: new Response(RAW).body as ReadableStream<Uint8Array>,
    rawSize: RAW.length,
    setReject(reason) {
      w.calls.push('reject');
      rejected.push(reason);
    },
    ...over,
  });
  const deliver = (over: Partial<InboundMessage> = {}, deadlineMs?: number) =>
    createEmailInbound(services, { cache, ...(deadlineMs === undefined ? {} : { deadlineMs }) })(
      message(over),
    );
  return { ...w, w, deliver, rejected };
}

describe('email()', () => {
  it('I1 I5: resolves only after the raw is stored with its envelope and the pointer is queued', async () => {
    const { w, deliver, rejected } = world();
    const headers = new Headers({ 'Authentication-Results': 'mx.waypost.local; spf=pass' });
    await deliver({ headers });
    expect(rejected).toEqual([]);
    expect(w.calls).toEqual(['lookup', 'quota', 'put', 'ingest']);
    const [key] = [...w.blobs.keys()];
    expect(key).toMatch(/^blobs\/t1\/2026\/11\/21\/[0-9a-z]{26}\.eml$/);
    const blob = w.blobs.get(key ?? '');
    expect(blob?.bytes).toBe(RAW);
    const job = w.ingest[0];
    expect(blob?.envelope).toEqual({
      tenantId: 't1',
      mailboxId: 'u1',
      shard: 'MAIL_2',
      mailFrom: 'a@b.example',
      rcptTo: 'ann@example.com',
      receivedAt: w.now,
      rawSize: RAW.length,
      correlationId: job?.correlationId,
      authResults: 'mx.waypost.local; spf=pass',
    });
    expect(job).toMatchObject({
      v: 1,
      key,
      tenantId: 't1',
      mailboxId: 'u1',
      shard: 'MAIL_2',
      size: RAW.length,
    });
    const line = w.lines.find((l) => l.event === 'mail.accepted');
    expect(line?.fields['correlationId']).toBe(job?.correlationId);
    expect(JSON.stringify(w.lines)).not.toContain('body');
  });

  it('routes by the envelope and never by the To header', async () => {
    const { w, deliver } = world();
    await deliver({ to: 'ANN+tag@Example.com' });
    expect(w.ingest[0]?.mailboxId).toBe('u1');
  });

  it('makes one message for each recipient of one mail (I9)', async () => {
    const { w, deliver } = world();
    w.catchAll = true;
    await deliver();
    await deliver({ to: 'other@example.com' });
    expect(new Set(w.ingest.map((j) => j.key)).size).toBe(2);
    expect(new Set(w.ingest.map((j) => j.correlationId)).size).toBe(2);
  });

  it.each([
    ['an unknown address', '550 5.1.1', 'unknown', () => ({}), { to: 'nobody@example.com' }],
    ['an unknown domain', '550 5.1.1', 'unknown', () => ({}), { to: 'ann@elsewhere.example' }],
    ['no address at all', '550 5.1.1', 'unknown', () => ({}), { to: 'ann\r\n@x' }],
    ['a message that is too big', '552 5.3.4', 'too-big', () => ({}), { rawSize: 1001 }],
    ['a disabled tenant', '550 5.7.1', 'blocked', () => ({ tenant: { status: 'disabled' } }), {}],
    ['a disabled domain', '550 5.7.1', 'blocked', () => ({ domainEnabled: false }), {}],
    ['a disabled address', '550 5.2.1', 'address-disabled', () => ({ user: { status: 'noMail' } }), {}],
    ['a full mailbox', '552 5.2.2', 'over-quota', () => ({ user: { quotaBytes: 100 }, sizeBytes: 50 }), {}],
    [
      'what is over the tenant’s mark',
      '552 5.2.2',
      'over-quota',
      () => ({ quota: { tenant: { user: { stopReceiving: 100 } } }, sizeBytes: 50 }),
      {},
    ],
    [
      'what is over the tenant’s total',
      '552 5.2.2',
      'over-quota',
      () => ({ quota: { tenant: { totalBytes: 500 }, usage: { sizeBytes: 499, countedAt: 1 } } }),
      {},
    ],
    [
      'what is too big for the user',
      '552 5.3.4',
      'too-big',
      () => ({ quota: { user: { maxMessageBytes: 20 } } }),
      {},
    ],
  ])('I3: refuses %s with its status, after its audit row', async (_, code, reason, change, over) => {
    const { w, deliver, rejected } = world();
    const c = change() as {
      tenant?: object;
      user?: object;
      domainEnabled?: boolean;
      sizeBytes?: number;
      quota?: object;
    };
    Object.assign(w.quota, c.quota);
    Object.assign(w.tenant, c.tenant);
    Object.assign(w.user, c.user);
    if (c.domainEnabled !== undefined) w.domainEnabled = c.domainEnabled;
    if (c.sizeBytes !== undefined) w.sizeBytes = c.sizeBytes;
    await deliver(over);
    expect(rejected).toHaveLength(1);
    expect(rejected[0]?.startsWith(`${code} `)).toBe(true);
    expect(w.calls.slice(-2)).toEqual(['audit', 'reject']);
    expect(w.audit).toHaveLength(1);
    expect(w.audit[0]).toMatchObject({ action: 'mail.refuse', outcome: 'denied', details: { reason } });
    expect(w.blobs.size).toBe(0);
    expect(w.ingest).toEqual([]);
  });

  it.each([
    'lookup',
    'quota',
    'usage',
    'put',
    'ingest',
  ])('I2: throws and never rejects when %s fails', async (name) => {
    const { w, deliver, rejected } = world();
    w.user.quotaBytes = 10_000;
    w.fail.add(name);
    await expect(deliver()).rejects.toThrow('Network connection lost');
    expect(rejected).toEqual([]);
  });

  it('I2 I3: throws when the audit row of a refusal cannot be queued', async () => {
    const { w, deliver, rejected } = world();
    w.fail.add('audit');
    await expect(deliver({ to: 'nobody@example.com' })).rejects.toThrow('audit');
    expect(rejected).toEqual([]);
  });

  it.each([
    'lookup',
    'usage',
    'put',
    'ingest',
  ])('I2: gives up by its own deadline when %s hangs', async (name) => {
    const { w, deliver, rejected } = world();
    w.user.quotaBytes = 10_000;
    w.hang.add(name);
    await expect(deliver({}, 30)).rejects.toThrow('not finished within 30 ms');
    expect(rejected).toEqual([]);
  });

  it('I2: cancels a raw stream that hangs and queues nothing', async () => {
    const { w, deliver } = world();
    const cancel = vi.fn();
    const raw = new ReadableStream<Uint8Array>({
      pull: () => new Promise(() => undefined),
      cancel,
    });
    await expect(deliver({ raw }, 30)).rejects.toThrow('not finished');
    await vi.waitFor(() => expect(cancel).toHaveBeenCalled());
    expect(w.ingest).toEqual([]);
  });

  it('I1: throws when the stream is shorter than it said', async () => {
    const { w, deliver } = world();
    await expect(deliver({ rawSize: RAW.length + 1 })).rejects.toThrow('expected bytes');
    expect(w.ingest).toEqual([]);
  });

  it('I3: accepts on what it read in the last five seconds and refuses only on a fresh read', async () => {
    const { w, deliver, rejected } = world();
    w.user.quotaBytes = 10_000;
    await deliver();
    await deliver();
    expect(w.calls.filter((c) => c === 'lookup' || c === 'usage')).toEqual(['lookup', 'usage']);
    w.now += 5001;
    await deliver();
    expect(w.calls.filter((c) => c === 'lookup')).toHaveLength(2);

    // What the cache knows says no, the database says yes.
    w.sizeBytes = 9990;
    w.now += 5001;
    await deliver();
    expect(rejected).toHaveLength(1);
    w.sizeBytes = 0;
    await deliver();
    expect(rejected).toHaveLength(1);
  });

  it('counts accepted messages that are not in the mailbox yet towards the quota', async () => {
    const { w, deliver, rejected } = world();
    w.user.quotaBytes = 2 * RAW.length;
    await deliver();
    await deliver();
    expect(w.calls.filter((c) => c === 'usage')).toHaveLength(1);
    // Ingest has caught up: the third is decided on a fresh read.
    w.sizeBytes = 2 * RAW.length;
    await deliver();
    expect(rejected).toHaveLength(1);
  });
});
