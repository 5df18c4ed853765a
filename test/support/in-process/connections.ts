import { AsyncLocalStorage } from 'node:async_hooks';
import type { Client } from 'pg';

/** The connections to PostgreSQL that one Worker has open. */
export class Connections {
  readonly #open = new Set<Client>();

  get open(): number {
    return this.#open.size;
  }

  add(client: Client): void {
    this.#open.add(client);
    client.once('end', () => this.#open.delete(client));
    client.once('error', () => this.#open.delete(client));
  }
}

const current = new AsyncLocalStorage<Connections>();
let installed = false;

/** Does the work with the connections that it opens counted here. */
export function counting<T>(connections: Connections, work: () => T): T {
  return current.run(connections, work);
}

/** From now on connections are counted. */
export async function installCounting(): Promise<void> {
  if (installed) return;
  installed = true;
  const { default: pg } = await import('pg');
  const connect = pg.Client.prototype.connect as (...args: unknown[]) => unknown;
  Object.assign(pg.Client.prototype, {
    connect(this: Client, ...args: unknown[]) {
      current.getStore()?.add(this);
      return connect.apply(this, args);
    },
  });
}
