import type { CollectionAge } from '../../core/ports/device.ts';
import { DEFAULT_OPTIONS } from '../../core/sync/options.ts';
import { type CollectionState, keyOf, type ShadowRow, type SyncStateRepo } from '../../core/sync/state.ts';

/** With the time at which it was kept; not noted by earlier releases (I29). */
type KeptState = CollectionState & { savedAt?: number };

/** Sync state in the SQLite storage of the device's object. */
export class SqlSyncStateRepo implements SyncStateRepo {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql = storage.sql;
    this.prepare();
  }

  /** Makes the tables, where they are not there. */
  prepare(): void {
    this.#sql.exec(`
      CREATE TABLE IF NOT EXISTS collections (collection_id TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS shadow (
        collection_id TEXT NOT NULL, item_id TEXT NOT NULL, version INTEGER NOT NULL, received_at INTEGER NOT NULL,
        PRIMARY KEY (collection_id, item_id)
      ) WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS shadow_by_age ON shadow (collection_id, received_at);
    `);
  }

  write<T>(change: () => T): T {
    return this.#storage.transactionSync(change);
  }

  load(collectionId: string): CollectionState | null {
    const rows = this.#sql
      .exec('SELECT state FROM collections WHERE collection_id = ?', collectionId)
      .toArray();
    const text = rows[0]?.['state'];
    if (typeof text !== 'string') return null;
    const { savedAt: _, ...state } = JSON.parse(text) as KeptState;
    // Options that this release added have their default in a state that an earlier one wrote (I29).
    return { ...state, options: { ...DEFAULT_OPTIONS, ...state.options } };
  }

  save(state: CollectionState): void {
    this.#sql.exec(
      'INSERT INTO collections (collection_id, state) VALUES (?, ?) ON CONFLICT DO UPDATE SET state = excluded.state',
      state.collectionId,
      JSON.stringify({ ...state, savedAt: Date.now() } satisfies KeptState),
    );
  }

  /** Of all collections that the device has asked for, in order of their ids. */
  ages(): CollectionAge[] {
    const rows = this.#sql.exec('SELECT state FROM collections ORDER BY collection_id').toArray();
    return rows.map((row) => {
      const state = JSON.parse(String(row['state'])) as KeptState;
      return { collectionId: state.collectionId, syncKey: keyOf(state), changedAt: state.savedAt ?? null };
    });
  }

  reset(collectionId: string): void {
    this.#sql.exec('DELETE FROM collections WHERE collection_id = ?', collectionId);
    this.#sql.exec('DELETE FROM shadow WHERE collection_id = ?', collectionId);
  }

  /** Every key that was given out is unknown from now on. */
  resetAll(): void {
    this.#storage.transactionSync(() => {
      this.#sql.exec('DELETE FROM collections');
      this.#sql.exec('DELETE FROM shadow');
    });
  }

  versions(collectionId: string, itemIds: string[]): Map<string, number> {
    const found = new Map<string, number>();
    if (itemIds.length === 0) return found;
    const rows = this.#sql.exec(
      'SELECT item_id, version FROM shadow WHERE collection_id = ? AND item_id IN (SELECT value FROM json_each(?))',
      collectionId,
      JSON.stringify(itemIds),
    );
    for (const row of rows) found.set(String(row['item_id']), Number(row['version']));
    return found;
  }

  put(collectionId: string, rows: ShadowRow[]): void {
    if (rows.length === 0) return;
    this.#sql.exec(
      `INSERT INTO shadow (collection_id, item_id, version, received_at)
       SELECT ?, value ->> 0, value ->> 1, value ->> 2 FROM json_each(?) WHERE true
       ON CONFLICT DO UPDATE SET version = excluded.version, received_at = excluded.received_at`,
      collectionId,
      JSON.stringify(rows.map((r) => [r.itemId, r.version, r.receivedAt])),
    );
  }

  drop(collectionId: string, itemIds: string[]): void {
    if (itemIds.length === 0) return;
    this.#sql.exec(
      'DELETE FROM shadow WHERE collection_id = ? AND item_id IN (SELECT value FROM json_each(?))',
      collectionId,
      JSON.stringify(itemIds),
    );
  }

  count(collectionId: string, since: number): number {
    const row = this.#sql
      .exec(
        'SELECT count(*) AS n FROM shadow WHERE collection_id = ? AND received_at >= ?',
        collectionId,
        since,
      )
      .one();
    return Number(row['n']);
  }

  agedOut(collectionId: string, before: number, limit: number): string[] {
    return this.#sql
      .exec(
        'SELECT item_id FROM shadow WHERE collection_id = ? AND received_at < ? ORDER BY received_at LIMIT ?',
        collectionId,
        before,
        limit,
      )
      .toArray()
      .map((row) => String(row['item_id']));
  }
}
