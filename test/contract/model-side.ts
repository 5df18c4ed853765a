import { DomainError } from '../../core/errors.ts';
import type { FolderRole, MailboxRef } from '../../core/mail/types.ts';
import type { MailboxStore, MailStore } from '../../core/ports/mail.ts';
import { wholeFeed } from './mail-changes.ts';
import {
  FOLDERS,
  NAMES,
  OBJECTS,
  type Operation,
  type Place,
  REPLACEMENTS,
  ROLES,
} from './model-operations.ts';
import { contact, event } from './pim-items.ts';
import { message } from './subject.ts';

/** A mailbox with the ids of its default folders, which differ from store to store. */
export class Side {
  readonly mailbox: MailboxStore;
  readonly #mail: MailStore;
  readonly #folders: Map<string, string>;
  readonly #roles: Map<string, string>;

  static async of(mail: MailStore, ref: MailboxRef): Promise<Side> {
    const mailbox = mail.mailbox(ref);
    await mailbox.create(1);
    return new Side(mail, mailbox, new Map((await mailbox.folders()).map((f) => [f.role, f.folderId])));
  }

  constructor(mail: MailStore, mailbox: MailboxStore, folders: Map<FolderRole, string>) {
    this.mailbox = mailbox;
    this.#mail = mail;
    this.#folders = folders;
    this.#roles = new Map([...folders].map(([r, id]) => [id, r]));
  }

  folder(place: Place): string {
    return this.#folders.get(place) ?? place;
  }

  /** What the call answered, or the code of the error it rejected with. */
  async apply(step: Operation): Promise<unknown> {
    try {
      return this.#plain(await this.#run(step));
    } catch (error) {
      if (error instanceof DomainError) return error.code;
      throw error;
    }
  }

