/**
 * ATTACKS A10: abusive messages go through the real ingest, in the real Worker. Each must appear with something to
 * read, in one delivery, within 5 s of CPU and 64 MB of memory. The messages come from the shared generator.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { D1Database } from '@cloudflare/workers-types/experimental';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rawKey } from '../../core/mail/place-key.ts';
import type { MailboxRef, Message } from '../../core/mail/types.ts';
import { newId } from '../../platform/ids.ts';
import { envelopeMetadata } from '../../store/blobs/envelope.ts';
import { createD1Stores } from '../../store/index.ts';
import { startWaypost, type Waypost } from '../support/harness.ts';
import { workerdProcesses } from '../support/processes.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const GENERATOR = resolve(ROOT, process.env['WAYPOST_SHARED'] ?? '../shared', 'attacks/gen-mime-bombs.mjs');
const CPU_SECONDS = 5;
const GROWTH_MB = 64;

interface Bindings extends Record<'DIRECTORY' | 'MAIL_1' | 'MAIL_2' | 'SEARCH' | 'AUDIT', D1Database> {
  BLOBS: { put(key: string, value: Uint8Array, options: object): Promise<unknown> };
  QUEUE_INGEST: { send(body: unknown): Promise<void> };
}

interface Ingested {
  message: Message | undefined;
  seconds: number;
  /** Megabytes that the runtime, stores included, grew by at most. */
  growth: number;
}

const directory = existsSync(GENERATOR) ? mkdtempSync(join(tmpdir(), 'waypost-bombs-')) : null;
if (directory !== null) execFileSync(process.execPath, [GENERATOR, directory]);
const cases = directory === null ? [] : readdirSync(directory).sort();

describe.skipIf(directory === null)('abusive messages (I10, A10)', () => {
  let waypost: Waypost;
  let bindings: Bindings;
  let ref: MailboxRef;

  beforeAll(async () => {
    waypost = await startWaypost();
    const { tenantId, userId } = await waypost.addUser('ann@example.com');
    bindings = await waypost.bindings<Bindings>();
    const tenants = await waypost.admin<{ items: { tenantId: string; mailShard: string }[] }>(
      'GET',
      '/tenants',
    );
    ref = {
      tenantId,
      mailboxId: userId,
      shard: tenants.items.find((t) => t.tenantId === tenantId)?.mailShard ?? '',
    };
    // The first message pays for what is loaded once.
    await ingest('warm-up', new TextEncoder().encode('From: a@b\r\nContent-Type: text/html\r\n\r\n<p>x'));
  });
  afterAll(async () => {
    await waypost?.stop();
    if (directory !== null) rmSync(directory, { recursive: true });
  });

  /** Past the local mail entry, whose own parser would not survive: stored and queued as email() does it. */
  async function ingest(name: string, raw: Uint8Array): Promise<Ingested> {
    const receivedAt = Date.now();
    const key = rawKey(ref.tenantId, receivedAt, newId(receivedAt));
    const envelope = {
      ...ref,
      mailFrom: '',
      rcptTo: '',
      receivedAt,
      rawSize: raw.length,
      correlationId: name,
      authResults: '',
    };
    await bindings.BLOBS.put(key, raw, { customMetadata: envelopeMetadata(envelope) });
    // From here on: handing 25 MB to the local R2 takes the local runtime far more than it would take the real one.
    const before = workerdProcesses();
    let peak = before.megabytes;
    const watch = setInterval(() => {
      peak = Math.max(peak, workerdProcesses().megabytes);
    }, 10);
    await bindings.QUEUE_INGEST.send({
      v: 1,
      key,
      ...ref,
      size: raw.length,
      sha256: null,
      correlationId: name,
    });
    const placed = await waypost.waitForLog(
      (l) => l.event === 'mail.placed' && l['correlationId'] === name,
      30_000,
    );
    clearInterval(watch);
    const after = workerdProcesses();
    const { mail } = createD1Stores({
      directory: bindings.DIRECTORY,
      mail: { MAIL_1: bindings.MAIL_1, MAIL_2: bindings.MAIL_2 },
      search: bindings.SEARCH,
      audit: bindings.AUDIT,
    });
    const [message] = await mail.mailbox(ref).messages([String(placed['itemId'])]);
    return { message, seconds: after.cpuSeconds - before.cpuSeconds, growth: peak - before.megabytes };
  }

  it.each(cases)('%s', { timeout: 60_000 }, async (file) => {
    const raw = new Uint8Array(readFileSync(join(directory ?? '', file)));
    const { message, seconds, growth } = await ingest(file, raw);
    expect(message?.size).toBe(raw.length);
    // Something to read, or something to open.
    const shown =
      (message?.preview ?? '') !== '' ||
      (message?.attachments.length ?? 0) > 0 ||
      (message?.textSize ?? 0) > 0;
    expect(shown || (message?.htmlSize ?? 0) > 0).toBe(true);
    expect(seconds).toBeLessThan(CPU_SECONDS);
    expect(growth).toBeLessThan(GROWTH_MB);
  });

  it('needed one delivery each, and none fell back to the plain form', () => {
    const failed = waypost
      .logs()
      .filter((l) => l.event === 'ingest.failed' || l.event === 'ingest.unparsable');
    expect(failed).toEqual([]);
  });
});
