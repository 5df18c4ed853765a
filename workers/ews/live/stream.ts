import type { Principal } from '../../../core/identity/types.ts';
import type { Subscription } from '../../../core/live/types.ts';
import { isStillSignedIn } from '../../../platform/auth/standing.ts';
import { newId } from '../../../platform/ids.ts';
import type { HubFrame, HubListener } from '../../../platform/live-port.ts';
import { describeError, type Logger } from '../../../platform/log.ts';
import type { Services } from '../../../platform/services.ts';
import { notificationsChunk, statusChunk } from './chunk.ts';
import { mayStillSee, newsOf, notification } from './news.ts';

/** Silence is broken so often: clients give a connection up after some 45 seconds (MS-OXWSNTIF 3.1.4.2). */
const BEAT_MS = 30_000;
/** Between two looks: what happens in quick succession is told together. */
const GAP_MS = 200;
/**
 * An invocation has 1,000 calls of databases and objects (DESIGN 9): a stream on which much happens ends before, and its
 * client opens the next one. What a look costs when there is nothing, and when there is something.
 */
const CALLS = { most: 700, look: 4, news: 7 } as const;

interface StreamContext {
  services: Services;
  principal: Principal;
  log: Logger;
  correlationId: string;
}

/** Something a stream waits for; what comes while nobody waits is not lost. */
class Signal {
  #raised = false;
  #wake: (() => void) | null = null;

  raise(): void {
    this.#raised = true;
    this.#wake?.();
  }

  /** Until it is raised, at most so long. */
  async wait(milliseconds: number): Promise<void> {
    if (!this.#raised && milliseconds > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = null;
    }
    this.#raised = false;
  }
}

/**
 * A connection on which subscriptions are told their news until its time is over. The Worker holds it and waits on
 * hibernating WebSockets into the hubs of the mailboxes (DESIGN: push): first it listens, then it looks, so that nothing
 * falls between (I14).
 *
 * @param until milliseconds since the epoch
 */
export async function streamOf(
  context: StreamContext,
  subscriptions: readonly Subscription[],
  until: number,
): Promise<ReadableStream<Uint8Array>> {
  const stream = new Stream(context, subscriptions, until);
  await stream.listen();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  void stream.run(writable.getWriter());
  return readable;
}

class Stream {
  readonly #context: StreamContext;
  readonly #until: number;
  readonly #connection = newId();
  readonly #signal = new Signal();
  readonly #listeners: HubListener[] = [];
  readonly #mailboxes = new Map<string, Subscription[]>();
  /** Mailboxes in which something may have happened. */
  readonly #dirty = new Set<string>();
  #revoked = false;
  #calls = 0;

  constructor(context: StreamContext, subscriptions: readonly Subscription[], until: number) {
    this.#context = context;
    this.#until = until;
    for (const one of subscriptions) {
      const { mailboxId } = one.ref;
      this.#mailboxes.set(mailboxId, [...(this.#mailboxes.get(mailboxId) ?? []), one]);
      this.#dirty.add(mailboxId);
    }
  }

