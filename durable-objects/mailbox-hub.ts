import { DurableObject } from 'cloudflare:workers';
import type { CopiedItem, Subscription } from '../core/live/types.ts';
import type { ReminderFrame } from '../core/reminders/due.ts';
import { mapBounded } from '../platform/bounded.ts';
import {
  type HubFrame,
  LISTEN_HEADER,
  type ListenOpening,
  type PushOutcome,
  type SubscriptionProgress,
} from '../platform/live-port.ts';
import type { ChangeNotice } from '../platform/services.ts';
import { HubSubscriptions } from './hub-subscriptions.ts';

const LISTENER = 'listener';
/** Listeners that are told of every change, too. */
const CHANGES = 'changes';
/** Sent to beside each other, and in one go. */
const PUSH_FAN_OUT = 4;
const PUSHES = 40;

type Push<Env> = (
  env: Env,
  ctx: DurableObjectState,
  subscription: Subscription,
  now: number,
) => Promise<PushOutcome>;

/**
 * One per mailbox: knows which of its devices wait for a change, so that a new mail wakes those and no others.
 * The list is durable: the object may sleep while devices wait. Whoever shows the mailbox to its owner listens on a
 * WebSocket, with which it may sleep too; an edge opens it (`fetch`) after it has asked who that is. Subscriptions to
 * the mailbox are kept here; those with an address of their own are sent to when there is news or it is time.
 *
 * @param push sends what is new to the address of a subscription
 */
