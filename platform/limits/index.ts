import { describeError, type Logger } from '../log.ts';
import type { Ceiling, LimitPort, Requester, SpendRpc } from './types.ts';

/** Nobody asks an object for those who ask little: so many requests, or fewer when they took this long, make a report. */
const REPORT = { caller: { at: 25, least: 10 }, tenant: { at: 100, least: 50 } } as const;
const REPORT_MS = 10_000;
/** Whom the platform's limiter refuses: it does not say for how long. */
const SOFT_WAIT_S = 30;
const MAX_KEPT = 10_000;

type Scope = keyof typeof REPORT;

interface Account {
  count: number;
  since: number;
  blockedUntil: number;
}

/** What one isolate has counted: one for each environment. */
export class RequestLedger {
  readonly accounts = new Map<string, Account>();
  /** When it was last said that a limiter failed. */
  warnedAt = 0;
}

export interface LimitServices {
  /** The platform's rate limiters; without them there are no soft limits. */
  soft: { net: RateLimit | undefined; caller: RateLimit | undefined; tenant: RateLimit | undefined };
  /** The object that counts for a name. */
  counter(name: string): SpendRpc;
  /** Requests a minute; 0: no limit. A tenant may have its own. */
  ceilings: { caller: number; tenant(tenantId: string): Promise<number> };
  ledger: RequestLedger;
  log: Logger;
  now(): number;
  defer(work: Promise<unknown>): void;
}

/**
 * Soft limits by the platform's limiters, which count near the client and ask nobody; hard ones by THROTTLE objects, to
 * which an isolate reports in lots, behind its answers. So a request waits for no object, and who goes on asking is
 * refused by every isolate that has reported of them.
 */
export function createLimits(services: LimitServices): LimitPort {
  const { soft, counter, ceilings, ledger, log, now, defer } = services;

  async function softly(limiter: RateLimit | undefined, key: string | null | undefined): Promise<boolean> {
    if (limiter === undefined || key === null || key === undefined) return true;
    try {
      return (await limiter.limit({ key })).success;
    } catch (error) {
      // A limiter that does not answer limits nothing.
      if (now() - ledger.warnedAt > 60_000) {
        ledger.warnedAt = now();
        log.warn('limits.limiter-failed', { error: describeError(error) });
      }
      return true;
    }
  }

  function accountOf(name: string): Account {
    const known = ledger.accounts.get(name);
    if (known !== undefined) return known;
    if (ledger.accounts.size >= MAX_KEPT) {
      for (const [oldest] of ledger.accounts) {
        ledger.accounts.delete(oldest);
        break;
      }
    }
    const account = { count: 0, since: now(), blockedUntil: 0 };
    ledger.accounts.set(name, account);
    return account;
  }

  /** Seconds to wait by what is known here; counts, and reports when it is time. */
  function hard(scope: Scope, key: string | null | undefined, ceiling: () => Promise<number>): number {
    if (key === null || key === undefined) return 0;
    const at = now();
    const name = `${scope}:${key}`;
    const account = accountOf(name);
    if (account.blockedUntil > at) return Math.ceil((account.blockedUntil - at) / 1000);
    account.count++;
    const { at: many, least } = REPORT[scope];
    if (account.count >= many || (account.count >= least && at - account.since >= REPORT_MS)) {
      const requests = account.count;
      Object.assign(account, { count: 0, since: at });
      defer(report(name, account, requests, ceiling));
    } else if (at - account.since >= REPORT_MS || at < account.since) {
      Object.assign(account, { count: 1, since: at });
    }
    return 0;
  }

  async function report(name: string, account: Account, requests: number, ceiling: () => Promise<number>) {
    try {
      const count = await ceiling();
      if (count === 0) return;
      const wait = await counter(name).spend(requests, { count, seconds: 60 });
      if (wait === 0) return;
      account.blockedUntil = now() + wait * 1000;
      log.warn('limits.reached', { who: name, perMinute: count, seconds: wait });
    } catch (error) {
      log.warn('limits.not-reported', { error: describeError(error) });
    }
  }

  return {
    async admit({ net, caller, tenantId }: Requester) {
      const wait = Math.max(
        hard('caller', caller, async () => ceilings.caller),
        hard('tenant', tenantId, () => ceilings.tenant(tenantId ?? '')),
      );
      if (wait > 0) return wait;
      const allowed = await Promise.all([
        softly(soft.net, net),
        softly(soft.caller, caller),
        softly(soft.tenant, tenantId),
      ]);
      return allowed.includes(false) ? SOFT_WAIT_S : 0;
    },
    async take(what: string, net: string | null, ceiling: Ceiling) {
      if (net === null) return 0;
      return counter(`${what}:${net}`).take(ceiling);
    },
  };
}
