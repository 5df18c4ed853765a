import type { CalendarDocument } from '../calendar/anchor.ts';
import { zoneOfObject } from '../calendar/anchor.ts';
import { EARLIEST_ZONE, nextReminder, ZONES_APART_MS } from '../calendar/reminder.ts';
import { spanOf } from '../calendar/span.ts';
import { parseUtc } from '../calendar/time/civil.ts';
import type { CalendarEvent, CalendarTask } from '../calendar/types.ts';
import { uidKey } from '../calendar/uid.ts';
import type { Card } from '../contacts/types.ts';
import type { Note, TextMessage } from '../notes/types.ts';
import { ENDLESS, type PimDocument, type PimDocuments, type PimFacts, type PimKind } from './types.ts';

const MAX_TITLE = 255;
const DAY_MS = 86_400_000;
/** Years that columns and devices can hold. */
const EARLIEST = -62_135_596_800_000;

/**
 * The columns of a document. Total: a damaged document has an empty UID and title and lies at the beginning of time, and
 * never makes it throw.
 *
 * `now` (milliseconds since the epoch) is the time after which the owner is to be reminded; without it, that of the last
 * change of the document, so that the same document always has the same facts.
 */
export function pimFacts<K extends PimKind>(kind: K, document: PimDocuments[K], now?: number): PimFacts {
  const known: PimDocument | null = typeof document === 'object' && document !== null ? document : null;
  if (known === null) return { ...NONE };
  const uid = uidKey(known.uid);
  // The kind says what the document is meant to be; what it lacks is looked after below.
  if (kind === 'event') return { ...eventFacts(known as CalendarEvent, now), uid };
  if (kind === 'task') return { ...taskFacts(known as CalendarTask, now), uid };
  if (kind === 'contact')
    return { ...NONE, uid, sortAt: made(known as Card), title: title(nameOf(known as Card)) };
  if (kind === 'note')
    return { ...NONE, uid, sortAt: made(known as Note), title: title((known as Note).title) };
  const message = known as TextMessage;
  return { ...NONE, uid, sortAt: time(message.date) ?? 0, title: title(message.subject || message.body) };
}

const NONE: PimFacts = { uid: '', sortAt: 0, startsAt: null, endsAt: null, remindAt: null, title: '' };

function eventFacts(event: CalendarEvent, now: number | undefined): PimFacts {
  const span = spanOf(event);
  if (span === null)
    return { ...NONE, sortAt: made(event), title: title(event.title), startsAt: 0, endsAt: 0 };
  // Floating ones take place at another time for everybody: a day around covers all zones.
  const slack = zoneOfObject(event) === null ? DAY_MS : 0;
  const endsAt = span.end === ENDLESS ? ENDLESS : within(span.end + slack);
  return {
    ...NONE,
    startsAt: within(span.start - slack),
    endsAt,
    sortAt: endsAt,
    remindAt: remindAt(event, now),
    title: title(event.title),
  };
}

function taskFacts(task: CalendarTask, now: number | undefined): PimFacts {
  const extra = task['waypost:task'];
  const completed = time(task.progressUpdated) ?? time(extra?.dateCompleted) ?? made(task);
  const sortAt = task.progress === 'completed' ? completed : ENDLESS;
  return { ...NONE, sortAt, remindAt: remindAt(task, now), title: title(task.title) };
}

/** Of what floats the earliest time that it can be anywhere: whose turn it is then, the owner's clock says. */
function remindAt(document: CalendarDocument, now: number | undefined): number | null {
  const after = now ?? parseUtc(document.updated) ?? 0;
  if (zoneOfObject(document) !== null) return nextReminder(document, after)?.at ?? null;
  const pending = nextReminder(document, after - ZONES_APART_MS, EARLIEST_ZONE);
  // A time that is bound to no occurrence is the same everywhere.
  const isMeant = pending !== null && (pending.occurrence !== null || pending.at > after);
  return (isMeant ? pending : nextReminder(document, after, EARLIEST_ZONE))?.at ?? null;
}

function within(at: number): number {
  return Math.max(EARLIEST, Math.min(ENDLESS - 1, at));
}

function time(text: unknown): number | null {
  const at = parseUtc(text);
  return at === null ? null : within(at);
}

function made({ created, updated }: { created?: string; updated?: string }): number {
  return time(created) ?? time(updated) ?? 0;
}

/** One line, well formed, of at most 255 characters. */
function title(text: unknown): string {
  if (typeof text !== 'string') return '';
  const line = text
    .slice(0, 4 * MAX_TITLE)
    .toWellFormed()
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  return line.length <= MAX_TITLE
    ? line
    : line
        .slice(0, MAX_TITLE)
        .toWellFormed()
        .replace(/\ufffd$/, '');
}

/** What a contact is filed under: as its owner says, by its name, by its company, by its address. */
function nameOf(card: Card): string {
  const filed: unknown = card['waypost:eas']?.['FileAs'];
  if (typeof filed === 'string' && filed.trim() !== '') return filed;
  const { name } = card;
  if (typeof name?.full === 'string' && name.full.trim() !== '') return name.full;
  const words = Array.isArray(name?.components)
    ? name.components.filter((part) => part?.kind !== 'separator').map((part) => part?.value)
    : [];
  const whole = words.filter((word) => typeof word === 'string' && word !== '').join(' ');
  if (whole !== '') return whole;
  for (const map of [card.organizations, card.emails, card.phones]) {
    for (const one of Object.values(map ?? {}) as (Record<string, unknown> | null)[]) {
      const text = one?.['name'] ?? one?.['address'] ?? one?.['number'];
      if (typeof text === 'string' && text.trim() !== '') return text;
    }
  }
  return '';
}
