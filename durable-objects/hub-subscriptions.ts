import type { CopiedItem, Subscription } from '../core/live/types.ts';
import type { SubscriptionProgress } from '../platform/live-port.ts';

/** Of one user to one mailbox. */
const MAX_PER_USER = 100;
/** A pull subscription may ask a day later. */
const COPIES_KEPT_MS = 25 * 3_600_000;

/** Subscriptions in the SQLite storage of the hub of the mailbox that they watch. */
export class HubSubscriptions {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.prepare();
  }

  /** Makes the tables, where they are not there. */
  prepare(): void {
    this.#sql.exec(
      `CREATE TABLE IF NOT EXISTS subscriptions (
        subscription_id TEXT PRIMARY KEY, user_id TEXT NOT NULL, expires_at INTEGER NOT NULL,
        push_at INTEGER, connection TEXT, state TEXT NOT NULL
      ) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS copies (
        item_id TEXT PRIMARY KEY, from_item_id TEXT NOT NULL, from_folder_id TEXT NOT NULL, at INTEGER NOT NULL
      ) WITHOUT ROWID`,
    );
  }

  add(subscription: Subscription, now: number): boolean {
    this.forget(now);
    const { subscriptionId, userId, expiresAt, push } = subscription;
    const { n } = this.#sql.exec('SELECT count(*) AS n FROM subscriptions WHERE user_id = ?', userId).one();
    if (Number(n) >= MAX_PER_USER) return false;
    this.#sql.exec(
      'INSERT INTO subscriptions VALUES (?, ?, ?, ?, NULL, ?) ON CONFLICT DO NOTHING',
      ...[subscriptionId, userId, expiresAt, push?.nextAt ?? null, JSON.stringify(subscription)],
    );
    return true;
  }

  of(userId: string, ids: readonly string[], now: number): Subscription[] {
    return this.#read(
      `SELECT state FROM subscriptions WHERE user_id = ? AND expires_at > ?
       AND subscription_id IN (SELECT value FROM json_each(?))`,
      ...[userId, now, JSON.stringify(ids)],
    );
  }

  /** Streams that a connection takes from whoever had them. */
  connect(ids: readonly string[], connection: string): void {
    this.#sql.exec(
      'UPDATE subscriptions SET connection = ? WHERE subscription_id IN (SELECT value FROM json_each(?))',
      connection,
      JSON.stringify(ids),
    );
  }

  progress(userId: string, id: string, progress: SubscriptionProgress, connection: string | null): boolean {
    const [row] = this.#sql
      .exec(
        'SELECT state, connection FROM subscriptions WHERE subscription_id = ? AND user_id = ?',
        id,
        userId,
      )
      .toArray();
    if (row === undefined || (connection !== null && row['connection'] !== connection)) return false;
    this.put({ ...(JSON.parse(String(row['state'])) as Subscription), ...progress });
    return true;
  }

  put(subscription: Subscription): void {
    const { subscriptionId, expiresAt, push } = subscription;
    this.#sql.exec(
      'UPDATE subscriptions SET state = ?, expires_at = ?, push_at = ? WHERE subscription_id = ?',
      ...[JSON.stringify(subscription), expiresAt, push?.nextAt ?? null, subscriptionId],
    );
  }

  remove(userId: string, id: string): boolean {
    const { rowsWritten } = this.#sql.exec(
      'DELETE FROM subscriptions WHERE subscription_id = ? AND user_id = ?',
      ...[id, userId],
    );
    return rowsWritten > 0;
  }

  /** Lets all be sent to that wait for news, and not for another attempt. Whether there are any. */
  due(now: number): boolean {
    const waiting = this.#read('SELECT state FROM subscriptions WHERE push_at > ?', now);
    let any = false;
    for (const one of waiting) {
      if (one.push?.failures !== 0) continue;
      this.put({ ...one, push: { ...one.push, nextAt: now } });
      any = true;
    }
    return any;
  }

  /** What nobody can ask for any more is not kept (I27). */
  forget(now: number): void {
    this.#sql.exec('DELETE FROM subscriptions WHERE expires_at <= ?', now);
    this.#sql.exec('DELETE FROM copies WHERE at <= ?', now - COPIES_KEPT_MS);
  }

  /** Only while somebody watches. */
  noteCopies(items: readonly CopiedItem[], now: number): void {
    const { n } = this.#sql.exec('SELECT count(*) AS n FROM subscriptions WHERE expires_at > ?', now).one();
    if (Number(n) === 0) return;
    for (const { itemId, fromItemId, fromFolderId } of items) {
      const values = [itemId, fromItemId, fromFolderId, now];
      this.#sql.exec('INSERT INTO copies VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING', ...values);
    }
  }

  copies(itemIds: readonly string[]): CopiedItem[] {
    return this.#sql
      .exec(
        'SELECT item_id, from_item_id, from_folder_id FROM copies WHERE item_id IN (SELECT value FROM json_each(?))',
        JSON.stringify(itemIds),
      )
      .toArray()
      .map((row) => ({
        itemId: String(row['item_id']),
        fromItemId: String(row['from_item_id']),
        fromFolderId: String(row['from_folder_id']),
      }));
  }

  /** When somebody is to be sent something next, or something ends; null when there is nothing. */
  nextTime(): number | null {
    const { at } = this.#sql
      .exec('SELECT min(min(coalesce(push_at, expires_at), expires_at)) AS at FROM subscriptions')
      .one();
    return at === null ? null : Number(at);
  }

  pushes(now: number, limit: number): Subscription[] {
    return this.#read(
      'SELECT state FROM subscriptions WHERE push_at <= ? ORDER BY push_at LIMIT ?',
      now,
      limit,
    );
  }

  #read(sql: string, ...values: (string | number)[]): Subscription[] {
    return this.#sql
      .exec(sql, ...values)
      .toArray()
      .map((row) => JSON.parse(String(row['state'])) as Subscription);
  }
}
