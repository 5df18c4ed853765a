import type { ItemClass } from '../../core/mail/types.ts';
import type { SyncAnswer, SyncCall } from '../../core/ports/device.ts';
import type { FolderHead, MailboxStore } from '../../core/ports/mail.ts';
import { hasChanges } from '../../core/sync/estimate.ts';
import { isFilterTypeOf } from '../../core/sync/filter.ts';
import type { SyncOptions } from '../../core/sync/options.ts';
import type { SyncContext, SyncReply, SyncRequest } from '../../core/sync/request.ts';
import type { SyncStateRepo } from '../../core/sync/state.ts';
import { syncCollection } from '../../core/sync/sync-collection.ts';
import type { Services } from '../../platform/services.ts';
import type { DeviceValues, LastSync } from './values.ts';

type SyncServices = Pick<Services, 'mail' | 'now' | 'outbound'>;

/** Sync statuses (MS-ASCMD 2.2.3.177.17). */
const PROTOCOL = 4;
const INCOMPLETE = 13;
const CONVERSION = 6;
/** A draft without recipients, or with one that is no address (MS-ASCMD 2.2.2). */
const NO_RECIPIENT = 183;
/** SendQuotaExceeded (MS-ASCMD 2.2.2). */
const OVER_LIMIT = 115;
/** MailboxQuotaExceeded (MS-ASCMD 2.2.2) */
const OVER_QUOTA = 113;

/** In place of a key that the device has and the server was not told. */
const NOT_KNOWN = '';

/** The Sync command on one device: which collections are meant, and each of them through the engine. */
export class SyncDesk {
  readonly #repo: SyncStateRepo;
  readonly #values: DeviceValues;
  readonly #newEpoch: () => string;

  constructor(repo: SyncStateRepo, values: DeviceValues, newEpoch: () => string) {
    this.#repo = repo;
    this.#values = values;
    this.#newEpoch = newEpoch;
  }

  async sync(
    services: SyncServices,
    mailbox: MailboxStore,
    call: SyncCall,
    correlationId: string,
  ): Promise<SyncAnswer> {
    const meant = this.#meant(call);
    if (meant === null) return { kind: 'status', status: INCOMPLETE };
    const heads = await mailbox.folderHeads(meant.collections.map((r) => r.collectionId));
    if (meant.collections.some((r) => contradicts(r, heads.get(r.collectionId)))) {
      return { kind: 'status', status: PROTOCOL };
    }
    if (call.settle !== true && (await isStale(mailbox, meant.collections))) return { kind: 'stale' };
    const replies: SyncReply[] = [];
    let room = meant.windowSize ?? Number.MAX_SAFE_INTEGER;
    for (const request of meant.collections) {
      const head = heads.get(request.collectionId);
      const cache = head?.role === 'recipientCache';
      const context = {
        repo: this.#repo,
        mailbox,
        contentModseq: head?.contentModseq,
        itemClass: head?.itemClass ?? 'Email',
        now: services.now(),
        newEpoch: this.#newEpoch,
        send: (submissionId: string, raw: Uint8Array) =>
          send(services, call, submissionId, raw, correlationId),
      };
      const maxItems = cache ? (request.options?.maxItems ?? null) : null;
      const options = fitting(request.options, head);
      const windowSize = Math.min(request.windowSize, room);
      const getChanges = request.getChanges && room > 0;
      const reply = await syncCollection(context, { ...request, options, maxItems, windowSize, getChanges });
      // MS-ASCMD 2.2.3.199: what did not fit is said to be there.
      const left = request.getChanges && !getChanges && (await this.#hasMore(context, reply));
      replies.push(left ? { ...reply, more: true, changed: true } : reply);
      room -= reply.batch.length;
    }
    this.#remember(meant, replies);
    return { kind: 'replies', replies, waitSeconds: meant.waitSeconds };
  }

  async #hasMore({ mailbox, contentModseq, now }: SyncContext, reply: SyncReply): Promise<boolean> {
    const state = reply.status === 1 ? this.#repo.load(reply.collectionId) : null;
    if (state === null || contentModseq === undefined) return false;
    return hasChanges(this.#repo, mailbox, state, contentModseq, now);
  }

  /** The request in full, from the last one where it leaves something out; null when there is none. */
  #meant({ collections, partial, waitSeconds, windowSize }: SyncCall): LastSync | null {
    const last = collections === null || partial ? this.#values.lastSync : null;
    if (collections !== null && !partial) return { collections, waitSeconds: waitSeconds ?? 0, windowSize };
    if (last === null) return null;
    const named = new Map((collections ?? []).map((c) => [c.collectionId, c]));
    const others = last.collections.filter((c) => !named.has(c.collectionId));
    if (others.some((c) => c.syncKey === NOT_KNOWN)) return null;
    return {
      collections: [...named.values(), ...others],
      waitSeconds: waitSeconds ?? last.waitSeconds,
      windowSize: windowSize ?? last.windowSize ?? null,
    };
  }

