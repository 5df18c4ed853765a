import type { CollectionState, ShadowRow, SyncStateRepo } from './state.ts';

/** Sync state in maps: the model of the SQLite repository, for tests. */
export class MemorySyncStateRepo implements SyncStateRepo {
  readonly #states = new Map<string, string>();
  readonly #shadow = new Map<string, Map<string, ShadowRow>>();

  write<T>(change: () => T): T {
    return change();
  }

  load(collectionId: string): CollectionState | null {
    const text = this.#states.get(collectionId);
    return text === undefined ? null : (JSON.parse(text) as CollectionState);
  }

  save(state: CollectionState): void {
    this.#states.set(state.collectionId, JSON.stringify(state));
  }

  reset(collectionId: string): void {
    this.#states.delete(collectionId);
    this.#shadow.delete(collectionId);
  }

  versions(collectionId: string, itemIds: string[]): Map<string, number> {
    const rows = this.#shadow.get(collectionId);
    return new Map(
      itemIds.flatMap((id) => {
        const row = rows?.get(id);
        return row === undefined ? [] : [[id, row.version] as const];
      }),
    );
  }

  put(collectionId: string, rows: ShadowRow[]): void {
    const shadow = this.#shadow.get(collectionId) ?? new Map<string, ShadowRow>();
    for (const row of rows) shadow.set(row.itemId, row);
    this.#shadow.set(collectionId, shadow);
  }

  drop(collectionId: string, itemIds: string[]): void {
    for (const id of itemIds) this.#shadow.get(collectionId)?.delete(id);
  }

  count(collectionId: string, since: number): number {
    return [...(this.#shadow.get(collectionId)?.values() ?? [])].filter((r) => r.receivedAt >= since).length;
  }

  agedOut(collectionId: string, before: number, limit: number): string[] {
    return [...(this.#shadow.get(collectionId)?.values() ?? [])]
      .filter((r) => r.receivedAt < before)
      .sort((a, b) => a.receivedAt - b.receivedAt)
      .slice(0, limit)
      .map((r) => r.itemId);
  }

  /** Number of rows kept for a collection: what a device costs. */
  size(collectionId: string): number {
    return this.#shadow.get(collectionId)?.size ?? 0;
  }
}
