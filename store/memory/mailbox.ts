import { NotFoundError } from '../../core/errors.ts';
import type {
  Correspondent,
  Folder,
  FolderRole,
  ItemState,
  LastVerb,
  MailboxRef,
  Message,
  MessagePart,
  NewMessage,
  Tombstone,
} from '../../core/mail/types.ts';
import type { Grant } from '../../core/ports/acl.ts';
import type { AutomaticClaim, DeliveryReport } from '../../core/ports/automatic.ts';
import type {
  ExtendedChange,
  ExtendedPatch,
  FeedCursor,
  FeedEntry,
  FlagChange,
  FolderChange,
  FolderCounts,
  FolderHead,
  InsertResult,
  ItemChange,
  MailboxStore,
  SnapshotCursor,
} from '../../core/ports/mail.ts';
import type { AgeCursor } from '../../core/ports/removed.ts';
import type { Importance, Rule, RuleError, RuleSet } from '../../core/rules/types.ts';
import { inFolderOrder } from '../folder-order.ts';
import { LIMITS } from '../normalise.ts';
import { compareText, fitText } from '../text.ts';
import * as acl from './mailbox-acl.ts';
import * as automatic from './mailbox-automatic.ts';
import * as change from './mailbox-change.ts';
import {
  copy,
  type Entry,
  type MailboxData,
  type MailboxHome,
  messageOf,
  newestFirst,
  privateHome,
} from './mailbox-data.ts';
import * as feed from './mailbox-feed.ts';
import { MemoryFinding } from './mailbox-finding.ts';
import * as tree from './mailbox-folders.ts';
import { insertMany, replaceContent } from './mailbox-insert.ts';
import * as people from './mailbox-people.ts';
import * as kept from './mailbox-removed.ts';
import type { HeldMessages } from './quarantine.ts';

/** A mailbox in memory, written for plainness: the oracle that the databases are compared with. */
export class MemoryMailbox extends MemoryFinding implements MailboxStore {
  readonly ref: MailboxRef;
  readonly #home: MailboxHome;
  readonly #held: HeldMessages;

  constructor(ref: MailboxRef, home: MailboxHome = privateHome(), held: HeldMessages = new Map()) {
    super(home);
    this.#held = held;
    this.ref = { ...ref };
    this.#home = home;
  }