  /**
   * Of a collection that the answer had news of, the last request does not say any more where the device is: to say
   * the step again to a device that has it would double its items. Such a one must be named the next time.
   */
  #remember({ collections, waitSeconds, windowSize }: LastSync, replies: SyncReply[]): void {
    const still = new Set(replies.filter((r) => !r.changed).map((r) => r.collectionId));
    const kept = collections.map((c) => {
      const known = c.syncKey !== '0' && still.has(c.collectionId);
      return { ...c, commands: [], syncKey: known ? c.syncKey : NOT_KNOWN };
    });
    const next = still.size > 0 ? { collections: kept, waitSeconds, windowSize } : null;
    if (JSON.stringify(this.#values.lastSync) !== JSON.stringify(next)) this.#values.lastSync = next;
  }
}

/** Whether somebody changed an item since the Worker merged what the device says of it. */
async function isStale(mailbox: MailboxStore, requests: readonly SyncRequest[]): Promise<boolean> {
  const expected = new Map<string, number>();
  for (const command of requests.flatMap((r) => r.commands)) {
    if (command.kind === 'changeItem') expected.set(command.itemId, command.expect);
    if (command.kind === 'addItem' && command.expect !== null)
      expected.set(command.item.itemId, command.expect);
  }
  if (expected.size === 0) return false;
  const states = await mailbox.itemStates([...expected.keys()]);
  const modseqs = new Map(states.map((item) => [item.itemId, item.modseq]));
  return [...expected].some(([itemId, modseq]) => modseqs.get(itemId) !== modseq);
}

async function send(
  { outbound }: SyncServices,
  call: SyncCall,
  submissionId: string,
  raw: Uint8Array,
  correlationId: string,
): Promise<number> {
  const result = await outbound.submit({
    submissionId,
    sender: call.sender,
    raw,
    saveInSentItems: true,
    correlationId,
    via: 'activesync',
  });
  if (result.kind === 'accepted' || result.kind === 'already') return 1;
  switch (result.reason) {
    case 'no-recipients':
      return NO_RECIPIENT;
    case 'too-large':
    case 'too-many-recipients':
    case 'bad-message':
    case 'from-not-allowed':
    case 'loop':
      return CONVERSION;
    case 'rate-limited':
    case 'sending-locked':
      return OVER_LIMIT;
    case 'over-quota':
      return OVER_QUOTA;
  }
}

/** What a request says that its folder cannot do (MS-ASCMD 2.2.3.37.2, 2.2.3.68.2, 2.2.3.7.2). */
function contradicts(request: SyncRequest, head: FolderHead | undefined): boolean {
  if (head === undefined) return false;
  const { options } = request;
  if (options !== undefined) {
    if (options.conversationMode && head.itemClass !== 'Email') return true;
    if (!isFilterTypeOf(head.itemClass, options.filterType)) return true;
    if (options.sms !== null && !isFilterTypeOf(head.itemClass, options.sms.filterType)) return true;
    if (!isClassOf(head.itemClass, request.classes ?? [])) return true;
  }
  // Nothing is put into the recipient information cache, changed or deleted there.
  return head.role === 'recipientCache' && request.commands.some((c) => c.kind !== 'fetch');
}

/** Classes without a window ignore FilterType (MS-ASCMD 2.2.3.68.2). */
function fitting(options: SyncOptions | undefined, head: FolderHead | undefined): SyncOptions | undefined {
  const windowless = head?.itemClass === 'Contacts' || head?.itemClass === 'Notes';
  return options === undefined || !windowless ? options : { ...options, filterType: 0 };
}

/** Only Email and SMS go together (MS-ASCMD 2.2.3.27.5). */
function isClassOf(itemClass: ItemClass, named: string[]): boolean {
  return named.every((name) => name === itemClass || (itemClass === 'Email' && name === 'SMS'));
}
