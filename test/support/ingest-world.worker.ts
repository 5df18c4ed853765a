/** The ingest consumer over stores in memory, for tests of what it does with jobs. */
import { rawKey } from '../../core/mail/place-key.ts';
import type { MailboxRef } from '../../core/mail/types.ts';
import type { RawEnvelope } from '../../core/ports/blobs.ts';
import type { IngestJob } from '../../core/ports/queues.ts';
import type { Zone } from '../../platform/dns/memory.ts';
import { newId } from '../../platform/ids.ts';
import type { Services } from '../../platform/services.ts';
import { createMemoryBlobStore, createMemoryStores, createQueueRecorder } from '../../store/memory/index.ts';
import { consumeIngest } from '../../workers/queue-consumers/ingest.ts';
import type { QueueMessage } from '../../workers/queue-consumers/settle.ts';
import { judging } from './judging.worker.ts';
import { sha256Hex, streamOf } from './mail.ts';

interface Line {
  level: string;
  event: string;
  fields: Record<string, unknown>;
}

/** Empty stores with one mailbox for each name, and ways to store, ingest and look. */
export async function ingestWorld(names = ['ann'], zone: Zone = {}) {
  const lines: Line[] = [];
  const at =
    (level: string) =>
    (event: string, fields: Record<string, unknown> = {}) =>
      void lines.push({ level, event, fields });
  const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), with: () => log };
  const blobs = createMemoryBlobStore();
  const queues = createQueueRecorder();
  const stores = createMemoryStores(['MAIL_1']);
  const now = () => 1_800_000_000_000;
  const judges = judging(stores, now, zone);
  const services = {
    ...stores,
    ...judges,
    ...{ blobs, queues, log },
    now,
  } as unknown as Services;
  const refs = new Map<string, MailboxRef>();
  for (const name of names) {
    const ref = { tenantId: 't1', mailboxId: `u-${name}`, shard: 'MAIL_1' };
    await stores.mail.mailbox(ref).create(0);
    refs.set(name, ref);
  }
  const box = (name = 'ann') => stores.mail.mailbox(refs.get(name) as MailboxRef);

  /** Stores a raw as email() does and gives its job. */
  async function store(
    raw: Uint8Array,
    name = 'ann',
    receivedAt = services.now(),
    more: Partial<RawEnvelope> = {},
  ): Promise<IngestJob> {
    const ref = refs.get(name) as MailboxRef;
    const key = rawKey(ref.tenantId, receivedAt, newId(receivedAt));
    const correlationId = `corr-${key.slice(-12, -4)}`;
    const envelope = {
      ...ref,
      mailFrom: 'a@b.example',
      rcptTo: `${name}@example.com`,
      receivedAt,
      rawSize: raw.length,
      correlationId,
      authResults: '',
      ...more,
    };
    await blobs.putRaw(key, streamOf(raw), envelope);
    return { v: 1, key, ...ref, size: raw.length, sha256: await sha256Hex(raw), correlationId };
  }

  async function consume(bodies: unknown[], attempts = 1, svc: Services = services) {
    const fate = { acked: [] as number[], retried: [] as number[] };
    const messages: QueueMessage[] = bodies.map((body, n) => ({
      id: `m${n}`,
      body,
      attempts,
      ack: () => void fate.acked.push(n),
      retry: () => void fate.retried.push(n),
    }));
    await consumeIngest(svc, { queue: 'mail-ingest', messages });
    return fate;
  }

  async function inbox(name = 'ann') {
    const folder = await box(name).folderByRole('inbox');
    const items = await box(name).snapshot(folder?.folderId ?? '', 0, null, 1000);
    return box(name).messages(items.map((i) => i.itemId).sort());
  }
  return { services, lines, blobs, queues, dns: judges.dns, refs, box, store, consume, inbox, stores };
}
