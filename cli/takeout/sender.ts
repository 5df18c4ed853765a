import { FRAMES_TYPE, frameHead } from '../../codecs/frames/index.ts';
import type { ImportOutcome, ImportView, TransferHeader } from '../../shared/admin-api.ts';
import type { AdminClient } from '../admin-client.ts';
import { CommandError } from '../command.ts';
import { persist } from './persist.ts';

const MAX_BYTES = 4 * 1024 * 1024;
/** Of one request. A message has a raw to be kept, which is a call of its own. */
const MAX_WEIGHT = 400;
const WEIGHT = { message: 4, object: 1, file: 4, lost: 0, next: 0 } as const;

export type Counts = Record<ImportOutcome, number>;

export function noCounts(): Counts {
  return {
    ...{ imported: 0, present: 0, 'over-quota': 0, 'too-large': 0, invalid: 0, 'no-folder': 0, failed: 0 },
  };
}

/**
 * Sends items in requests that are bounded, one after the other: of a conversation, the first comes first. While one is
 * on its way the next one is collected.
 */
export class Sender {
  readonly #admin: AdminClient;
  readonly #path: string;
  readonly #address: string;
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #weight = 0;
  /** Whether each item of the request counts: the files of an event do not. */
  #counted: boolean[] = [];
  #onItsWay: Promise<void> = Promise.resolve();
  readonly counts: Counts = noCounts();
  /** Called after each request with the number of items that it settled. */
  readonly #settled: (items: number) => Promise<void>;

  constructor(admin: AdminClient, address: string, settled: (items: number) => Promise<void>) {
    this.#admin = admin;
    this.#address = address;
    this.#path = `/users/${encodeURIComponent(address)}/import`;
    this.#settled = settled;
  }

  async add(header: TransferHeader & { key: string }, body: Uint8Array = new Uint8Array()): Promise<void> {
    // Its files and an event come in one request, or in two in this order.
    if (this.#bytes > 0 && this.#bytes + body.length > MAX_BYTES) await this.#send();
    this.#pieces.push(frameHead(header, body.length), body);
    this.#bytes += body.length;
    this.#counted.push(header.type !== 'file');
    this.#weight += WEIGHT[header.type];
    if (this.#weight >= MAX_WEIGHT) await this.#send();
  }

  /** Resolves when everything that was added has been settled. */
  async flush(): Promise<void> {
    await this.#send();
    await this.#onItsWay;
  }

  /** Begins with the next request when the one before it has ended; rejects when that failed. */
  async #send(): Promise<void> {
    if (this.#counted.length === 0) return;
    const counted = this.#counted;
    const bytes = new Uint8Array(Buffer.concat(this.#pieces));
    [this.#pieces, this.#bytes, this.#weight, this.#counted] = [[], 0, 0, []];
    await this.#onItsWay;
    this.#onItsWay = this.#post(bytes, counted);
    // Whoever sends the next one, or flushes, hears of it.
    this.#onItsWay.catch(() => undefined);
  }

  async #post(bytes: Uint8Array<ArrayBuffer>, counted: readonly boolean[]): Promise<void> {
    const { outcomes } = await persist(() =>
      this.#admin.postBytes<ImportView>(this.#path, bytes, FRAMES_TYPE),
    );
    for (const [n, outcome] of outcomes.entries()) if (counted[n] === true) this.counts[outcome]++;
    if (outcomes.includes('over-quota')) {
      throw new CommandError(
        `the mailbox of ${this.#address} is full: ${this.counts.imported} items came in. Make room or raise the limit ` +
          '(waypost user quota), then run the same import again.',
      );
    }
    await this.#settled(counted.filter(Boolean).length);
  }
}
