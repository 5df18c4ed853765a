/** Meetings of one mailbox, as its calendars hold them. */
import { formatUtc } from '../calendar/time/civil.ts';
import type { CalendarEvent } from '../calendar/types.ts';
import { uidKey } from '../calendar/uid.ts';
import { derivedId } from '../mail/sending/ids.ts';
import type { MailboxRef } from '../mail/types.ts';
import { pimFacts } from '../pim/facts.ts';
import type { PimItem } from '../pim/types.ts';
import type { MailboxStore } from '../ports/mail.ts';
import type { SchedulingServices } from './services.ts';

export type EventItem = PimItem & { kind: 'event' };

/** What the calendars have of one meeting. */
export interface Known {
  /** The whole of it. */
  whole: EventItem | null;
  /** Occurrences that came without the whole. */
  orphans: EventItem[];
}

/** The item was changed by somebody else in between: everything is to be looked at anew. */
class ChangedMeanwhile extends Error {
  override name = 'ChangedMeanwhile';
}

const ATTEMPTS = 4;

export interface CalendarOf {
  ref: MailboxRef;
  mailbox: MailboxStore;
  correlationId: string;
}

/** Repeats work that somebody else's change came in between of. */
export async function untilUnchanged<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ChangedMeanwhile) || attempt >= ATTEMPTS) throw error;
    }
  }
}

export async function knownMeeting(mailbox: MailboxStore, uid: string): Promise<Known> {
  const items = (await mailbox.itemsByUid('event', uidKey(uid))).filter((item) => item.kind === 'event');
  const orphans = items.filter(({ document }) => document.recurrenceId !== undefined);
  return { whole: items.find(({ document }) => document.recurrenceId === undefined) ?? null, orphans };
}

/** Id of the item that an invitation makes: the same each time, so that it is there once (I8). */
export function meetingItemId({ mailboxId }: MailboxRef, uid: string, occurrence = ''): Promise<string> {
  return derivedId(0, 'meeting', mailboxId, uidKey(uid), occurrence);
}

/**
 * Writes an event of a meeting: a new one into the Calendar, one that is there where it is. Null when it cannot be kept
 * (too large, or there is no calendar). Rejects with ChangedMeanwhile when it is not as it was seen.
 */
export async function putMeeting(
  services: Pick<SchedulingServices, 'queues' | 'now'>,
  { ref, mailbox, correlationId }: CalendarOf,
  { itemId, present, event }: { itemId: string; present: EventItem | null; event: CalendarEvent },
): Promise<{ itemId: string; modseq: number } | null> {
  const now = services.now();
  const document: CalendarEvent = { ...event, updated: formatUtc(now) };
  const folderId = present?.folderId ?? (await mailbox.folderByRole('calendar'))?.folderId;
  if (folderId === undefined) return null;
  const facts = pimFacts('event', document, now);
  const expect = present?.modseq ?? (await takenBack(mailbox, itemId, folderId));
  const result = await mailbox.putItem({ itemId, folderId, kind: 'event', document, facts }, { expect });
  if (result.outcome === 'conflict') throw new ChangedMeanwhile('the event was changed');
  if (result.outcome === 'noFolder' || result.outcome === 'tooLarge') return null;
  await tellOf(services, { ref, correlationId }, [result]);
  return { itemId, modseq: result.modseq };
}

/**
 * Keeps a meeting that was cancelled before anybody here had heard of it, in Deleted Items: the invitation may have been
 * overtaken (I8). One that is kept already stays as it is, unless it is the one that is `present`.
 */
export async function keepAside(
  services: Pick<SchedulingServices, 'now'>,
  mailbox: MailboxStore,
  { itemId, event, present }: { itemId: string; event: CalendarEvent; present?: EventItem | null },
): Promise<void> {
  const bin = await mailbox.folderByRole('deleted');
  if (bin === null) return;
  const document: CalendarEvent = { ...event, updated: formatUtc(services.now()) };
  const facts = pimFacts('event', document, services.now());
  const { outcome } = await mailbox.putItem(
    { itemId, folderId: present?.folderId ?? bin.folderId, kind: 'event', document, facts },
    { expect: present?.modseq ?? null },
  );
  if (outcome === 'conflict' && present !== undefined) throw new ChangedMeanwhile('the event was changed');
}

/** What was thrown away before and comes anew is the same item: out of Deleted Items again. Its modseq then, or null. */
async function takenBack(mailbox: MailboxStore, itemId: string, folderId: string): Promise<number | null> {
  const [state] = await mailbox.itemStates([itemId]);
  if (state === undefined) return null;
  if (state.folderId === folderId) return state.modseq;
  const [change] = await mailbox.move([itemId], folderId, state.folderId);
  return change?.modseq ?? state.modseq;
}

/** Takes an item out of the calendar into Deleted Items, where its owner finds it again. */
export async function binMeeting(
  services: Pick<SchedulingServices, 'queues'>,
  { ref, mailbox, correlationId }: CalendarOf,
  item: Pick<EventItem, 'itemId' | 'folderId'>,
): Promise<void> {
  const bin = await mailbox.folderByRole('deleted');
  if (bin === null || bin.folderId === item.folderId) return;
  const changes = await mailbox.move([item.itemId], bin.folderId, item.folderId);
  const moved = changes.filter(({ outcome }) => outcome === 'changed');
  await tellOf(
    services,
    { ref, correlationId },
    moved.flatMap(({ modseq }) => [
      { folderId: item.folderId, modseq },
      { folderId: bin.folderId, modseq },
    ]),
  );
}

async function tellOf(
  services: Pick<SchedulingServices, 'queues'>,
  { ref, correlationId }: Pick<CalendarOf, 'ref' | 'correlationId'>,
  places: readonly { folderId: string; modseq: number }[],
): Promise<void> {
  await services.queues.notify(
    places.map(({ folderId, modseq }) => ({
      ...{ v: 1 as const, ...ref, folderId, modseq, originDevice: null, correlationId },
    })),
  );
}
