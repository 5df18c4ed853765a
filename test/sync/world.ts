import type { ItemClass, NewMessage } from '../../core/mail/types.ts';
import type { MailboxStore } from '../../core/ports/mail.ts';
import { MemorySyncStateRepo } from '../../core/sync/model.testing.ts';
import { DEFAULT_OPTIONS, type SyncOptions } from '../../core/sync/options.ts';
import type { SyncReply, SyncRequest } from '../../core/sync/request.ts';
import type { ClientCommand } from '../../core/sync/state.ts';
import { syncCollection } from '../../core/sync/sync-collection.ts';
import { createMemoryStores } from '../../store/memory/index.ts';

export const DAY = 86_400_000;
export const NOW = 1_800_000_000_000;

let serial = 0;

export function newMessage(receivedAt = NOW, size = 1000): NewMessage {
  const itemId = `item${String(++serial).padStart(8, '0')}`;
  return {
    itemId,
    receivedAt,
    isRead: false,
    size,
    textSize: size,
    htmlSize: 0,
    rawKey: `blobs/${itemId}`,
    rawSha256: '',
    messageIdHeader: itemId,
    threadId: itemId,
    subject: itemId,
    baseSubject: itemId,
    from: [],
    sender: [],
    replyTo: [],
    to: [],
    cc: [],
    bcc: [],
    sentAt: null,
    importance: 'normal',
    contentClass: null,
    messageClass: 'IPM.Note',
    conversationIndex: '',
    isDraft: false,
    receivedAsBcc: false,
    preview: '',
    textHead: '',
    bodyTextPart: null,
    bodyHtmlPart: null,
    degraded: [],
    dedupeKey: itemId,
    folderRole: 'inbox',
    parts: [],
  };
}

export async function newMailbox() {
  const ref = { tenantId: 't', mailboxId: 'm', shard: 'MAIL_1' };
  const mailbox = createMemoryStores().mail.mailbox(ref);
  await mailbox.create(NOW);
  const inbox = (await mailbox.folderByRole('inbox'))?.folderId ?? '';
  const trash = (await mailbox.folderByRole('deleted'))?.folderId ?? '';
  return { mailbox, inbox, trash };
}

/** A device that does what a phone does: applies a reply only when it arrives, and repeats what got lost. */
export class ModelDevice {
  readonly repo = new MemorySyncStateRepo();
  readonly mailbox: MailboxStore;
  readonly folderId: string;
  key = '0';
  /** What the phone shows: item id -> read. */
  readonly view = new Map<string, boolean>();
  now = NOW;
  filterType = 0;
  itemClass: ItemClass = 'Email';
  options: Partial<SyncOptions> = {};
  /** Violations of what every reply must keep. */
  readonly odd: string[] = [];
  /** What the server gave up telling: after so many lost answers it takes the item for the reason. */
  readonly skipped = new Set<string>();
  /** WindowSize of a request whose answer was lost: the repeated step may still be that long. */
  lostWindow = 0;
  #epochs = 0;

  constructor(mailbox: MailboxStore, folderId: string) {
    this.mailbox = mailbox;
    this.folderId = folderId;
  }

  async ask(more: Partial<SyncRequest> = {}): Promise<SyncReply> {
    const options: SyncOptions = { ...DEFAULT_OPTIONS, filterType: this.filterType, ...this.options };
    const request: SyncRequest = {
      collectionId: this.folderId,
      syncKey: this.key,
      getChanges: this.key !== '0',
      options,
      deletesAsMoves: true,
      commands: [],
      windowSize: 100,
      byteBudget: 1_000_000,
      ...more,
    };
    const modseqs = await this.mailbox.contentModseqs([this.folderId]);
    const reply = await syncCollection(
      {
        repo: this.repo,
        mailbox: this.mailbox,
        contentModseq: modseqs.get(this.folderId),
        itemClass: this.itemClass,
        now: this.now,
        newEpoch: () => `e${++this.#epochs}`,
      },
      request,
    );
    for (const itemId of reply.skipped) this.skipped.add(itemId);
    return reply;
  }

  /** Takes a reply in, as a phone that got it. */
  async take(reply: SyncReply, window = 100): Promise<void> {
    if (reply.status !== 1) {
      this.key = '0';
      this.view.clear();
      return;
    }
    if (reply.batch.length > Math.max(window, this.lostWindow)) this.odd.push('more than WindowSize');
    this.lostWindow = 0;
    if (reply.more && reply.batch.length === 0) this.odd.push('MoreAvailable without commands');
    if (reply.batch.length > 0 && reply.syncKey === this.key) this.odd.push('commands under the same key');
    for (const { op, itemId } of reply.batch) {
      const held = this.view.has(itemId);
      if (op === 'add' && held) this.odd.push(`second Add of ${itemId}`);
      if (op !== 'add' && !held) this.odd.push(`${op} of an item never sent: ${itemId}`);
      if (op === 'delete' || op === 'softDelete') this.view.delete(itemId);
      else {
        const [state] = await this.mailbox.itemStates([itemId]);
        this.view.set(itemId, state?.isRead ?? false);
      }
    }
    this.key = reply.syncKey;
  }

  /** Syncs until nothing happened either way: a repeated step may be empty while more has come since. */
  async settle(window = 100): Promise<number> {
    let said = 0;
    for (let i = 0; i < 5000; i++) {
      const initial = this.key === '0';
      const reply = await this.ask({ windowSize: window });
      await this.take(reply, window);
      said += reply.batch.length;
      if (!initial && reply.status === 1 && !reply.changed) return said;
    }
    throw new Error('never settled');
  }

  async push(commands: ClientCommand[]): Promise<SyncReply> {
    for (const command of commands) {
      if (command.kind === 'change' && command.isRead !== undefined)
        this.view.set(command.itemId, command.isRead);
      if (command.kind === 'delete') this.view.delete(command.itemId);
    }
    const reply = await this.ask({ commands });
    await this.take(reply);
    return reply;
  }
}
