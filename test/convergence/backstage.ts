import type { MailboxRef } from '../../core/mail/types.ts';
import type { Waypost } from '../support/harness.ts';
import type { Act, ActResult, BackstageCall, Truth } from './backstage-wire.ts';
import { isCut } from './transport.ts';

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
    const ask = async () => {
      const response = await this.#server.fetch('/backstage', { method: 'POST', body: JSON.stringify(call) });
      return { response, text: await response.text() };
    };
    const { response, text } = await ask().catch((error: unknown) => {
      // The local runtime closes a connection now and then. An act may have been done: nobody knows to which item.
      if (!isCut(error) || call.op === 'act') throw error;
      return ask();
    });
    if (!response.ok) throw new Error(`backstage ${call.op}: ${text}`);
    return JSON.parse(text) as T;
  }
}
