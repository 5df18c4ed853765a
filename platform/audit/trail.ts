/** What edges tell the audit log: noted after the answer, in one message to the queue for all of a request. */
import type { AuditJob, QueuePort } from '../../core/ports/queues.ts';
import { newId } from '../ids.ts';
import { describeError, type Logger } from '../log.ts';

/** Something that was done. Details never hold content, subjects, passwords or tokens. */
export interface AuditFacts {
  tenantId: string | null;
  actor: string;
  address?: string | null | undefined;
  protocol: string;
  deviceId?: string | null | undefined;
  action: string;
  resource: string;
  outcome?: AuditJob['outcome'] | undefined;
  details?: AuditJob['details'] | undefined;
  correlationId: string;
  /** The first of its like in such a span is noted, the others are not. */
  once?: 'minute' | 'hour' | 'day' | undefined;
  /** What makes two of them unlike, beside tenant, actor, protocol, device, action, resource and outcome. */
  apart?: string | undefined;
}

export interface AuditTrail {
  /** Notes events. Never fails, and never waits. */
  record(facts: readonly AuditFacts[]): void;
  /**
   * Notes what is found out about an event after the answer; nothing is looked up again for an equal `key` in the same
   * span, so that a flood of attempts costs no reads.
   */
  lookUp(span: keyof typeof SPANS, key: string, facts: () => Promise<readonly AuditFacts[]>): void;
}

interface TrailServices {
  queues: Pick<QueuePort, 'audit'>;
  log: Logger;
  now(): number;
  defer(work: Promise<unknown>): void;
}

const SPANS = { minute: 60_000, hour: 3600_000, day: 24 * 3600_000 } as const;
const MAX_KEPT = 10_000;

/**
 * What this isolate has noted already, so that a device that polls costs no message. Others may note it as well: equal
 * events of a span have one id, and the chain takes each id once.
 */
export class RecentlyNoted {
  readonly #keys = new Set<string>();

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  add(key: string): void {
    this.#keys.add(key);
    if (this.#keys.size <= MAX_KEPT) return;
    const oldest = this.#keys.keys().next();
    if (!oldest.done) this.#keys.delete(oldest.value);
  }
}

export function createAuditTrail(services: TrailServices, recent: RecentlyNoted): AuditTrail {
  return {
    record(facts) {
      const at = services.now();
      const fresh = facts.filter((one) => {
        const key = keyOf(one, at);
        return key === null || !recent.has(key);
      });
      if (fresh.length > 0) services.defer(send(services, recent, fresh, at));
    },
    lookUp(span, about, facts) {
      const at = services.now();
      const key = JSON.stringify(['look-up', span, Math.floor(at / SPANS[span]), about]);
      if (recent.has(key)) return;
      recent.add(key);
      const found = async () => {
        try {
          await send(services, recent, await facts(), at);
        } catch (error) {
          services.log.error('audit.lost', { error: describeError(error) });
        }
      };
      services.defer(found());
    },
  };
}

/** Equal for events that are one; null for an event that stands for itself. */
function keyOf(facts: AuditFacts, at: number): string | null {
  const { once, tenantId, actor, protocol, deviceId, action, resource, outcome, apart } = facts;
  if (once === undefined) return null;
  const span = [once, Math.floor(at / SPANS[once])];
  return JSON.stringify([span, tenantId, actor, protocol, deviceId, action, resource, outcome, apart]);
}

async function send(
  services: TrailServices,
  recent: RecentlyNoted,
  facts: readonly AuditFacts[],
  at: number,
): Promise<void> {
  const keys = facts.map((one) => keyOf(one, at));
  const jobs: AuditJob[] = [];
  for (const [i, { once: _once, apart: _apart, ...event }] of facts.entries()) {
    const key = keys[i] ?? null;
    if (key !== null && recent.has(key)) continue;
    jobs.push({
      ...{ v: 1, eventId: key === null ? newId(at) : await idOf(key), at },
      ...{ tenantId: event.tenantId, actor: event.actor.slice(0, 512), address: event.address ?? null },
      ...{ protocol: event.protocol, deviceId: event.deviceId?.slice(0, 256) ?? null },
      ...{ action: event.action, resource: event.resource.slice(0, 512), outcome: event.outcome ?? 'ok' },
      ...{ details: event.details ?? {}, correlationId: event.correlationId },
    });
  }
  if (jobs.length === 0) return;
  if (await queued(services, jobs)) for (const key of keys) if (key !== null) recent.add(key);
}

const WAITS_MS = [0, 200, 1000];

async function queued({ queues, log }: TrailServices, jobs: AuditJob[]): Promise<boolean> {
  let reason = '';
  for (const wait of WAITS_MS) {
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    try {
      await queues.audit(jobs);
      return true;
    } catch (error) {
      reason = describeError(error);
    }
  }
  // What the log of the platform has can be told again; there is no content in it.
  for (const { correlationId, ...event } of jobs) {
    log.error('audit.lost', { correlationId, event: JSON.stringify(event), error: reason });
  }
  return false;
}

async function idOf(key: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key));
  return `once-${Array.from(new Uint8Array(hash, 0, 20), (b) => b.toString(16).padStart(2, '0')).join('')}`;
}
