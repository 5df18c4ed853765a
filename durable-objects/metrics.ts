import { DurableObject } from 'cloudflare:workers';
import { MAX_SERIES } from '../platform/metrics/catalogue.ts';
import {
  addTo,
  type Distribution,
  type MetricsReport,
  type MetricsRpc,
  type MetricsSnapshot,
  type Sighting,
} from '../platform/metrics/report.ts';

/** Reports lie as they came until then, one row each; afterwards they are in the rows of their series. */
const FOLD_EVERY_MS = 60_000;
/** Longer than an isolate tries to tell the same report (platform/metrics/recorder.ts). */
const SOURCE_KEPT_MS = 2 * 3_600_000;
/** Clients are of no interest after this time. */
const CLIENT_KEPT_MS = 2 * 3_600_000;
const MAX_CLIENTS = 200_000;
/** Clients of one row: a row may have 2 MB. */
const CLIENTS_IN_ROW = 50_000;

interface Held {
  counters: Map<string, number>;
  histograms: Map<string, Distribution>;
  /** The last report of each isolate, and when it came. */
  sources: Map<string, { last: number; at: number }>;
  /** When each client was here last, by type and its number. */
  clients: Map<string, Map<number, number>>;
  /** Series with reports that are not in their rows yet. */
  changed: Set<string>;
}

/** Keeps what isolates have counted. A report is durable before it is confirmed, and counts once however often it comes. */
export class Metrics extends DurableObject implements MetricsRpc {
  #held: Held | null = null;
  #foldedAt = Date.now();
  #clientsChanged = false;

  async add(report: MetricsReport): Promise<void> {
    const held = this.#state();
    const now = Date.now();
    const source = held.sources.get(report.source);
    if (source !== undefined && source.last >= report.number) return;
    this.ctx.storage.sql.exec(
      'INSERT INTO reports (source, number, at, body) VALUES (?, ?, ?, ?)',
      ...[report.source, report.number, now, JSON.stringify([report.counters, report.histograms])],
    );
    take(held, report, now);
    this.#foldNowAndThen(held, now);
  }

  async saw(sightings: Sighting[]): Promise<void> {
    const held = this.#state();
    const now = Date.now();
    const body = JSON.stringify(sightings);
    this.ctx.storage.sql.exec('INSERT INTO sightings (at, body) VALUES (?, ?)', now, body);
    takeSightings(held, sightings);
    this.#clientsChanged = true;
    this.#foldNowAndThen(held, now);
  }

  async read(clientsSince: number): Promise<MetricsSnapshot> {
    const { counters, histograms, clients } = this.#state();
    return {
      counters: [...counters],
      histograms: [...histograms],
      clients: [...clients].map(([type, seen]) => {
        let count = 0;
        for (const at of seen.values()) if (at >= clientsSince) count++;
        return [type, count];
      }),
    };
  }

  #state(): Held {
    if (this.#held !== null) return this.#held;
    const { sql } = this.ctx.storage;
    sql.exec(`
      CREATE TABLE IF NOT EXISTS series (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS sources (source TEXT PRIMARY KEY, last INTEGER NOT NULL, at INTEGER NOT NULL)
        WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS reports (source TEXT NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL,
        body TEXT NOT NULL, PRIMARY KEY (source, number)) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS sightings (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, body TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS clients (type TEXT NOT NULL, part INTEGER NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (type, part)) WITHOUT ROWID;
    `);
    const held: Held = {
      ...{ counters: new Map(), histograms: new Map(), sources: new Map(), clients: new Map() },
      changed: new Set(),
    };
    for (const { name, value } of sql.exec<{ name: string; value: string }>('SELECT * FROM series')) {
      const read = JSON.parse(value) as number | Distribution;
      if (typeof read === 'number') held.counters.set(name, read);
      else held.histograms.set(name, read);
    }
    type Source = { source: string; last: number; at: number };
    for (const { source, last, at } of sql.exec<Source>('SELECT * FROM sources'))
      held.sources.set(source, { last, at });
    type Report = { source: string; number: number; at: number; body: string };
    for (const { source, number, at, body } of sql.exec<Report>(
      'SELECT * FROM reports ORDER BY source, number',
    )) {
      const [counters, histograms] = JSON.parse(body) as [
        MetricsReport['counters'],
        MetricsReport['histograms'],
      ];
      take(held, { source, number, counters, histograms }, at);
      // An object that comes and goes folds what lies there, too.
      this.#foldedAt = Math.min(this.#foldedAt, at);
    }
    for (const { type, body } of sql.exec<{ type: string; body: string }>('SELECT type, body FROM clients')) {
      const clients = held.clients.get(type) ?? new Map<number, number>();
      held.clients.set(type, clients);
      for (const [client, at] of JSON.parse(body) as [number, number][]) clients.set(client, at);
    }
    for (const { at, body } of sql.exec<{ at: number; body: string }>('SELECT at, body FROM sightings')) {
      takeSightings(held, JSON.parse(body) as Sighting[]);
      this.#clientsChanged = true;
      this.#foldedAt = Math.min(this.#foldedAt, at);
    }
    this.#held = held;
    return held;
  }

