import { DurableObject } from 'cloudflare:workers';
import type { ReminderFrame } from '../core/reminders/due.ts';
import type { ChangeNotice } from '../platform/services.ts';

/** What listeners get, as JSON; of other kinds they know nothing. */
type HubFrame = { kind: 'reminders'; reminders: ReminderFrame[] };

const LISTENER = 'listener';

/**
 * One per mailbox: knows which of its devices wait for a change, so that a new mail wakes those and no others.
 * The list is durable: the object may sleep while devices wait. Whoever shows the mailbox to its owner listens on a
 * WebSocket, with which it may sleep too; an edge opens it (`fetch`) after it has asked who that is.
 */
export class MailboxHub extends DurableObject {
  readonly #sql: SqlStorage;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    this.#sql.exec(
      'CREATE TABLE IF NOT EXISTS waiting (device_id TEXT PRIMARY KEY, turn INTEGER NOT NULL) WITHOUT ROWID',
    );
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

  /** Opens the socket of a listener. Nobody but the Worker reaches this. */
  override fetch(request: Request): Response {
    if (request.headers.get('upgrade') !== 'websocket') return new Response(null, { status: 426 });
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server, [LISTENER]);
    return new Response(null, { status: 101, webSocket: client });
  }

  /** Tells all listeners; a socket whose other end is gone is nobody. Number of those that were told. */
  remind(reminders: ReminderFrame[]): number {
    const frame = JSON.stringify({ kind: 'reminders', reminders } satisfies HubFrame);
    let told = 0;
    for (const socket of this.ctx.getWebSockets(LISTENER)) {
      try {
        socket.send(frame);
        told++;
      } catch {
        socket.close(1011);
      }
    }
    return told;
  }

  /** Whatever code the other end gave: some of them may not be sent back (RFC 6455 7.4.1). */
  override webSocketClose(socket: WebSocket): void {
    socket.close(1000);
  }

  /** Ids of the waiting devices that did not make all of these changes themselves. */
  publish(changes: ChangeNotice[]): string[] {
    return this.waiting().filter((id) => changes.some((c) => c.originDevice !== id));
  }
}