  async listen(): Promise<void> {
    try {
      for (const [mailboxId, list] of this.#mailboxes) {
        const [first] = list;
        if (first === undefined) continue;
        const ids = list.map((one) => one.subscriptionId);
        const hear = (frame: HubFrame) => this.#hear(mailboxId, frame);
        this.#listeners.push(
          await this.#context.services.live.listen(first.ref, ids, this.#connection, hear),
        );
      }
    } catch (error) {
      this.#close();
      throw error;
    }
  }

  async run(out: WritableStreamDefaultWriter<Uint8Array>): Promise<void> {
    const { services, log } = this.#context;
    // The client has gone: nobody waits any more.
    let gone = false;
    out.closed.catch(() => {
      gone = true;
      this.#signal.raise();
    });
    try {
      // Who was let in by what was remembered of them may have been shut out since.
      const begins = await this.#isAllowed();
      if (begins) await out.write(statusChunk('OK'));
      let beatAt = services.now() + BEAT_MS;
      while (begins && !gone && this.#mailboxes.size > 0) {
        const dirty = [...this.#dirty];
        this.#dirty.clear();
        let told = false;
        for (const mailboxId of dirty) told = (await this.#tell(mailboxId, out)) || told;
        if (told) beatAt = services.now() + BEAT_MS;
        if (services.now() >= this.#until || this.#calls >= CALLS.most) break;
        if (services.now() >= beatAt || this.#revoked) {
          this.#revoked = false;
          if (!(await this.#isAllowed())) break;
          await out.write(notificationsChunk(this.#all().map((one) => notification(one, QUIET, null))));
          beatAt = services.now() + BEAT_MS;
        }
        const looked = services.now();
        await this.#signal.wait(Math.min(beatAt, this.#until) - looked);
        const early = GAP_MS - (services.now() - looked);
        if (early > 0 && told) await new Promise((resolve) => setTimeout(resolve, early));
      }
      if (!gone) {
        await out.write(statusChunk('Closed'));
        await out.close();
      }
    } catch (error) {
      if (!gone) {
        log.error('ews.stream-failed', { error: describeError(error) });
        // The client opens another one, and is told what it has missed.
        await out.write(statusChunk('Closed')).catch(() => undefined);
        await out.close().catch(() => undefined);
      }
    } finally {
      this.#close();
    }
  }

  #all(): Subscription[] {
    return [...this.#mailboxes.values()].flat();
  }

  #close(): void {
    for (const listener of this.#listeners.splice(0)) listener.close();
  }

  #hear(mailboxId: string, frame: HubFrame): void {
    switch (frame.kind) {
      case 'reminders':
        return;
      case 'superseded':
        this.#drop(mailboxId, frame.subscriptionId);
        break;
      case 'revoked':
        this.#revoked = true;
        break;
      default:
        this.#dirty.add(mailboxId);
    }
    this.#signal.raise();
  }

  #drop(mailboxId: string, subscriptionId: string): void {
    const left = this.#mailboxes.get(mailboxId)?.filter((one) => one.subscriptionId !== subscriptionId) ?? [];
    if (left.length > 0) this.#mailboxes.set(mailboxId, left);
    else this.#mailboxes.delete(mailboxId);
  }

  /** Tells what is new in a mailbox, and notes it once it was sent. Whether there was anything. */
  async #tell(mailboxId: string, out: WritableStreamDefaultWriter<Uint8Array>): Promise<boolean> {
    const { services, principal, correlationId } = this.#context;
    let told = false;
    for (const one of this.#mailboxes.get(mailboxId) ?? []) {
      for (let more = true; more; ) {
        const after = one.position;
        const news = await newsOf(services, principal, one, { after, marks: false, correlationId });
        more = news.more;
        this.#calls += news.position === after ? CALLS.look : CALLS.look + CALLS.news;
        if (news.events.length > 0) {
          await out.write(notificationsChunk([notification(one, news, null)]));
          told = true;
        }
        if (news.position === after) continue;
        one.position = news.position;
        one.tree = news.tree;
        // Also when the client goes as soon as it has read.
        const noted = this.#note(one);
        services.defer(noted.catch(() => undefined));
        if (await noted) continue;
        this.#drop(mailboxId, one.subscriptionId);
        more = false;
      }
    }
    return told;
  }

  /** False when the subscription has ended, or another connection has it. */
  #note({ ref, userId, subscriptionId, position, tree, keptMs }: Subscription): Promise<boolean> {
    const expiresAt = this.#until + keptMs;
    const progress = { position, tree, expiresAt };
    return this.#context.services.live.progress(ref, userId, subscriptionId, progress, this.#connection);
  }

  /** Whether the user may still do this (I21), and which of the subscriptions still are. */
  async #isAllowed(): Promise<boolean> {
    const { services, principal, correlationId } = this.#context;
    if (!(await isStillSignedIn(services, principal))) return false;
    for (const one of this.#all()) {
      const own = one.ref.mailboxId === principal.user.userId;
      this.#calls += own ? 1 : 1 + CALLS.look;
      const sees = await mayStillSee(services, principal, one, correlationId);
      if (!sees || !(await this.#note(one))) this.#drop(one.ref.mailboxId, one.subscriptionId);
    }
    return this.#mailboxes.size > 0;
  }
}

const QUIET = { events: [], position: 0, more: false };