  async create(_now: number): Promise<void> {
    if (this.#box === undefined) this.#home.create();
  }

  async folders(): Promise<Folder[]> {
    return inFolderOrder(this.#folders().map((f) => ({ ...f })));
  }

  async folderByRole(role: FolderRole): Promise<Folder | null> {
    const [found] = this.#folders()
      .filter((f) => f.role === role)
      .sort((a, b) => a.createdModseq - b.createdModseq || compareText(a.folderId, b.folderId));
    return found === undefined ? null : { ...found };
  }

  async createFolder(folder: Parameters<MailboxStore['createFolder']>[0]) {
    return tree.createFolder(this.#box, folder);
  }

  async updateFolder(folderId: string, to: { parentId: string | null; displayName: string }) {
    return tree.updateFolder(this.#box, folderId, to);
  }

  async deleteFolder(folderId: string, now: number): Promise<string[]> {
    return tree.deleteFolder(this.#box, folderId, now);
  }

  async emptyFolders(folderIds: string[], now: number): Promise<number> {
    return tree.emptyFolders(this.#box, folderIds, now);
  }

  async usage() {
    const messages = this.#messages();
    const sizeBytes = this.#entries().reduce((sum, e) => sum + e.state.size, 0);
    const exists = this.#box !== undefined;
    return { exists, sizeBytes, itemCount: messages.length, modseq: this.#box?.modseq ?? 0 };
  }

  async contentModseqs(folderIds: string[]): Promise<Map<string, number>> {
    const wanted = this.#folders().filter((f) => folderIds.includes(f.folderId));
    return new Map(wanted.map((f) => [f.folderId, f.contentModseq]));
  }

  async folderHeads(folderIds: string[]): Promise<Map<string, FolderHead>> {
    const wanted = this.#folders().filter((f) => folderIds.includes(f.folderId));
    return new Map(
      wanted.map(({ folderId, role, itemClass, contentModseq }) => [
        folderId,
        { role, itemClass, contentModseq },
      ]),
    );
  }

  async folderCounts(folderIds: readonly string[]): Promise<Map<string, FolderCounts>> {
    return tree.folderCounts(this.#box, folderIds);
  }

  async threadMembers(folderId: string, threadIds: string[], limit: number): Promise<ItemState[]> {
    return feed.threadMembers(this.#box, folderId, threadIds, limit);
  }

  async changes(folderId: string, after: FeedCursor, limit: number): Promise<FeedEntry[]> {
    return feed.changes(this.#box, folderId, after, limit);
  }

  async tombstonesOf(folderIds: readonly string[], itemIds: readonly string[]): Promise<Tombstone[]> {
    return feed.tombstonesOf(this.#box, folderIds, itemIds);
  }

  async snapshot(folderId: string, since: number, before: SnapshotCursor | null, limit: number) {
    return feed.snapshot(this.#box, folderId, since, before).slice(0, limit);
  }

  async pageItems(folderId: string, order: feed.PageOrder, offset: number, limit: number) {
    return feed.pageItems(this.#box, folderId, order, offset, limit);
  }

  async countSnapshot(folderId: string, since: number, before: SnapshotCursor | null): Promise<number> {
    return feed.snapshot(this.#box, folderId, since, before).length;
  }

  async itemStates(itemIds: string[]): Promise<ItemState[]> {
    return [...new Set(itemIds)].flatMap((id) => this.#entry(id)?.state ?? []).map(copy);
  }

  async messages(itemIds: string[]): Promise<Message[]> {
    return [...new Set(itemIds)].flatMap((id) => this.#entry(id) ?? []).flatMap(messageOf);
  }

  async parts(itemId: string): Promise<MessagePart[]> {
    return structuredClone(this.#entry(itemId)?.message?.parts ?? []).sort((a, b) => a.partNo - b.partNo);
  }

  async part(itemId: string, partNo: number): Promise<{ rawKey: string; part: MessagePart } | null> {
    const message = this.#entry(itemId)?.message ?? null;
    const part = message?.parts.find((p) => p.partNo === partNo);
    return message === null || part === undefined ? null : { rawKey: message.rawKey, part: { ...part } };
  }

  async addMessageIdAliases(aliases: readonly { alias: string; messageId: string }[]): Promise<void> {
    for (const { alias, messageId } of aliases) {
      const name = fitText(alias, LIMITS.messageId);
      const known = this.#box?.aliases;
      if (known?.has(name) === false) known.set(name, fitText(messageId, LIMITS.messageId));
    }
  }

  async threadOf(messageIds: string[]): Promise<string | null> {
    for (const id of messageIds.map((text) => fitText(text, LIMITS.messageId))) {
      for (const name of [id, this.#box?.aliases.get(id)]) {
        const [found] = this.#messages()
          .filter((m) => name !== undefined && m.messageIdHeader === name)
          .sort((a, b) => compareText(a.itemId, b.itemId));
        if (found !== undefined) return found.threadId;
      }
    }
    return null;
  }

  async threadOfSubject(baseSubject: string, since: number): Promise<string | null> {
    const subject = fitText(baseSubject, LIMITS.baseSubject);
    const [found] = this.#messages()
      .filter((m) => subject !== '' && m.baseSubject === subject && m.receivedAt >= since)
      .sort(newestFirst);
    return found?.threadId ?? null;
  }

  async knownRawKeys(rawKeys: string[]): Promise<Set<string>> {
    const known = new Set<string | null>(this.#messages().map((m) => m.rawKey));
    for (const gone of this.#box?.gone.values() ?? []) {
      for (const { rawKey } of gone.values()) known.add(rawKey);
    }
    const { tenantId, mailboxId, shard } = this.ref;
    for (const { message, ...of } of this.#held.values()) {
      const own = of.tenantId === tenantId && of.shard === shard && message.mailboxId === mailboxId;
      if (own && message.state !== 'released') known.add(message.rawKey);
    }
    return new Set(rawKeys.filter((key) => known.has(key)));
  }

  async rawKeys(afterItemId: string, limit: number): Promise<{ itemId: string; rawKey: string }[]> {
    return this.#messages()
      .map(({ itemId, rawKey }) => ({ itemId, rawKey }))
      .filter((e) => compareText(e.itemId, afterItemId) > 0)
      .sort((a, b) => compareText(a.itemId, b.itemId))
      .slice(0, limit);
  }

  async insert(message: NewMessage): Promise<InsertResult> {
    const [result] = insertMany(this.#box, [message]);
    return result as InsertResult;
  }

  async insertMany(messages: NewMessage[]): Promise<InsertResult[]> {
    return insertMany(this.#box, messages);
  }

  async replaceContent(message: NewMessage): Promise<ItemChange> {
    return replaceContent(this.#box, message);
  }

  async setFlags(changes: FlagChange[]): Promise<ItemChange[]> {
    return change.setFlags(this.#box, changes);
  }

  async setExtended(changes: ExtendedChange[]): Promise<ItemChange[]> {
    return change.setExtended(this.#box, changes);
  }

  async setFolderExtended(folderId: string, properties: ExtendedPatch): Promise<FolderChange> {
    return tree.setFolderExtended(this.#box, folderId, properties);
  }

  async setLastVerb(itemIds: string[], verb: LastVerb, at: number): Promise<ItemChange[]> {
    return change.setLastVerb(this.#box, itemIds, verb, at);
  }

  async move(itemIds: string[], toFolderId: string, from?: string): Promise<ItemChange[]> {
    return change.move(this.#box, itemIds, toFolderId, from);
  }

  async remove(itemIds: string[], now: number, from?: string): Promise<ItemChange[]> {
    return change.remove(this.#box, itemIds, now, from);
  }

  async removedMessages(options: Parameters<MailboxStore['removedMessages']>[0]) {
    return kept.removedMessages(this.#box, options);
  }

  async removedMessage(itemId: string) {
    return kept.removedMessage(this.#box, itemId);
  }

  async formerFolders(itemId: string): Promise<string[]> {
    return kept.formerFolders(this.#box, itemId);
  }

  async restore(message: NewMessage & { folderId: string }) {
    return kept.restore(this.#box, message);
  }

  async beginPurge(removedBefore: number, limit: number): Promise<string[]> {
    return kept.beginPurge(this.#box, removedBefore, limit);
  }

  async endPurge(rawKeys: string[]): Promise<void> {
    kept.endPurge(this.#box, rawKeys);
  }

  async oldest(folderId: string, receivedBefore: number, after: AgeCursor | null, limit: number) {
    return feed
      .inFolder(this.#box, folderId)
      .filter((s) => s.receivedAt < receivedBefore && (after === null || newestFirst(s, after) < 0))
      .sort((a, b) => newestFirst(b, a))
      .slice(0, limit)
      .map(copy);
  }

  /** Its counters are counted each time. */
  async recount() {
    const { sizeBytes, itemCount } = await this.usage();
    return { before: { sizeBytes, itemCount }, counted: { sizeBytes, itemCount } };
  }

  async threadItems(threadId: string, limit: number): Promise<ItemState[]> {
    const states = this.#entries().map((e) => e.state);
    return states
      .filter((s) => s.threadId === threadId && threadId !== '')
      .sort(newestFirst)
      .slice(0, limit)
      .map(copy);
  }

  async conversationRules(threadIds: string[]): Promise<Map<string, string>> {
    return new Map([...(this.#box?.rules ?? [])].filter(([threadId]) => threadIds.includes(threadId)));
  }

  async setConversationRule(threadId: string, folderId: string | null): Promise<void> {
    if (folderId === null) this.#box?.rules.delete(threadId);
    else if (this.#box?.folders.has(folderId) !== true) throw new NotFoundError('no such folder');
    else this.#box.rules.set(threadId, folderId);
  }

  async noteCorrespondents(list: { address: string; name: string }[], now: number): Promise<void> {
    people.noteCorrespondents(this.#box, list, now);
  }

  async correspondents(itemIds: string[]): Promise<Correspondent[]> {
    return people.correspondents(this.#box, itemIds);
  }

  async rules(): Promise<RuleSet> {
    return automatic.rules(this.#box);
  }

  async putRules(rules: readonly Rule[], expectedRevision: number): Promise<number> {
    return automatic.putRules(this.#box, rules, expectedRevision);
  }

  async setRuleError(ruleId: string, error: RuleError | null): Promise<boolean> {
    return automatic.setRuleError(this.#box, ruleId, error);
  }

  async setImportance(itemIds: string[], importance: Importance): Promise<ItemChange[]> {
    return change.setImportance(this.#box, itemIds, importance);
  }

  async noteDelivery(reports: readonly DeliveryReport[]): Promise<void> {
    automatic.noteDelivery(this.#box, reports);
  }

  async deliveryReports(itemId: string): Promise<DeliveryReport[]> {
    return structuredClone(this.#box?.reports.get(itemId) ?? []);
  }

  async itemsWithMessageId(messageId: string, limit: number): Promise<string[]> {
    const id = fitText(messageId, LIMITS.messageId);
    const names: (string | null | undefined)[] = [id, this.#box?.aliases.get(id)];
    const found = this.#messages().filter(
      (m) => m.messageIdHeader !== null && names.includes(m.messageIdHeader),
    );
    return found
      .map((m) => m.itemId)
      .sort(compareText)
      .slice(0, limit);
  }

  async claimAutomatic(claim: AutomaticClaim) {
    return automatic.claimAutomatic(this.#box, claim);
  }

  async grants() {
    return acl.grants(this.#box);
  }

  async grantsFor(granteeId: string) {
    return acl.grantsFor(this.#box, granteeId);
  }

  async putGrant(grant: Grant) {
    acl.putGrant(this.#box, grant);
  }

  async dropGrantee(granteeId: string) {
    acl.dropGrantee(this.#box, granteeId);
  }

  async getSetting(name: string): Promise<unknown> {
    const json = this.#box?.settings.get(name);
    return json === undefined ? null : (JSON.parse(json) as unknown);
  }

  async putSetting(name: string, value: unknown): Promise<void> {
    if (value === null || value === undefined) this.#box?.settings.delete(name);
    else if (this.#box === undefined) throw new NotFoundError('no such mailbox');
    else this.#box.settings.set(name, JSON.stringify(value));
  }

  get #box(): MailboxData | undefined {
    return this.#home.get();
  }

  #folders(): Folder[] {
    return [...(this.#box?.folders.values() ?? [])];
  }

  #entries(): Entry[] {
    return [...(this.#box?.items.values() ?? [])];
  }

  #messages(): NewMessage[] {
    return this.#entries().flatMap((e) => e.message ?? []);
  }

  #entry(itemId: string): Entry | undefined {
    return this.#box?.items.get(itemId);
  }
}
