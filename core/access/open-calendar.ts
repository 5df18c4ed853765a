import { applyPatch, checkRecurrence, type Occurrence, occurrences } from '../calendar/index.ts';
import type { CalendarEvent } from '../calendar/types.ts';
import { DomainError, InvalidInputError, NotFoundError } from '../errors.ts';
import type { Principal } from '../identity/types.ts';
import { canonicalAddress, routeAddress } from '../mail/recipients.ts';
import type { Folder, MailboxRef } from '../mail/types.ts';
import { pimFacts } from '../pim/facts.ts';
import type { PimItem } from '../pim/types.ts';
import type { DirectoryStore } from '../ports/directory.ts';
import type { ItemChange, MailStore } from '../ports/mail.ts';
import type { PutResult, RangeCursor } from '../ports/pim.ts';
import type { QueuePort } from '../ports/queues.ts';
import { accessTo } from './folder-access.ts';
import { bare, isPrivate, withoutWords } from './private.ts';

export interface CalendarServices {
  directory: DirectoryStore;
  mail: MailStore;
  queues: Pick<QueuePort, 'notify' | 'index'>;
  now(): number;
}

type EventItem = Extract<PimItem, { kind: 'event' }>;
/** Longest window of which occurrences are told. */
const MAX_WINDOW_MS = 2 * 366 * 86_400_000;
/** Occurrences that are told at a time. */
const MAX_TOLD = 2000;
const PAGE = 500;

interface PutEvent {
  itemId: string;
  document: CalendarEvent;
  /** As in `putItem`: null for a new one, else the modseq that was seen. */
  expect?: number | null;
  /** Attendees are to be told (core/scheduling). */
  announce?: boolean;
}

/** A calendar as one who may read it at least sees it. What they may not do is answered by NotAllowedError. */
export interface OpenCalendar {
  readonly ref: MailboxRef;
  readonly folder: Folder;
  readonly own: boolean;
  readonly mayWrite: boolean;
  readonly mayDelete: boolean;
  /** Events that may take place between two times, by start; of private ones only when. */
  events(from: number, to: number, after: RangeCursor | null, limit: number): Promise<EventItem[]>;
  /** In the order asked for; what is not in this calendar is left out. */
  read(itemIds: readonly string[]): Promise<EventItem[]>;
  /** What takes place in a window, by start, at most 2,000. */
  occurrences(window: {
    from: number;
    to: number;
    zone?: string;
  }): Promise<{ item: EventItem; occurrence: Occurrence; document: CalendarEvent }[]>;
  /** Adds or changes an event of this calendar. Rejects with NotFoundError for an item of another folder. */
  put(event: PutEvent): Promise<PutResult>;
  /** Removes events of this calendar for good. */
  remove(itemIds: readonly string[]): Promise<ItemChange[]>;
}

/** The calendar may be seen, but this may not be done with it. */
class NotAllowedError extends DomainError {
  constructor(message: string) {
    super('not-allowed', message);
  }
}

/**
 * Opens one's own calendar, or that of somebody who lets one read it. `folderId` null: the default calendar of the owner.
 * @throws NotFoundError when there is no such calendar, or it is not for this principal: the two look alike (I22)
 */
export async function openCalendar(
  services: CalendarServices,
  principal: Principal,
  ownerAddress: string,
  folderId: string | null,
  correlationId: string,
): Promise<OpenCalendar> {
  const { tenant } = principal;
  const address = canonicalAddress(ownerAddress);
  const route = address === null ? null : await routeAddress(services.directory, address);
  const owner = route?.kind === 'mailbox' && route.via !== 'catch-all' ? route.user : null;
  if (owner === null || owner.tenantId !== tenant.tenantId) throw notThere();
  const ref = { tenantId: tenant.tenantId, mailboxId: owner.userId, shard: tenant.mailShard };
  const [folders, access] = await Promise.all([
    services.mail.mailbox(ref).folders(),
    accessTo(services, principal, ref),
  ]);
  const folder = folders.find((one) =>
    folderId === null ? one.role === 'calendar' : one.folderId === folderId && one.itemClass === 'Calendar',
  );
  if (folder === undefined) throw notThere();
  const { own, rights } = access(folder.folderId);
  if (!rights.has('read')) throw notThere();
  return calendar(services, principal, { ref, folder, own, correlationId });
}

function notThere(): NotFoundError {
  return new NotFoundError('no such calendar');
}

interface Opened {
  ref: MailboxRef;
  folder: Folder;
  own: boolean;
  correlationId: string;
}

