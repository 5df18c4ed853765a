import type { MailboxRef } from '../mail/types.ts';

/** One who gets a copy: a mailbox of this installation, or an address of another host. */
export type GroupRecipient = { address: string; mailbox: MailboxRef | null };

/** Whom a message to a group goes to. Decided once: what changes of the group afterwards changes nothing of it. */
export interface GroupDelivery {
  tenantId: string;
  /** Of the message that was accepted for the group. */
  rawKey: string;
  groupId: string;
  recipients: GroupRecipient[];
  /** How many of them, in their order, have their copy. */
  done: number;
  /** Milliseconds since the epoch. */
  createdAt: number;
}

/** Messages to groups on their way to the members, so that each gets one copy however often work on it begins. */
export interface GroupDeliveries {
  getGroupDelivery(tenantId: string, rawKey: string): Promise<GroupDelivery | null>;
  /** Resolves with the delivery that counts: of two at once the first. */
  beginGroupDelivery(delivery: GroupDelivery): Promise<GroupDelivery>;
  /** Never goes back. */
  noteGroupDelivery(tenantId: string, rawKey: string, done: number): Promise<void>;
  /** Forgets deliveries that were begun before this time. */
  forgetGroupDeliveries(tenantId: string, createdBefore: number): Promise<void>;
}