  #foldNowAndThen(held: Held, now: number): void {
    if (now - this.#foldedAt < FOLD_EVERY_MS) return;
    this.#foldedAt = now;
    this.ctx.storage.transactionSync(() => {
      const { sql } = this.ctx.storage;
      for (const name of held.changed) {
        const value = JSON.stringify(held.counters.get(name) ?? held.histograms.get(name));
        sql.exec('INSERT OR REPLACE INTO series (name, value) VALUES (?, ?)', name, value);
      }
      type Told = { source: string };
      const told = sql.exec<Told>('SELECT DISTINCT source FROM reports').toArray();
      for (const { source } of told) {
        const { last, at } = held.sources.get(source) ?? { last: 0, at: now };
        sql.exec('INSERT OR REPLACE INTO sources (source, last, at) VALUES (?, ?, ?)', source, last, at);
      }
      sql.exec('DELETE FROM reports');
      sql.exec('DELETE FROM sources WHERE at < ?', now - SOURCE_KEPT_MS);
      this.#writeClients(held, now);
    });
    held.changed.clear();
    for (const [source, { at }] of held.sources) if (at < now - SOURCE_KEPT_MS) held.sources.delete(source);
  }

  #writeClients(held: Held, now: number): void {
    if (!this.#clientsChanged) return;
    this.#clientsChanged = false;
    const { sql } = this.ctx.storage;
    sql.exec('DELETE FROM sightings');
    sql.exec('DELETE FROM clients');
    for (const [type, seen] of held.clients) {
      for (const [client, at] of seen) if (at < now - CLIENT_KEPT_MS) seen.delete(client);
      const all = [...seen];
      for (let part = 0; part * CLIENTS_IN_ROW < all.length; part++) {
        const body = JSON.stringify(all.slice(part * CLIENTS_IN_ROW, (part + 1) * CLIENTS_IN_ROW));
        sql.exec('INSERT INTO clients (type, part, body) VALUES (?, ?, ?)', type, part, body);
      }
    }
  }
}

function take(held: Held, { source, number, counters, histograms }: MetricsReport, at: number): void {
  held.sources.set(source, { last: number, at });
  for (const [name, by] of counters) {
    if (!held.counters.has(name) && full(held)) drop(held, by);
    else held.counters.set(name, (held.counters.get(name) ?? 0) + by);
    held.changed.add(held.counters.has(name) ? name : DROPPED);
  }
  for (const [name, by] of histograms) {
    const known = held.histograms.get(name);
    // Of a version with other buckets nothing can be added up: it begins anew, as counters do.
    if (known !== undefined && known.counts.length === by.counts.length) addTo(known, by);
    else if (known === undefined && full(held)) drop(held, 1);
    else held.histograms.set(name, structuredClone(by));
    held.changed.add(held.histograms.has(name) ? name : DROPPED);
  }
}

function takeSightings(held: Held, sightings: readonly Sighting[]): void {
  for (const [type, client, at] of sightings) {
    const clients = held.clients.get(type) ?? new Map<number, number>();
    held.clients.set(type, clients);
    if (clients.size < MAX_CLIENTS || clients.has(client)) clients.set(client, at);
  }
}

const DROPPED = 'metrics_dropped_total';

/** What is dropped is told of, beyond the limit. */
function full({ counters, histograms }: Held): boolean {
  return counters.size + histograms.size >= MAX_SERIES;
}

function drop(held: Held, by: number): void {
  held.counters.set(DROPPED, (held.counters.get(DROPPED) ?? 0) + by);
}