async function calendar(
  services: CalendarServices,
  principal: Principal,
  { ref, folder, own, correlationId }: Opened,
): Promise<OpenCalendar> {
  const { folderId } = folder;
  const mailbox = services.mail.mailbox(ref);
  const rights = (await accessTo(services, principal, ref))(folderId).rights;
  const shown = (item: EventItem): EventItem =>
    own || !isPrivate(item.document) ? item : withoutWords(item);

  /** Rights are asked for anew: who was shut out meanwhile writes nothing more. */
  async function demand(right: 'read' | 'write' | 'delete'): Promise<void> {
    const now = (await accessTo(services, principal, ref))(folderId).rights;
    if (!now.has('read')) throw notThere();
    if (!now.has(right)) throw new NotAllowedError(`this calendar is not yours to ${right}`);
  }

  async function here(itemIds: readonly string[]): Promise<EventItem[]> {
    const items = await mailbox.pimItems(itemIds);
    return items.filter((item): item is EventItem => item.kind === 'event' && item.folderId === folderId);
  }

  async function tell(
    changes: readonly { itemId: string; modseq: number }[],
    indexed: boolean,
  ): Promise<void> {
    if (changes.length === 0) return;
    const common = { v: 1 as const, ...ref, correlationId };
    const modseq = Math.max(...changes.map((change) => change.modseq));
    await services.queues.notify([{ ...common, folderId, modseq, originDevice: null }]);
    if (indexed) await services.queues.index(changes.map(({ itemId }) => ({ ...common, itemId })));
  }

  const page = async (from: number, to: number, after: RangeCursor | null, limit: number) =>
    (await mailbox.eventsBetween([folderId], from, to, after, limit)).filter(
      (item): item is EventItem => item.kind === 'event',
    );

  return {
    ...{ ref, folder, own, mayWrite: rights.has('write'), mayDelete: rights.has('delete') },

    async events(from, to, after, limit) {
      await demand('read');
      return (await page(from, to, after, limit)).map(shown);
    },

    async read(itemIds) {
      await demand('read');
      return (await here(itemIds)).map(shown);
    },

    async occurrences({ from, to, zone }) {
      if (!(to > from) || to - from > MAX_WINDOW_MS)
        throw new InvalidInputError('the time window is out of range');
      await demand('read');
      const found: Awaited<ReturnType<OpenCalendar['occurrences']>> = [];
      for (let after: RangeCursor | null = null; ; ) {
        const items = await page(from, to, after, PAGE);
        for (const item of items.map(shown)) {
          const window = { from, to, limit: MAX_TOLD, ...(zone === undefined ? {} : { zone }) };
          for (const occurrence of occurrences(item.document, window)) {
            const { patch } = occurrence;
            const document = patch === null ? item.document : applyPatch(item.document, patch);
            found.push({
              item,
              occurrence,
              document: own || !isPrivate(document) ? document : bare(document),
            });
          }
        }
        const last = items.at(-1);
        if (items.length < PAGE || last === undefined || found.length >= MAX_TOLD) break;
        after = { startsAt: last.startsAt ?? 0, itemId: last.itemId };
      }
      return found.sort((a, b) => a.occurrence.start - b.occurrence.start).slice(0, MAX_TOLD);
    },

    async put({ itemId, document, expect, announce }) {
      await demand('write');
      checkRecurrence(document);
      const [there] = await mailbox.pimItems([itemId]);
      if (there !== undefined) {
        if (there.kind !== 'event' || there.folderId !== folderId) throw new NotFoundError('no such event');
        // Whoever does not see what it says must not overwrite it.
        if (!own && isPrivate(there.document))
          throw new NotAllowedError('a private event is not yours to change');
      }
      if (!own && isPrivate(document)) throw new NotAllowedError('a private event is its owner’s alone');
      const result = await mailbox.putItem(
        { itemId, folderId, kind: 'event', document, facts: pimFacts('event', document, services.now()) },
        {
          ...(expect === undefined ? {} : { expect }),
          ...(announce === undefined ? {} : { announce }),
        },
      );
      if (result.outcome === 'inserted' || result.outcome === 'changed') await tell([result], true);
      return result;
    },

    async remove(itemIds) {
      await demand('delete');
      const items = await here(itemIds);
      if (!own && items.some((item) => isPrivate(item.document)))
        throw new NotAllowedError('a private event is not yours to delete');
      const changes = await mailbox.remove(
        items.map((item) => item.itemId),
        services.now(),
        folderId,
      );
      await tell(
        changes.filter((change) => change.outcome === 'changed'),
        false,
      );
      return changes;
    },
  };
}
