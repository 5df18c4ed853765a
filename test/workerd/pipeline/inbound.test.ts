/** email() over the real object store: streams that break, hang or lie must leave nothing behind (I1, I2, I4, I5). */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Env } from '../../../platform/env.ts';
import { AdmissionCache } from '../../../workers/email-inbound/admission.ts';
import { createEmailInbound } from '../../../workers/email-inbound/index.ts';
import { mailOfSize, sha256Hex, streamOf } from '../../support/mail.ts';
import { migratedEnv } from '../faults/environment.ts';
import { World } from '../faults/world.ts';

let env: Env;

beforeAll(async () => {
  env = await migratedEnv();
});

async function receive(raw: ReadableStream<Uint8Array>, rawSize: number, deadlineMs = 20_000) {
  const world = new World(env);
  await world.setUp(['ann']);
  const handler = createEmailInbound(world.services, { deadlineMs, cache: new AdmissionCache() });
  const result = await handler({
    from: 'sender@sender.example',
    to: world.address('ann'),
    headers: new Headers({ 'authentication-results': 'mx.waypost.local; spf=pass' }),
    raw,
    rawSize,
    setReject: (reason) => void world.rejected.push(reason),
  }).then(
    () => 'accepted',
    (error: Error) => error.message,
  );
  const { objects } = await world.services.blobs.list(`blobs/${world.tenantId}/`, null, 10);
  return { result, objects, world };
}

/** The bytes, and then nothing: neither more nor an end. */
function hanging(bytes: Uint8Array, onCancel: () => void): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(bytes),
    pull: () => new Promise(() => undefined),
    cancel: onCancel,
  });
}

describe.each([
  ['small', 10_000],
  ['large', 3_000_000],
])('a %s message', (_, size) => {
  it('I1 I4 I5: is stored byte for byte with its envelope before it is accepted', async () => {
    const raw = mailOfSize(size);
    const { result, objects, world } = await receive(streamOf(raw, 10_007), raw.length);
    expect(result).toBe('accepted');
    expect(objects).toHaveLength(1);
    expect(objects[0]).toMatchObject({
      size: raw.length,
      envelope: {
        mailboxId: world.ref('ann').mailboxId,
        rcptTo: world.address('ann'),
        rawSize: raw.length,
        authResults: 'mx.waypost.local; spf=pass',
      },
    });
    const stored = await world.services.blobs.readRange(objects[0]?.key ?? '', 0, raw.length);
    expect(await sha256Hex(stored ?? new Uint8Array())).toBe(await sha256Hex(raw));
    expect(world.queues.count('mail-ingest')).toBe(1);
  });

  it.each([
    ['shorter', 1],
    ['longer', -1],
  ])('I1 I2: is a temporary error when its stream is %s than announced', async (_name, by) => {
    const raw = mailOfSize(size);
    const { result, objects, world } = await receive(streamOf(raw), raw.length + by);
    expect(result).toContain('bytes announced');
    expect(objects).toEqual([]);
    expect(world.rejected).toEqual([]);
    expect(world.queues.count('mail-ingest')).toBe(0);
  });

  it('I2: is a temporary error when its stream breaks off', async () => {
    const raw = mailOfSize(size);
    const broken = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(raw.slice(0, size / 2)),
      pull: (controller) => controller.error(new Error('connection reset')),
    });
    const { result, objects, world } = await receive(broken, raw.length);
    expect(result).toBe('connection reset');
    expect(objects).toEqual([]);
    expect(world.rejected).toEqual([]);
  });

  it('I2: is a temporary error when its stream hangs, and the stream is let go', async () => {
    const raw = mailOfSize(size);
    let cancelled = false;
    const stream = hanging(raw.slice(0, size / 2), () => {
      cancelled = true;
    });
    const { result, objects, world } = await receive(stream, raw.length, 300);
    expect(result).toBe('not finished within 300 ms');
    expect(objects).toEqual([]);
    expect(world.rejected).toEqual([]);
    expect(world.queues.count('mail-ingest')).toBe(0);
    await expect.poll(() => cancelled).toBe(true);
  });
});

describe('refusals', () => {
  it('I3: store nothing and leave an audit row', async () => {
    const world = new World(env);
    await world.setUp(['ann']);
    const to = world.address('nobody');
    expect(await world.email({ from: 'sender@sender.example', to, raw: mailOfSize(1000) })).toBe(true);
    expect(world.rejected).toEqual(['550 5.1.1 No such recipient here']);
    expect(world.queues.count('audit')).toBe(1);
    await world.pump();
    const events = await world.services.audit.list({ action: 'mail.refuse', limit: 10 });
    expect(events.filter((e) => e.resource === to)).toHaveLength(1);
  });
});
