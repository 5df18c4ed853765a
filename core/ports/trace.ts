import type { MailDay } from '../trace/days.ts';

/** One message on its way to one recipient: what a search of the trace finds. Nothing of its content. */
export interface TraceMessage {
  tenantId: string;
  /** Begins with its time as all ids do; all recipients of a message that leaves have the same one. */
  traceId: string;
  /** As the envelope names it; '' when none is known. */
  recipient: string;
  /** Milliseconds since the epoch. */
  at: number;
  direction: 'in' | 'out';
  /** Envelope sender; '' for a report. */
  sender: string;
  /** Domain of the tenant that it concerns: the recipient's of what comes in, the sender's of what leaves. */
  domain: string;
  /** Without angle brackets; '' when it is not known. */
  messageId: string;
  correlationId: string;
  /** Mailbox that it concerns, or the group in the place of one; '' for what was refused. */
  mailboxId: string;
  size: number;
}

/** What happened to it at one station. */
export interface TraceStep {
  tenantId: string;
  traceId: string;
  /** Names the step within its message: told again it is the same. */
  key: string;
  at: number;
  /** '' for what holds for all recipients. */
  recipient: string;
  step: string;
  verdict: string;
  details: TraceDetails;
}

export type TraceDetails = Record<string, string | number | boolean | null>;

export interface TraceRows {
  messages: TraceMessage[];
  steps: TraceStep[];
}

/** Rows on their way into the trace, many in one message. */
export interface TraceJob {
  v: 1;
  trace: TraceRows;
  correlationId: string;
}

/** A place in a list, newest first. */
export interface TracePosition {
  traceId: string;
  recipient: string;
}

export interface TraceFilter {
  sender?: string | undefined;
  recipient?: string | undefined;
  messageId?: string | undefined;
  correlationId?: string | undefined;
  domain?: string | undefined;
  /** From this time on; before this time. Milliseconds. */
  since?: number | undefined;
  before?: number | undefined;
  after?: TracePosition | undefined;
  limit: number;
}

export interface TraceStore {
  /**
   * Adds what is not there, and counts it on its day (core/trace/days.ts). Of a message that is there, the Message-ID
   * alone is filled in when it was not known.
   */
  add(rows: TraceRows): Promise<void>;
  /** Messages of a tenant, newest first. */
  list(tenantId: string, filter: TraceFilter): Promise<TraceMessage[]>;
  /** All recipients of one message, at most `limit`. */
  message(tenantId: string, traceId: string, limit: number): Promise<TraceMessage[]>;
  /** What happened to these messages, in order of time; at most `limit` in all. */
  steps(tenantId: string, traceIds: readonly string[], limit: number): Promise<TraceStep[]>;
  /** Numbers of these tenants together, of the days from this one on that have some, in order; days since 1970, UTC. */
  days(tenantIds: readonly string[], sinceDay: number): Promise<MailDay[]>;
  /** Forgets the numbers of the days before this one. */
  forgetDays(tenantId: string, beforeDay: number): Promise<void>;
  /** Forgets what is older. At most some hours of it at a time: whether nothing older is left. */
  prune(tenantId: string, before: number): Promise<boolean>;
  /** Forgets what names a mailbox or one of its addresses, as sender or as recipient. Number of messages; days keep theirs. */
  forget(tenantId: string, who: { mailboxId: string; addresses: readonly string[] }): Promise<number>;
}
