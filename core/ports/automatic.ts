/** What a mailbox remembers for its rules, for reports on what it sent, and for what it sends by itself. */
import type { Importance, Rule, RuleError, RuleSet } from '../rules/types.ts';
import type { ItemChange } from './mail.ts';

export interface RuleStore {
  rules(): Promise<RuleSet>;
  /**
   * Replaces all rules in one write. Resolves with the new revision; rejects with ConflictError when the rules are not
   * at the expected one any more, and with NotFoundError without the mailbox.
   */
  putRules(rules: readonly Rule[], expectedRevision: number): Promise<number>;
  /** The revision stays. False when there is no such rule. */
  setRuleError(ruleId: string, error: RuleError | null): Promise<boolean>;
  /** A change of content of messages. */
  setImportance(itemIds: string[], importance: Importance): Promise<ItemChange[]>;
}

/**
 * What was told of one recipient of a sent message. failed, delayed, delivered, relayed, expanded: RFC 3464 2.3.3.
 * read, deleted: RFC 8098 3.2.6. answered: the owner has told the recipient, who asked for it, that a message was read.
 */
export type DeliveryKind =
  | 'failed'
  | 'delayed'
  | 'delivered'
  | 'relayed'
  | 'expanded'
  | 'read'
  | 'deleted'
  | 'answered';

export interface DeliveryReport {
  itemId: string;
  /** Canonical address. */
  recipient: string;
  kind: DeliveryKind;
  /** Enhanced status code (RFC 3463), or ''. */
  status: string;
  /** One line. */
  text: string;
  /** Milliseconds since the epoch. */
  reportedAt: number;
  /** Item of the message that told it, or ''. */
  reportId: string;
}

export interface DeliveryReportStore {
  /** One for each recipient and kind: the newest by `reportedAt`. Those of items that are not there are left out. */
  noteDelivery(reports: readonly DeliveryReport[]): Promise<void>;
  /** In order of recipient and kind. */
  deliveryReports(itemId: string): Promise<DeliveryReport[]>;
  /** Items whose message has this Message-ID (without angle brackets), in order of item id, at most `limit`. */
  itemsWithMessageId(messageId: string, limit: number): Promise<string[]>;
}

/** Something that is about to be sent by itself. */
export interface AutomaticClaim {
  /** What it is, e.g. `oof` or `forward`: counted together. */
  kind: string;
  /** Whom or what it is for: once each. */
  name: string;
  /** What it follows from: the same again is the same claim. */
  itemId: string;
  /** Milliseconds since the epoch. */
  at: number;
  /** A claim before this time counts no more. */
  since: number;
  /** No more than `count` of the kind from `from` on (A23). */
  ceiling: { count: number; from: number };
}

export interface AutomaticLog {
  /**
   * taken: it may be sent, now or again. before: something else was sent to the same since then. ceiling: too much was.
   * Repeating a claim changes nothing. Claims of 30 days ago are forgotten.
   */
  claimAutomatic(claim: AutomaticClaim): Promise<'taken' | 'before' | 'ceiling'>;
}

/** How long a claim is remembered. */
export const CLAIM_KEPT_MS = 30 * 24 * 60 * 60 * 1000;
