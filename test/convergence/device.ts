import { child, children, el, textOf, type WbxmlElement, type WbxmlNode } from '../../codecs/wbxml/index.ts';
import type { Waypost } from '../support/harness.ts';
import { Collection, must } from './collection.ts';
import { classOfType } from './items.ts';
import type { Fault } from './steps.ts';
import { type Answer, LossyTransport, type Sender } from './transport.ts';

export interface FolderShown {
  parentId: string;
  name: string;
  type: number;
}

/** Folder types that hold mail (MS-ASCMD 2.2.3.186.3). */
const MAIL = new Set([1, 2, 3, 4, 5, 6, 12]);
const MOST_ROUNDS = 200;
/** The answer that the device gets may not be the last one. */
const COPIES: ReadonlySet<Fault> = new Set(['twiceFirst', 'atOnce', 'atOnceFirst']);

/** One device: its folder tree and its folders, as it believes them to be. */
export class Device {
  readonly sender: Sender;
  readonly transport: LossyTransport;
  readonly folders = new Map<string, FolderShown>();
  folderKey = '0';
  readonly collections = new Map<string, Collection>();
  /** Answers with HTTP 503. */
  turnedAway = 0;
  /** Collections of the last Sync request that had a body. */
  #last: string[] = [];

  constructor(server: Waypost, sender: Sender) {
    this.sender = sender;
    this.transport = new LossyTransport(server, sender);
  }

  get drafts16(): boolean {
    return Number(this.sender.version) >= 16;
  }

  get categories(): boolean {
    return Number(this.sender.version) >= 14;
  }

  /** Folders of mail, in an order of their own. */
  mailFolders(): string[] {
    return [...this.folders].filter(([, f]) => MAIL.has(f.type)).map(([id]) => id);
  }

  /** Folders of everything else that its version knows: notes came with 14.0. */
  itemFolders(): string[] {
    const known = (type: number) => {
      const itemClass = classOfType(type);
      return itemClass !== undefined && (this.categories || itemClass !== 'Notes');
    };
    return [...this.folders].filter(([, f]) => known(f.type)).map(([id]) => id);
  }

  folderOfType(type: number): string | undefined {
    return [...this.folders].find(([, f]) => f.type === type)?.[0];
  }

  collection(id: string): Collection {
    const known = this.collections.get(id);
    if (known !== undefined) return known;
    const fresh = new Collection(id, classOfType(this.folders.get(id)?.type ?? 0));
    this.collections.set(id, fresh);
    return fresh;
  }