export function createMailboxHub<Env>(push: Push<Env>) {
  return class MailboxHub extends DurableObject<Env> {
    readonly #sql: SqlStorage;
    readonly #subscriptions: HubSubscriptions;

    constructor(ctx: DurableObjectState, env: Env) {
      super(ctx, env);
      this.#sql = ctx.storage.sql;
      this.#prepare();
      this.#subscriptions = new HubSubscriptions(this.#sql);
    }

    #prepare(): void {
      this.#sql.exec(
        'CREATE TABLE IF NOT EXISTS waiting (device_id TEXT PRIMARY KEY, turn INTEGER NOT NULL) WITHOUT ROWID',
      );
    }

    /** The owner is erased: nothing of what the object knows stays, and whoever listens looks again (I27). */
    async erase(): Promise<void> {
      this.#tell(CHANGES, { kind: 'revoked' });
      await this.ctx.storage.deleteAlarm();
      await this.ctx.storage.deleteAll();
      this.#prepare();
      this.#subscriptions.prepare();
    }

    watch(deviceId: string, turn: number): void {
      this.#sql.exec(
        `INSERT INTO waiting (device_id, turn) VALUES (?, ?)
       ON CONFLICT DO UPDATE SET turn = excluded.turn WHERE excluded.turn > turn`,
        deviceId,
        turn,
      );
    }

    /** A farewell of an earlier turn must not remove a wait that began since. */
    unwatch(deviceId: string, turn: number): void {
      this.#sql.exec('DELETE FROM waiting WHERE device_id = ? AND turn <= ?', deviceId, turn);
    }

    /** Ids of all waiting devices. */
    waiting(): string[] {
      return this.#sql
        .exec('SELECT device_id FROM waiting')
        .toArray()
        .map((row) => String(row['device_id']));
    }

    /** What the owner may do has changed: listeners look again. Ids of the devices that are to do so as well. */
    revoked(): string[] {
      this.#tell(CHANGES, { kind: 'revoked' });
      return this.waiting();
    }

    /** Opens the socket of a listener. Nobody but the Worker reaches this. */
    override fetch(request: Request): Response {
      if (request.headers.get('upgrade') !== 'websocket') return new Response(null, { status: 426 });
      const said = request.headers.get(LISTEN_HEADER);
      const opening = said === null ? null : (JSON.parse(said) as ListenOpening);
      const { 0: client, 1: server } = new WebSocketPair();
      for (const subscriptionId of opening?.streams ?? []) {
        this.#tell(CHANGES, { kind: 'superseded', subscriptionId });
      }
      this.ctx.acceptWebSocket(server, opening?.changes === true ? [LISTENER, CHANGES] : [LISTENER]);
      if (opening !== null) this.#subscriptions.connect(opening.streams, opening.connection);
      return new Response(null, { status: 101, webSocket: client });
    }

    /** Tells all listeners; a socket whose other end is gone is nobody. Number of those that were told. */
    remind(reminders: ReminderFrame[]): number {
      return this.#tell(LISTENER, { kind: 'reminders', reminders });
    }

    /** Whatever code the other end gave: some of them may not be sent back (RFC 6455 7.4.1). */
    override webSocketClose(socket: WebSocket): void {
      socket.close(1000);
    }

    /** Tells listeners of changes. Ids of the waiting devices that did not make all of these changes themselves. */
    async publish(changes: ChangeNotice[]): Promise<string[]> {
      this.#tell(CHANGES, { kind: 'changes', changes });
      if (this.#subscriptions.due(Date.now())) await this.ctx.storage.setAlarm(Date.now());
      return this.waiting().filter((id) => changes.some((c) => c.originDevice !== id));
    }

    async subscribe(subscription: Subscription, now: number): Promise<boolean> {
      const added = this.#subscriptions.add(subscription, now);
      await this.#wakeForPush();
      return added;
    }

    subscriptions(userId: string, ids: readonly string[], now: number): Subscription[] {
      return this.#subscriptions.of(userId, ids, now);
    }

    progress(
      userId: string,
      subscriptionId: string,
      progress: SubscriptionProgress,
      connection: string | null,
    ): boolean {
      return this.#subscriptions.progress(userId, subscriptionId, progress, connection);
    }

    copied(items: readonly CopiedItem[], now: number): void {
      this.#subscriptions.noteCopies(items, now);
    }

    copies(itemIds: readonly string[]): CopiedItem[] {
      return this.#subscriptions.copies(itemIds);
    }

    unsubscribe(userId: string, subscriptionId: string): boolean {
      return this.#subscriptions.remove(userId, subscriptionId);
    }

    /** Sends to the subscriptions whose time it is. */
    override async alarm(): Promise<void> {
      const now = Date.now();
      this.#subscriptions.forget(now);
      await mapBounded(this.#subscriptions.pushes(now, PUSHES), PUSH_FAN_OUT, (one) => this.#send(one, now));
      await this.#wakeForPush();
    }

    async #send(subscription: Subscription, now: number): Promise<void> {
      const { push: target, userId, subscriptionId } = subscription;
      if (target === null) return;
      // First the next time, so that a change that comes while this is sent is not forgotten.
      const statusAt = now + target.statusEvery;
      const nextAt = now < target.statusAt ? target.statusAt : statusAt;
      this.#subscriptions.put({ ...subscription, push: { ...target, nextAt } });
      const outcome = await push(this.env, this.ctx, subscription, now);
      const [latest] = this.#subscriptions.of(userId, [subscriptionId], 0);
      if (latest === undefined || latest.push === null) return;
      if (outcome.kind === 'over') this.#subscriptions.remove(userId, subscriptionId);
      else if (outcome.kind === 'failed') {
        const failures = target.failures + 1;
        this.#subscriptions.put({ ...latest, push: { ...latest.push, failures, nextAt: outcome.retryAt } });
      } else {
        const { push: before } = latest;
        const next = outcome.sent ? { statusAt, failures: 0, nextAt: Math.min(before.nextAt, statusAt) } : {};
        this.#subscriptions.put({ ...latest, ...outcome.progress, push: { ...before, ...next } });
      }
    }

    async #wakeForPush(): Promise<void> {
      const at = this.#subscriptions.nextTime();
      if (at !== null) await this.ctx.storage.setAlarm(at);
    }

    #tell(tag: string, frame: HubFrame): number {
      const text = JSON.stringify(frame);
      let told = 0;
      for (const socket of this.ctx.getWebSockets(tag)) {
        try {
          socket.send(text);
          told++;
        } catch {
          socket.close(1011);
        }
      }
      return told;
    }
  };
}
