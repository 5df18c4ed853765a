import type { Message } from '../../core/mail/types.ts';
import type { MailboxStore } from '../../core/ports/mail.ts';
import type { ReadPlace } from '../../core/ports/reader.ts';
import { createLogger } from '../../platform/log.ts';
import { createMemoryBlobStore, createMemoryStores } from '../../store/memory/index.ts';
import { createMessageReader } from '../../workers/queue-consumers/message-reader.ts';
import { streamOf } from './mail.ts';

const REF = { tenantId: 't1', mailboxId: 'u1', shard: 'MAIL_1' };

/** A mailbox in memory that messages are put into as ingest would. */
export async function messageWorld() {
  const stores = createMemoryStores(['MAIL_1']);
  const blobs = createMemoryBlobStore();
  const mailbox: MailboxStore = stores.mail.mailbox(REF);
  await mailbox.create(0);
  const reader = createMessageReader({ mail: stores.mail, log: createLogger('error') });
  let items = 0;

  async function put(raw: Uint8Array | string, at: Partial<ReadPlace> = {}): Promise<Message> {
    const bytes = typeof raw === 'string' ? new TextEncoder().encode(raw.replace(/\r?\n/g, '\r\n')) : raw;
    const itemId = `item${++items}`;
    const rawKey = `blobs/t1/2026/11/21/${itemId}.eml`;
    await blobs.putRaw(rawKey, streamOf(bytes), {
      ...REF,
      mailFrom: '',
      rcptTo: '',
      receivedAt: 0,
      rawSize: bytes.length,
      correlationId: '',
      authResults: '',
    });
    const place = {
      folderRole: 'inbox',
      isRead: false,
      isDraft: false,
      receivedAt: 1_800_000_000_000,
      ...at,
    } as const;
    await mailbox.insert(await reader.read(bytes, { ...place, ref: REF, itemId, rawKey }));
    return get(itemId);
  }

  async function get(itemId: string): Promise<Message> {
    const [message] = await mailbox.messages([itemId]);
    if (message === undefined) throw new Error(`there is no ${itemId}`);
    return message;
  }

  return { mailbox, blobs, put, get };
}