  #run(step: Operation): Promise<unknown> {
    const { mailbox } = this;
    const from = (place: Place | null) => (place === null ? undefined : this.folder(place));
    const under = (place: Place | null) => (place === null ? null : this.folder(place));
    switch (step.kind) {
      case 'insert':
        return mailbox.insertMany(
          step.mails.map((mail, i) =>
            // A twin is another delivery of the same mail, with an id and a raw of its own.
            message(mail.twin === null ? mail.name : `${mail.name}~${mail.twin}`, {
              ...this.#target(mail.to),
              isDraft: mail.isDraft,
              threadId: `thread-${mail.name}`,
              receivedAt: 1_000 + NAMES.indexOf(mail.name) * 3 - i,
              size: 100 + NAMES.indexOf(mail.name),
              ...(mail.twin === null ? {} : { dedupeKey: `dedupe-${mail.twin}` }),
            }),
          ),
        );
      case 'replace':
        return mailbox.replaceContent(
          message(step.name, {
            rawKey: `blobs/${step.raw}.eml`,
            subject: step.raw,
            isDraft: step.isDraft,
            size: step.raw === 'r1' ? 7 : 1_234,
            receivedAt: 2_000,
            threadId: 'thread-a',
            parts: [],
            ...(step.sharesKey ? { dedupeKey: 'dedupe-shared' } : {}),
          }),
        );
      case 'flags':
        return mailbox.setFlags(step.changes);
      case 'verb':
        return mailbox.setLastVerb(step.ids, step.verb, step.at);
      case 'move':
        return mailbox.move(step.ids, this.folder(step.to), from(step.from));
      case 'remove':
        return mailbox.remove(step.ids, 9, from(step.from));
      case 'makeFolder':
        return mailbox.createFolder({
          folderId: step.id,
          parentId: under(step.parent),
          displayName: step.name,
          itemClass: 'Email',
        });
      case 'changeFolder':
        return mailbox.updateFolder(this.folder(step.id), {
          parentId: under(step.parent),
          displayName: step.name,
        });
      case 'dropFolder':
        return mailbox.deleteFolder(this.folder(step.id), 9);
      case 'empty':
        return mailbox.emptyFolders(
          step.ids.map((id) => this.folder(id)),
          9,
        );
      case 'rule':
        return mailbox.setConversationRule(step.thread, under(step.to));
      case 'put':
        return this.#put(step);
      case 'mark':
        return this.#mark(step);
      case 'note':
        return mailbox.noteCorrespondents(step.people, step.at);
    }
  }

  /** Everything that can be seen of the mailbox, read in pages of this size. */
  async state(page: number): Promise<unknown> {
    const folders: Record<string, unknown> = {};
    for (const place of [...ROLES, ...FOLDERS]) {
      const id = this.folder(place);
      folders[place] = {
        feed: await wholeFeed(this.mailbox, id, page),
        snapshot: await this.#wholeSnapshot(id, page),
        content: (await this.mailbox.contentModseqs([id])).get(id),
      };
    }
    const names = NAMES.flatMap((n) => [n, ...NAMES.map((twin) => `${n}~${twin}`)]);
    const raws = [...names, ...REPLACEMENTS].map((n) => `blobs/${n}.eml`);
    const threads = NAMES.map((n) => `thread-${n}`);
    return this.#plain({
      folders,
      tree: await this.mailbox.folders(),
      usage: await this.mailbox.usage(),
      messages: await this.mailbox.messages(names.map((n) => `item-${n}`)),
      raw: await this.mailbox.rawKeys('', 100),
      known: [...(await this.mailbox.knownRawKeys(raws))].sort(),
      threads: await Promise.all(threads.map((id) => this.mailbox.threadItems(id, page))),
      rules: [...(await this.mailbox.conversationRules(threads))].sort(),
      people: await this.#people(),
      objects: await this.mailbox.pimItems([...OBJECTS]),
      lunches: await this.mailbox.itemsByUid('event', 'Lunch'),
      due: [await this.#due('reminder'), await this.#due('announce')],
    });
  }

  async #due(what: 'reminder' | 'announce') {
    const { tenantId, shard } = this.mailbox.ref;
    const due = await this.#mail.duePim(tenantId, shard, what, { until: 80, limit: 10 });
    return due.map(({ itemId }) => itemId);
  }

  async #put({ puts, expect, announce }: Extract<Operation, { kind: 'put' }>): Promise<unknown> {
    const list = puts.map(({ id, to, what, title }) =>
      what === 'event' ? event(id, this.folder(to), { title }) : contact(id, this.folder(to), { title }),
    );
    const [first] = list;
    if (first === undefined || list.length > 1) return this.mailbox.putItems(list);
    const [present] = await this.mailbox.itemStates([first.itemId]);
    const modseq = (present?.modseq ?? 0) + (expect === 'other' ? 1 : 0);
    return this.mailbox.putItem(first, {
      announce,
      ...(expect === 'any' ? {} : { expect: expect === 'none' ? null : modseq }),
    });
  }

  async #mark({ id, what, isCurrent }: Extract<Operation, { kind: 'mark' }>): Promise<unknown> {
    const [present] = await this.mailbox.itemStates([id]);
    const modseq = (present?.modseq ?? 0) + (isCurrent ? 0 : 1);
    return what === 'announced'
      ? this.mailbox.announced(id, modseq)
      : this.mailbox.setReminder(id, modseq, 77);
  }

  /** Their items have ids of their own in each store. */
  async #people(): Promise<unknown> {
    const cache = this.#folders.get('recipientCache') ?? '';
    const states = await this.mailbox.snapshot(cache, 0, null, 1000);
    const people = await this.mailbox.correspondents(states.map((s) => s.itemId));
    const whole = people.map(({ itemId, ...person }) => {
      const { itemId: _, ...state } = states.find((s) => s.itemId === itemId) ?? { itemId };
      return { ...person, ...state };
    });
    return whole.sort((a, b) => (a.address < b.address ? -1 : 1));
  }

  #target(place: Place): { folderRole: FolderRole; folderId?: string } {
    const role = ROLES.find((r) => r === place);
    return role === undefined ? { folderRole: 'user', folderId: place } : { folderRole: role };
  }

  async #wholeSnapshot(folder: string, page: number) {
    const seen: Awaited<ReturnType<MailboxStore['snapshot']>> = [];
    for (;;) {
      const last = seen.at(-1);
      const before = last === undefined ? null : { receivedAt: last.receivedAt, itemId: last.itemId };
      const items = await this.mailbox.snapshot(folder, 1_002, before, page);
      seen.push(...items);
      if (items.length < page) return seen;
    }
  }

  /** With roles in place of folder ids. */
  #plain(value: unknown): unknown {
    if (value === undefined) return null;
    return JSON.parse(
      JSON.stringify(value, (_, v: unknown) => (typeof v === 'string' ? (this.#roles.get(v) ?? v) : v)),
    );
  }
}
