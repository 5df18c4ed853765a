import type { HierarchyState } from '../../core/sync/folder-sync.ts';
import type { SyncRequest } from '../../core/sync/request.ts';

/** The list of an earlier Ping, for Pings that leave it out (MS-ASCMD 2.2.1.13). */
export interface PingCache {
  folders: { id: string; class: string }[];
  /** Seconds. */
  heartbeat: number;
}

/** The last Sync request, for one that is empty or partial (MS-ASCMD 2.2.1.21.1). Its commands are not part of it. */
export interface LastSync {
  collections: SyncRequest[];
  waitSeconds: number;
  windowSize: number | null;
}

/** Small named values of a device. */
export class DeviceValues {
  readonly #kv: SyncKvStorage;

  constructor(storage: DurableObjectStorage) {
    this.#kv = storage.kv;
  }

  get hierarchy(): HierarchyState | null {
    return this.#kv.get<HierarchyState>('hierarchy') ?? null;
  }

  set hierarchy(state: HierarchyState) {
    this.#kv.put('hierarchy', state);
  }

  get ping(): PingCache | null {
    return this.#kv.get<PingCache>('ping') ?? null;
  }

  set ping(cache: PingCache) {
    this.#kv.put('ping', cache);
  }

  get lastSync(): LastSync | null {
    return this.#kv.get<LastSync>('lastSync') ?? null;
  }

  set lastSync(request: LastSync | null) {
    if (request === null) this.#kv.delete('lastSync');
    else this.#kv.put('lastSync', request);
  }

  /** Number of the newest Ping: tells a late farewell of an old one from the present one. */
  get pingTurn(): number {
    return this.#kv.get<number>('pingTurn') ?? 0;
  }

  set pingTurn(turn: number) {
    this.#kv.put('pingTurn', turn);
  }
}
