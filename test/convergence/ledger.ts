import type { Truth } from './backstage-wire.ts';
import { must } from './collection.ts';

/** How often a message that went out is in a mailbox. */
interface Sent {
  least: number;
  most: number;
}

/** What must be in the mailboxes: every message once, unless somebody took it away. */
export class Ledger {
  /** By user: subjects of delivered mail. */
  readonly #delivered = new Map<number, Set<string>>();
  /** By user and subject: copies of messages that were sent. */
  readonly #sent = new Map<string, Sent>();
  /** Subjects of drafts. */
  readonly #drafts = new Set<string>();
  /** By subject: whose mailbox has the event, contact, task or note. */
  readonly #made = new Map<string, number>();
  /** Items that somebody asked to be removed for good. */
  readonly #removed = new Set<string>();
  readonly #subjects = new Map<string, string>();
  #serial = 0;

  /** A subject that no other message has. */
  newSubject(letter: string): string {
    return `${letter}${++this.#serial}`;
  }

  delivered(user: number, subject: string): void {
    const subjects = this.#delivered.get(user) ?? new Set();
    this.#delivered.set(user, subjects.add(subject));
  }

  /** Some subject of a message that came by mail, for a reply to it. */
  earlier(pick: number): string | null {
    const all = [...this.#delivered.values()].flatMap((s) => [...s]);
    return all[pick % Math.max(1, all.length)] ?? null;
  }

  drafted(subject: string): void {
    this.#drafts.add(subject);
  }

  /** A device was told that its new item is there. */
  made(user: number, subject: string): void {
    this.#made.set(subject, user);
  }

  /** A device asks for this to be sent: each of the mailboxes may get a copy. */
  sending(copies: readonly number[], subject: string): void {
    for (const user of copies) this.#copies(user, subject).most++;
  }

  /** The device was told that it is sent: each of the mailboxes must get its copy. */
  sent(copies: readonly number[], subject: string): void {
    for (const user of copies) this.#copies(user, subject).least++;
  }

  #copies(user: number, subject: string): Sent {
    const name = `${user}/${subject}`;
    const entry = this.#sent.get(name) ?? { least: 0, most: 0 };
    this.#sent.set(name, entry);
    return entry;
  }

  /** Somebody asks for these to be removed for good. */
  removed(items: readonly { itemId: string; subject: string }[]): void {
    for (const { itemId, subject } of items) {
      this.#removed.add(itemId);
      this.saw(itemId, subject);
    }
  }

  /** Someone has seen this item. */
  saw(itemId: string, subject: string): void {
    this.#subjects.set(itemId, subject);
  }

  /** Subjects that are on their way to a mailbox still. */
  missing(user: number, truth: Truth): string[] {
    for (const item of [...truth.items, ...truth.others]) this.saw(item.itemId, item.subject);
    const seen = new Set(this.#subjects.values());
    const sent = [...this.#sent].flatMap(([name, { least }]) => {
      const [owner, subject = ''] = name.split('/');
      const present = truth.items.filter((i) => !i.isDraft && i.subject === subject).length;
      return Number(owner) === user && present + this.#gone(subject) < least ? [subject] : [];
    });
    return [...[...(this.#delivered.get(user) ?? [])].filter((s) => !seen.has(s)), ...sent];
  }

  /** Throws when a message is lost, or there more often than it can be. */
  check(user: number, truth: Truth): void {
    const count = (subject: string, draft: boolean) =>
      truth.items.filter((i) => i.subject === subject && i.isDraft === draft).length;
    for (const subject of this.#delivered.get(user) ?? []) {
      const n = count(subject, false);
      must(n <= 1, `I9: ${subject} is there ${n} times`);
      must(n === 1 || this.#gone(subject) > 0, `I1: ${subject} is lost`);
    }
    for (const subject of this.#drafts) {
      must(count(subject, true) <= 1, `I16: the draft ${subject} is there ${count(subject, true)} times`);
    }
    for (const [subject, owner] of this.#made) {
      if (owner !== user) continue;
      const n = truth.others.filter((i) => i.subject === subject).length;
      must(n <= 1, `I16: the item ${subject} is there ${n} times`);
      must(n === 1 || this.#gone(subject) > 0, `the item ${subject} is lost`);
    }
    for (const [name, { least, most }] of this.#sent) {
      const [owner, subject = ''] = name.split('/');
      if (Number(owner) !== user) continue;
      const n = count(subject, false);
      must(n <= most, `I16: ${subject} was sent ${n} times, ${most} at most`);
      must(n + this.#gone(subject) >= least, `I23: ${subject} is there ${n} times, ${least} at least`);
    }
  }

  #gone(subject: string): number {
    let gone = 0;
    for (const id of this.#removed) if (this.#subjects.get(id) === subject) gone++;
    return gone;
  }
}
