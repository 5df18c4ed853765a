import type { Dns, DnsAnswer, DnsType } from '../../core/ports/dns.ts';

/** How long nothing is asked after an outage was seen. */
const PAUSE_MS = 10_000;
const PROBE_EVERY_MS = 1000;
/** A name that is always there. If the DNS does not know it, it knows nothing. */
const PROBE = ['com', 'NS'] as const;

/**
 * The same DNS, which during an outage fails at once instead of after its time limit, so that mail does not wait for
 * it message by message. A sender's own names can fail as they like: an outage is when a probe fails too, which no
 * sender has a hand in.
 */
export function failingFast(dns: Dns, now: () => number): Dns {
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let probedAt = Number.NEGATIVE_INFINITY;

  async function probe(): Promise<void> {
    const at = now();
    if (at >= probedAt && at - probedAt < PROBE_EVERY_MS) return;
    probedAt = at;
    try {
      await dns.query(...PROBE);
    } catch {
      pausedUntil = now() + PAUSE_MS;
    }
  }

  return {
    async query(name: string, type: DnsType): Promise<DnsAnswer> {
      const left = pausedUntil - now();
      // A clock that went back must not make the pause eternal (I30).
      if (left > 0 && left <= PAUSE_MS) throw new Error('dns: no answers at the moment');
      try {
        return await dns.query(name, type);
      } catch (error) {
        void probe();
        throw error;
      }
    },
  };
}
