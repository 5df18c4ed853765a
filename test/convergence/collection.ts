import { child, children, el, textOf, type WbxmlElement, type WbxmlNode } from '../../codecs/wbxml/index.ts';
import { type Edit, editNode, type Shown, shownOf } from './edits.ts';
import { type OtherClass, type ShownItem, shownItem } from './items.ts';
import type { OptionsWish } from './steps.ts';

/** Something that no answer may do. */
class Violation extends Error {
  override name = 'Violation';
}

export function must(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Violation(what);
}

const DEFAULT: OptionsWish = { filterType: 0, conflict: 'server', conversationMode: false };

/** One folder on one device: what the device knows of it, and what it has asked for without being answered. */
export class Collection {
  readonly id: string;
  /** undefined: mail. */
  readonly itemClass: OtherClass | undefined;
  key = '0';
  readonly view = new Map<string, Shown>();
  options = DEFAULT;
  /** Sent under the present key, or to be sent: repeated until an answer comes. */
  pending: Edit[] = [];
  asMoves = true;
  /** An answer under this key was lost: what it said comes again, as long as it was. */
  lost = false;
  #lostWindow = 0;
  /** Items that this device moved away: the folder may still say their Delete, or their Add if they come back. */
  readonly moved = new Set<string>();
  /** Items of which a Delete came though the device never had them: what vanished while an answer was written. */
  readonly strays: string[] = [];
  /** Drafts that the device was told are sent. */
  sent: Extract<Edit, { kind: 'sendDraft' }>[] = [];
  /** Subjects of items whose Add was confirmed. */
  made: string[] = [];
  /** The last request. */
  #asked = { window: 0, getChanges: true, sent: 0 };

  constructor(id: string, itemClass: OtherClass | undefined) {
    this.id = id;
    this.itemClass = itemClass;
  }

  /** Back to key 0: nothing is known any more. */
  restart(): void {
    this.key = '0';
    this.view.clear();
    this.pending = [];
    this.moved.clear();
    this.lost = false;
    this.#lostWindow = 0;
  }

  /** The Collection element of a request. */
  ask(window: number, getChanges: boolean): WbxmlNode {
    const first = this.key === '0';
    this.#asked = { window, getChanges, sent: this.pending.length };
    return el(
      'AirSync:Collection',
      el('AirSync:SyncKey', this.key),
      el('AirSync:CollectionId', this.id),
      first ? null : el('AirSync:DeletesAsMoves', this.asMoves),
      first ? null : el('AirSync:GetChanges', getChanges),
      first ? null : el('AirSync:WindowSize', window),
      first || !this.options.conversationMode ? null : el('AirSync:ConversationMode', 1),
      el(
        'AirSync:Options',
        el('AirSync:FilterType', this.options.filterType),
        el('AirSync:Conflict', this.options.conflict === 'server' ? 1 : 0),
        el('AirSyncBase:BodyPreference', el('AirSyncBase:Type', 1)),
      ),
      first || this.pending.length === 0 ? null : el('AirSync:Commands', this.pending.map(editNode)),
    );
  }

  /** The last request comes once more, without its changes. */
  askAgain(): void {
    this.#asked = { ...this.#asked, sent: 0 };
  }

  /** The answer was lost. */
  unanswered(): void {
    this.lost = true;
    this.#lostWindow = Math.max(this.#lostWindow, this.#asked.window);
  }

  /** Takes in the answer to the last request. */
  take(element: WbxmlElement): { more: boolean; news: number } {
    const status = textOf(element, 'AirSync:Status');
    if (status === '3' || status === '12') {
      this.restart();
      return { more: true, news: 1 };
    }
    must(status === '1', `Sync of a collection: Status ${status}`);
    const key = textOf(element, 'AirSync:SyncKey') ?? '';
    const first = this.key === '0';
    const commands = child(element, 'AirSync:Commands')?.children ?? [];
    const more = child(element, 'AirSync:MoreAvailable') !== undefined;
    this.#checkForm(key, commands, more);
    this.#settle(children(child(element, 'AirSync:Responses'), 'AirSync:Add'), element);
    for (const command of commands) this.#apply(command);
    this.pending = [];
    // Under the same key nothing was said of the step that was lost.
    if (key !== this.key) {
      this.lost = false;
      this.#lostWindow = 0;
    }
    this.key = key;
    return { more, news: commands.length + (first ? 1 : 0) };
  }

