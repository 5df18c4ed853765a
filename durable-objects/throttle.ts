import { DurableObject } from 'cloudflare:workers';
import type { KeyTurn, ThrottleRpc } from '../platform/auth/throttle.ts';
import type { Ceiling, SpendRpc } from '../platform/limits/types.ts';
import { SlidingWindow } from '../platform/limits/window.ts';

const WINDOW_MS = 300_000;
/** Failures within the window before others must wait; a network prefix is shared by many people. */
const LIMIT = { account: 10, net: 100 } as const;
/** What was verified is known again for so long after the last time … */
const KNOWN_MS = 30 * 86_400_000;
/** … which is written down twice a day at most. */
const KNOWN_EVERY_MS = 43_200_000;
const MAX_KNOWN = 64;

/**
 * Counts for one key. Requests (`spend`), in memory: what an object forgets when nobody asks it for a minute is over by
 * then. And failed sign-ins of one key (account or address prefix), shared by all edges and isolates. In storage, so that
 * the counts outlive an eviction; the same attempt again counts once for an account, since a device with an old password
 * guesses nothing. Empties itself when nothing of it matters any more.
 */
export class Throttle extends DurableObject implements ThrottleRpc, SpendRpc {
  #ready = false;
  readonly #spent = new SlidingWindow();

  async spend(requests: number, ceiling: Ceiling): Promise<number> {
    const now = Date.now();
    return this.#spent.add(requests, ceiling, now) || this.#spent.full(ceiling, now);
  }

  async take(ceiling: Ceiling): Promise<number> {
    return this.#spent.add(1, ceiling, Date.now());
  }

  async begin(kind: 'account' | 'net', attempt: string | null): Promise<KeyTurn> {
    const now = Date.now();
    const turn = this.ctx.storage.transactionSync((): KeyTurn => {
      const sql = this.#sql();
      if (attempt !== null && this.#isKnown(attempt, now)) {
        return { waitSeconds: 0, known: true, ticket: null };
      }
      sql.exec('DELETE FROM failures WHERE at <= ?', now - WINDOW_MS);
      const last = sql
        .exec<{ at: number }>('SELECT at FROM failures ORDER BY at DESC LIMIT ?', LIMIT[kind])
        .toArray();
      const oldest = last[LIMIT[kind] - 1];
      if (oldest !== undefined) {
        const waitSeconds = Math.max(1, Math.ceil((oldest.at + WINDOW_MS - now) / 1000));
        return { waitSeconds, known: false, ticket: null };
      }
      const ticket = attempt ?? crypto.randomUUID();
      sql.exec('INSERT INTO failures (ticket, at) VALUES (?, ?) ON CONFLICT DO NOTHING', ticket, now);
      return { waitSeconds: 0, known: false, ticket };
    });
    if (turn.ticket !== null) await this.#wakeAt(now + WINDOW_MS);
    return turn;
  }

  /** The attempt was good: its count is taken back, and with `attempt` it is known from now on. */
  async succeeded(ticket: string | null, attempt: string | null): Promise<void> {
    if (ticket === null && attempt === null) return;
    const now = Date.now();
    this.ctx.storage.transactionSync(() => {
      const sql = this.#sql();
      if (ticket !== null) sql.exec('DELETE FROM failures WHERE ticket = ?', ticket);
      if (attempt === null) return;
      sql.exec(
        `INSERT INTO known (attempt, at) VALUES (?, ?)
        ON CONFLICT (attempt) DO UPDATE SET at = excluded.at WHERE at <= ?`,
        attempt,
        now,
        now - KNOWN_EVERY_MS,
      );
      sql.exec(
        'DELETE FROM known WHERE attempt NOT IN (SELECT attempt FROM known ORDER BY at DESC, attempt LIMIT ?)',
        MAX_KNOWN,
      );
    });
    await this.#wakeAt(now + WINDOW_MS);
  }

  /** What is known of the account goes, also what was verified (I27). */
  async forget(): Promise<void> {
    await this.ctx.storage.deleteAlarm();
    this.#ready = false;
    await this.ctx.storage.deleteAll();
  }

  override async alarm(): Promise<void> {
    const now = Date.now();
    const sql = this.#sql();
    sql.exec('DELETE FROM failures WHERE at <= ?', now - WINDOW_MS);
    sql.exec('DELETE FROM known WHERE at <= ?', now - KNOWN_MS);
    const count = (table: 'failures' | 'known') =>
      sql.exec<{ n: number }>(`SELECT count(*) AS n FROM ${table}`).one().n;
    if (count('failures') > 0) return this.#wakeAt(now + WINDOW_MS);
    if (count('known') > 0) return this.#wakeAt(now + KNOWN_EVERY_MS);
    this.#ready = false;
    await this.ctx.storage.deleteAll();
  }

  #isKnown(attempt: string, now: number): boolean {
    const sql = 'SELECT at FROM known WHERE attempt = ? AND at > ?';
    return (
      this.#sql()
        .exec(sql, attempt, now - KNOWN_MS)
        .toArray().length > 0
    );
  }

  async #wakeAt(at: number): Promise<void> {
    const set = await this.ctx.storage.getAlarm();
    if (set === null || set > at) await this.ctx.storage.setAlarm(at);
  }

  #sql(): SqlStorage {
    const { sql } = this.ctx.storage;
    if (!this.#ready) {
      sql.exec(`
        CREATE TABLE IF NOT EXISTS failures (ticket TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS known (attempt TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
      `);
      this.#ready = true;
    }
    return sql;
  }
}
