import { DurableObject } from 'cloudflare:workers';

const WINDOW_MS = 300_000;
/** Failures within the window before a key must wait; a network prefix is shared by many people. */
const LIMIT = { account: 10, net: 100 } as const;

/**
 * Counts failed sign-ins of one key (account or address prefix), shared by all edges and isolates. In memory:
 * an eviction forgives, which is the safe side for users and costs an attacker the same waits again.
 */
export class Throttle extends DurableObject {
  #failures: number[] = [];

  /** Seconds until the key may be tried again, 0 when it may be now. */
  check(kind: 'account' | 'net'): number {
    const now = Date.now();
    this.#failures = this.#failures.filter((at) => at > now - WINDOW_MS);
    const oldest = this.#failures.at(-LIMIT[kind]);
    return oldest === undefined ? 0 : Math.max(1, Math.ceil((oldest + WINDOW_MS - now) / 1000));
  }

  failed(): void {
    this.#failures.push(Date.now());
    if (this.#failures.length > LIMIT.net) this.#failures.shift();
  }
}