  #checkForm(key: string, commands: WbxmlElement[], more: boolean): void {
    const { window, getChanges, sent } = this.#asked;
    must(key !== '' && key !== '0', `a new SyncKey "${key}"`);
    if (this.key === '0') must(commands.length === 0 && !more, 'an answer to key 0 with more than a key');
    must(commands.length === 0 || key !== this.key, 'I16: commands under the same key');
    must(sent === 0 || key !== this.key, 'I16: changes were taken under the same key');
    const ids = commands.map((c) => textOf(c, 'AirSync:ServerId'));
    must(new Set(ids).size === ids.length, 'two commands for one item');
    // A step that is said again is as long as it was, with what lost changes did.
    if (this.lost) return;
    must(commands.length <= window, `${commands.length} commands, WindowSize ${window}`);
    must(getChanges || commands.length === 0, 'changes that were not asked for');
  }

  /** What became of the device's own changes. */
  #settle(added: WbxmlElement[], element: WbxmlElement): void {
    const responses = child(element, 'AirSync:Responses')?.children ?? [];
    const statusOf = (tag: string, id: string) =>
      textOf(
        responses.find((r) => r.tag === tag && textOf(r, 'AirSync:ServerId') === id),
        'AirSync:Status',
      ) ?? '1';
    for (const edit of this.pending) {
      if (edit.kind === 'addDraft') {
        const response = added.find((a) => textOf(a, 'AirSync:ClientId') === edit.clientId);
        must(response !== undefined, `no response to the Add ${edit.clientId}`);
        const serverId = textOf(response, 'AirSync:ServerId');
        must(textOf(response, 'AirSync:Status') === '1' && serverId !== undefined, 'an Add was refused');
        must(!this.view.has(serverId), `I16: the new draft ${serverId} is there already`);
        const { subject, body } = edit;
        this.view.set(serverId, { read: true, flag: 0, categories: [], subject, body });
        continue;
      }
      if (edit.kind === 'addItem') {
        const response = added.find((a) => textOf(a, 'AirSync:ClientId') === edit.clientId);
        const status = textOf(response, 'AirSync:Status');
        const serverId = textOf(response, 'AirSync:ServerId');
        must(status === '1' && serverId !== undefined, `an Add of ${edit.itemClass}: Status ${status}`);
        must(!this.view.has(serverId), `I16: the new item ${serverId} is there already`);
        this.view.set(serverId, shownAs(edit.item));
        this.made.push(edit.item.subject);
        continue;
      }
      const { id } = edit;
      if (edit.kind === 'saveItem') {
        const status = statusOf('AirSync:Change', id);
        must(['1', '7', '8', '16'].includes(status), `a Change of ${edit.itemClass}: Status ${status}`);
        if (status === '1' && this.view.has(id)) this.view.set(id, shownAs(edit.item));
      } else if (edit.kind === 'delete') {
        must(['1', '8'].includes(statusOf('AirSync:Delete', id)), 'a Delete was refused');
        this.view.delete(id);
      } else if (edit.kind === 'sendDraft') {
        if (statusOf('AirSync:Change', id) !== '1') continue;
        // Its Delete comes with the changes.
        this.sent.push(edit);
      } else if (edit.kind !== 'fetch' && statusOf('AirSync:Change', id) === '1') {
        const shown = this.view.get(id);
        if (shown === undefined) continue;
        if (edit.kind === 'saveDraft') shown.body = edit.body;
        else {
          shown.read = edit.read ?? shown.read;
          shown.flag = edit.flag ?? shown.flag;
          shown.categories = edit.categories ?? shown.categories;
        }
      }
    }
  }

  /** A message says what changed of it, everything else the whole of it. */
  #shown(known: Shown, data: WbxmlElement | undefined): Shown {
    return this.itemClass === undefined
      ? { ...known, ...shownOf(data) }
      : shownAs(shownItem(this.itemClass, data));
  }

  #apply(command: WbxmlElement): void {
    const id = textOf(command, 'AirSync:ServerId') ?? '';
    const known = this.view.get(id);
    const data = child(command, 'AirSync:ApplicationData');
    switch (command.tag) {
      case 'AirSync:Add':
        must(known === undefined || this.moved.has(id), `Add of ${id}, which the device has`);
        this.view.set(id, this.#shown(EMPTY, data));
        this.moved.delete(id);
        break;
      case 'AirSync:Change':
        must(known !== undefined, `Change of ${id}, which the device never had`);
        this.view.set(id, this.#shown(known, data));
        break;
      case 'AirSync:Delete':
      case 'AirSync:SoftDelete':
        if (known === undefined && !this.moved.has(id)) this.strays.push(id);
        this.view.delete(id);
        this.moved.delete(id);
        break;
      default:
        must(false, `${command.tag} among the commands`);
    }
  }
}

/** An item as a device shows it. */
function shownAs(item: ShownItem): Shown {
  return { ...EMPTY, subject: item.subject, body: item.body, item };
}

const EMPTY: Shown = { read: false, flag: 0, categories: [], subject: '', body: '' };
