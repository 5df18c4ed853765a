/** Meetings whose attendees could not be told: how often that was tried, and when it is tried again. */
import type { OperationsStore, QueueFailure } from '../ports/operations.ts';
import type { Refusal } from '../ports/outbound.ts';
import type { PimDue } from '../ports/pim.ts';

/** A message to attendees that is not sent. The state of the meeting says so still: it is untold. */
export class UntoldError extends Error {
  override name = 'UntoldError';
  readonly reason: Refusal | 'not-kept';

  constructor(reason: Refusal | 'not-kept') {
    super(`the attendees cannot be told: ${reason}`);
    this.reason = reason;
  }

  /** The same message is refused each time, whatever happens meanwhile. */
  get lasting(): boolean {
    return !TEMPORARY.has(this.reason);
  }
}

const TEMPORARY: ReadonlySet<string> = new Set(['rate-limited', 'over-quota', 'sending-locked']);

/** Where an attempt left a meeting. */
export interface UntoldNote {
  /** Refusals so far, each after its pause. 0: there were faults only, and the queue tries again by itself. */
  refusals: number;
  /** Of the last attempt, milliseconds since the epoch. */
  failedAt: number;
  error: string;
}

type Notes = Pick<OperationsStore, 'noteFailures' | 'failuresOf' | 'forgetFailures'>;
export type UntoldItem = PimDue & { tenantId: string };

/** Name of these notes among those about queues. */
const NOTES = 'scheduling.untold';
const MINUTE = 60_000;
/** Longer than the queue waits between two attempts. */
const AFTER_FAULT_MS = 20 * MINUTE;
const FIRST_PAUSE_MS = 15 * MINUTE;
const LONGEST_PAUSE_MS = 12 * 60 * MINUTE;
/** With the pauses between them two days. */
const MAX_REFUSALS = 10;
/** Notes are thrown away after 30 days: one that is to stay is written anew before. */
const FRESH_MS = 15 * 24 * 60 * MINUTE;
const MAX_ERROR = 500;

/** Nobody tries it any more, until its event changes or an admin says so. */
export function isGivenUp({ refusals }: UntoldNote): boolean {
  return refusals >= MAX_REFUSALS;
}

/** Whether it is too early for the next attempt. */
export function isPaused(note: UntoldNote, now: number): boolean {
  return isGivenUp(note) || now - note.failedAt < pauseOf(note);
}

function pauseOf({ refusals }: UntoldNote): number {
  return refusals === 0 ? AFTER_FAULT_MS : Math.min(FIRST_PAUSE_MS * 2 ** (refusals - 1), LONGEST_PAUSE_MS);
}

/** A note of something given up that would soon be forgotten. */
export function isFading(note: UntoldNote, now: number): boolean {
  return isGivenUp(note) && now - note.failedAt > FRESH_MS;
}

/** What is noted of these, in their order. */
export async function untoldNotes(
  operations: Notes,
  items: readonly UntoldItem[],
): Promise<(UntoldNote | null)[]> {
  const digests = await Promise.all(items.map(digestOf));
  const known = new Map((await operations.failuresOf(NOTES, digests)).map((one) => [one.digest, one]));
  return digests.map((digest) => {
    const found = known.get(digest);
    return found === undefined
      ? null
      : { refusals: found.attempts, failedAt: found.failedAt, error: found.error };
  });
}

export async function noteUntold(
  operations: Notes,
  notes: readonly { item: UntoldItem; note: UntoldNote }[],
): Promise<void> {
  const rows = notes.map(async ({ item, note }): Promise<QueueFailure> => {
    const { refusals: attempts, failedAt, error } = note;
    return {
      ...{ queue: NOTES, digest: await digestOf(item), attempts, failedAt },
      error: error.slice(0, MAX_ERROR),
    };
  });
  await operations.noteFailures(await Promise.all(rows));
}

/** Their attendees were told, or somebody wants all of it tried anew. */
export async function forgetUntold(operations: Notes, items: readonly UntoldItem[]): Promise<void> {
  await operations.forgetFailures(NOTES, await Promise.all(items.map(digestOf)));
}

/** The note after one more refusal; an attempt within the pause, since its event was changed, is no further one. */
export function refusedAgain(before: UntoldNote | null, error: string, now: number): UntoldNote {
  const refusals = before?.refusals ?? 0;
  const early = before !== null && refusals > 0 && now - before.failedAt < pauseOf(before);
  if (early) return before;
  return { refusals: Math.min(refusals + 1, MAX_REFUSALS), failedAt: now, error };
}

/** The note after a fault, which says nothing of the meeting. */
export function failedAgain(before: UntoldNote | null, error: string, now: number): UntoldNote {
  return { refusals: before?.refusals ?? 0, failedAt: now, error };
}

export function givenUp(error: string, now: number): UntoldNote {
  return { refusals: MAX_REFUSALS, failedAt: now, error };
}

async function digestOf({ tenantId, mailboxId, itemId }: UntoldItem): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify([tenantId, mailboxId, itemId]));
  const hash = await crypto.subtle.digest('SHA-256', bytes);
  return Array.from(new Uint8Array(hash, 0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
