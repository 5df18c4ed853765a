/** On whose account a request goes; what is null or left out does not count. */
export interface Requester {
  /** Prefix of the address that it comes from (netOf), for those who are not known. */
  net?: string | null;
  /** Whoever has signed in: a user, a program. Any stable name. */
  caller?: string | null;
  tenantId?: string | null;
}

/** At most `count` of something within `seconds`. */
export interface Ceiling {
  count: number;
  seconds: number;
}

/** How many requests are taken (docs/operations/limits.md). */
export interface LimitPort {
  /** Counts a request. Seconds until the next one is taken; 0: this one is. Never rejects. */
  admit(who: Requester): Promise<number>;
  /** Counts something dear in one place for all isolates. Seconds to wait; 0: go on. */
  take(what: string, net: string | null, ceiling: Ceiling): Promise<number>;
}

/** What a THROTTLE object does for limits: each counts for one name. */
export interface SpendRpc {
  /** Adds what was taken since the last report. Seconds during which nothing more is to be taken; 0: it goes on. */
  spend(requests: number, ceiling: Ceiling): Promise<number>;
  /** Takes one. Seconds to wait; 0: it was taken. */
  take(ceiling: Ceiling): Promise<number>;
}
