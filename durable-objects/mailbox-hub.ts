import { DurableObject } from 'cloudflare:workers';
import type { ChangeNotice } from '../platform/services.ts';

/**
 * One per mailbox: knows which of its devices wait for a change, so that a new mail wakes those and no others.
 * The list is durable: the object may sleep while devices wait.
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

  /** Ids of the waiting devices that did not make all of these changes themselves. */
  publish(changes: ChangeNotice[]): string[] {
    return this.waiting().filter((id) => changes.some((c) => c.originDevice !== id));
  }
}