  /** True when the tree changed. */
  async folderSync(fault: Fault = 'none'): Promise<boolean> {
    const answer = await this.#send(
      'FolderSync',
      el('FolderHierarchy:FolderSync', el('FolderHierarchy:SyncKey', this.folderKey)),
      fault,
    );
    if (answer === null) return true;
    const root = answer.root ?? undefined;
    const status = textOf(root, 'FolderHierarchy:Status');
    if (status === '9') {
      this.folderKey = '0';
      return true;
    }
    must(status === '1', `FolderSync: Status ${status}`);
    const first = this.folderKey === '0';
    // A tree from key 0 replaces the one before; what is synced stays synced.
    if (first) this.folders.clear();
    const changes = child(root, 'FolderHierarchy:Changes');
    for (const change of changes?.children ?? []) this.#applyFolder(change);
    if (first) {
      for (const id of this.collections.keys()) if (!this.folders.has(id)) this.collections.delete(id);
    }
    this.folderKey = textOf(root, 'FolderHierarchy:SyncKey') ?? '';
    return first || (changes?.children.length ?? 0) > 1;
  }

  #applyFolder(change: WbxmlElement): void {
    if (change.tag === 'FolderHierarchy:Count') return;
    const id = textOf(change, 'FolderHierarchy:ServerId') ?? '';
    const known = this.folders.has(id);
    if (change.tag === 'FolderHierarchy:Delete') {
      must(known, `Delete of folder ${id}, which the device never had`);
      this.forgetFolder(id);
      return;
    }
    must(known === (change.tag === 'FolderHierarchy:Update'), `${change.tag} of folder ${id}`);
    this.folders.set(id, {
      parentId: textOf(change, 'FolderHierarchy:ParentId') ?? '',
      name: textOf(change, 'FolderHierarchy:DisplayName') ?? '',
      type: Number(textOf(change, 'FolderHierarchy:Type')),
    });
  }

  forgetFolder(id: string): void {
    this.folders.delete(id);
    this.collections.delete(id);
  }

  /** Syncs these folders. Number of news it brought, -1 when the answer was lost. */
  async sync(
    ids: readonly string[],
    wish: { window: number; overall?: number | null; getChanges?: boolean; extra?: WbxmlNode | null },
    fault: Fault = 'none',
  ): Promise<number> {
    this.#last = [...ids];
    const asked = ids.map((id) => this.collection(id));
    const overall = wish.overall ?? null;
    const window = overall === null ? wish.window : Math.min(wish.window, overall);
    const document = el(
      'AirSync:Sync',
      el(
        'AirSync:Collections',
        asked.map((c) => c.ask(window, wish.getChanges ?? true)),
      ),
      wish.extra ?? null,
      overall === null ? null : el('AirSync:WindowSize', overall),
    );
    return this.#takeSync(await this.#send('Sync', document, fault), asked, fault);
  }

  /** Whether a request that means the last one again can be sent now. */
  get canRepeat(): boolean {
    const last = this.#last.map((id) => this.collections.get(id));
    return last.length > 0 && last.every((c) => c !== undefined && c.key !== '0' && c.pending.length === 0);
  }

  /** A Sync without a body, or one with nothing but Partial: both mean the last request again. */
  async repeatSync(document: WbxmlNode | null, fault: Fault): Promise<number> {
    const asked = this.#last.flatMap((id) => this.collections.get(id) ?? []);
    for (const c of asked) c.askAgain();
    const answer = await this.#send('Sync', document, fault);
    const refused = answer !== null && textOf(answer.root ?? undefined, 'AirSync:Status') === '13';
    // The other copy may have been taken, and its answer is lost.
    return this.#takeSync(refused ? null : answer, asked, fault);
  }

  #takeSync(answer: Answer | null, asked: Collection[], fault: Fault): number {
    const keys = asked.map((c) => c.key);
    const news = this.#takeAnswer(answer, asked);
    // The copy of which the device knows nothing may have found what this one did not.
    if (COPIES.has(fault)) for (const [i, c] of asked.entries()) if (c.key === keys[i]) c.unanswered();
    return news;
  }

  #takeAnswer(answer: Answer | null, asked: Collection[]): number {
    if (answer === null) {
      for (const c of asked) c.unanswered();
      // Who knows which request was the last one that arrived.
      this.#last = [];
      return -1;
    }
    if (answer.root === null) {
      must(
        asked.every((c) => c.key !== '0' && c.pending.length === 0),
        'an empty answer to a first Sync or to changes',
      );
      return 0;
    }
    const status = textOf(answer.root, 'AirSync:Status');
    must(status === undefined || status === '1', `Sync: Status ${status}`);
    let news = 0;
    let more = false;
    for (const element of children(child(answer.root, 'AirSync:Collections'), 'AirSync:Collection')) {
      const id = textOf(element, 'AirSync:CollectionId') ?? '';
      const collection = asked.find((c) => c.id === id);
      must(collection !== undefined, `an answer for collection ${id}, which was not asked for`);
      const took = collection.take(element);
      news += took.news;
      more ||= took.more;
    }
    // With one window for all, a folder may have more without having had room; then another had it.
    must(!more || news > 0, 'I18: MoreAvailable on an empty page');
    return news;
  }

  /** FolderSync and Sync of every folder until nothing comes any more. Number of news on the way. */
  async settle(): Promise<number> {
    let news = 0;
    for (let round = 0; round < MOST_ROUNDS; round++) {
      let now = 0;
      while (await this.folderSync()) now++;
      const ids = [...this.mailFolders(), ...this.itemFolders()];
      const waiting = ids.some((id) => {
        const { pending, key } = this.collection(id);
        return pending.length > 0 || key === '0';
      });
      now += Math.abs(await this.sync(ids, { window: 100 })) + (waiting ? 1 : 0);
      if (now === 0) return news;
      news += now;
    }
    throw new Error(`${this.sender.deviceId} never came to rest`);
  }

  /** Any other command. */
  send(command: string, document: WbxmlNode | null, fault: Fault = 'none'): Promise<Answer | null> {
    return this.#send(command, document, fault);
  }

  async #send(command: string, document: WbxmlNode | null, fault: Fault): Promise<Answer | null> {
    const answer = await this.transport.send(command, document, fault);
    // "Come again later" is as good as no answer.
    if (answer?.status === 503) {
      this.turnedAway++;
      return null;
    }
    must(answer === null || answer.status === 200, `${command}: HTTP ${answer?.status}`);
    return answer;
  }
}
