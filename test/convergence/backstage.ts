import type { Folder, MailboxRef } from '../../core/mail/types.ts';
import type { Waypost } from '../support/harness.ts';

/** A change by somebody who is no device. Numbers choose among what is there at the moment. */
export interface Act {
  what: 'read' | 'flag' | 'categories' | 'move' | 'remove' | 'createFolder' | 'renameFolder' | 'deleteFolder';
  folder: number;
  pick: number;
  value: number;
}

/** Items that were removed for good. */
export type ActResult = { itemId: string; subject: string }[];

export interface TrueItem {
  itemId: string;
  folderId: string;
  receivedAt: number;
  threadId: string;
  isRead: boolean;
  flag: number;
  categories: string[];
  isDraft: boolean;
  subject: string;
  text: string;
  size: number;
}

/** What is in a mailbox, past every protocol. */
export interface Truth {
  folders: Folder[];
  items: TrueItem[];
  usage: { exists: boolean; sizeBytes: number; itemCount: number; modseq: number };
}

export type BackstageCall =
  | { op: 'truth'; ref: MailboxRef }
  | { op: 'modseq'; ref: MailboxRef }
  | { op: 'deliver'; ref: MailboxRef; raw: string; receivedAt: number }
  | { op: 'act'; ref: MailboxRef; act: Act };

/** The other side of backstage.worker.ts. */
export class Backstage {
  readonly #server: Waypost;
  readonly #ref: MailboxRef;

  constructor(server: Waypost, ref: MailboxRef) {
    this.#server = server;
    this.#ref = ref;
  }

  truth(): Promise<Truth> {
    return this.#call({ op: 'truth', ref: this.#ref });
  }

  /** How far the mailbox has come. */
  modseq(): Promise<number> {
    return this.#call({ op: 'modseq', ref: this.#ref });
  }

  act(act: Act): Promise<ActResult> {
    return this.#call({ op: 'act', ref: this.#ref, act });
  }

  async deliver(raw: Uint8Array, receivedAt: number): Promise<void> {
    await this.#call({ op: 'deliver', ref: this.#ref, raw: new TextDecoder().decode(raw), receivedAt });
  }

  async #call<T>(call: BackstageCall): Promise<T> {
    const response = await this.#server.fetch('/backstage', { method: 'POST', body: JSON.stringify(call) });
    const text = await response.text();
    if (!response.ok) throw new Error(`backstage ${call.op}: ${text}`);
    return JSON.parse(text) as T;
  }
}
