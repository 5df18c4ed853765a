import { decodeWbxml, el, encodeWbxml, type WbxmlElement, type WbxmlNode } from '../../codecs/wbxml/index.ts';
import type { CalendarEvent } from '../../core/calendar/types.ts';
import { writeTimeZone } from '../../core/calendar/zones/activesync.ts';
import { pimFacts } from '../../core/pim/facts.ts';
import type { PimItem } from '../../core/pim/types.ts';
import { DEFAULT_OPTIONS, type SyncOptions } from '../../core/sync/options.ts';
import { createMemoryObjectStore } from '../../store/memory/objects.ts';
import type { EasContext } from '../../workers/activesync/context.ts';
import type { Version } from '../../workers/activesync/http/versions.ts';
import { calendarCodec } from '../../workers/activesync/pim/calendar/codec.ts';
import type { Taken } from '../../workers/activesync/pim/codec.ts';
import { ANN } from './random-events.ts';

/** Saturday, 21 November 2026, 18:03 UTC. */
export const NOW = Date.UTC(2026, 10, 21, 18, 3);

const objects = createMemoryObjectStore(() => NOW);

/** The context of a command of Ann's device. */
export function contextOf(version: Version, zone?: string, quota: object | null = null): EasContext {
  const user = { userId: 'u1', tenantId: 't1', address: ANN.address, displayName: ANN.name };
  return {
    version,
    ref: { tenantId: 't1', mailboxId: 'u1', shard: 'MAIL_1' },
    principal: { user },
    services: {
      objects,
      now: () => NOW,
      mail: { mailbox: () => ({ usage: async () => ({ sizeBytes: 0 }) }) },
      directory: {
        getUser: async () => ({ tenant: { tenantId: 't1' }, user }),
        quotaValues: async () => ({ tenant: null, user: quota, usage: null }),
        getUserSetting: async () => (zone === undefined ? null : { timeZone: zone }),
        listAliases: async () => [{ address: 'ann.alias@x.test', enabled: true }],
      },
    },
    // Of the whole context, what events ask for.
  } as unknown as EasContext;
}

type Value = string | number | boolean | Uint8Array | WbxmlNode | WbxmlNode[];
export type Said = readonly (WbxmlNode | readonly [tag: string, value: Value])[];

/** ApplicationData as it comes out of a request. */
export function dataOf(said: Said, version: Version): WbxmlElement {
  const nodes = said.map((one) => ('tag' in one ? one : el(one[0], one[1])));
  return decodeWbxml(encodeWbxml(el('AirSync:ApplicationData', nodes), { version }));
}

/** An event as an item of Ann's calendar. */
export function itemOf(document: CalendarEvent, itemId = 'item1'): PimItem {
  const facts = pimFacts('event', document, NOW);
  // The rest of an item is no matter of its document.
  return { itemId, folderId: 'f1', kind: 'event', document, modseq: 1, ...facts } as PimItem;
}

interface TakeMore {
  present?: CalendarEvent | null;
  supported?: ReadonlySet<string> | null;
  instanceId?: string | null;
  context?: EasContext;
  data?: WbxmlElement;
}

export function take(said: Said, version: Version, more: TakeMore = {}): Promise<Taken> {
  const { present = null, supported = null, instanceId = null, context = contextOf(version) } = more;
  return calendarCodec.take(context, {
    data: more.data ?? dataOf(said, version),
    present: present === null ? null : itemOf(present),
    ...{ itemId: 'item1', folderId: 'f1', supported, instanceId },
  });
}

/** The event that comes of it; fails where it was refused. */
export async function taken(said: Said, version: Version, more: TakeMore = {}): Promise<CalendarEvent> {
  const result = await take(said, version, more);
  if (result.kind !== 'item' || result.item.kind !== 'event')
    throw new Error(`refused: ${JSON.stringify(result)}`);
  return result.item.document;
}

/** What a device of this version decodes. */
export async function shown(
  event: CalendarEvent,
  version: Version,
  options: Partial<SyncOptions> = {},
  whole = false,
  context = contextOf(version),
): Promise<WbxmlElement> {
  const nodes = await calendarCodec.render(context, itemOf(event), { ...DEFAULT_OPTIONS, ...options }, whole);
  return decodeWbxml(encodeWbxml(el('AirSync:ApplicationData', nodes), { version }));
}

/** An element in short: its text, or its children by their names without namespace. */
export function brief(element: WbxmlElement): unknown {
  if (element.children.length === 0) return element.text;
  const entries: [string, unknown][] = [];
  for (const child of element.children) {
    const name = child.tag.slice(child.tag.indexOf(':') + 1);
    const same = entries.find(([known]) => known === name);
    if (same === undefined) entries.push([name, brief(child)]);
    else same[1] = [...(Array.isArray(same[1]) ? same[1] : [same[1]]), brief(child)];
  }
  return Object.fromEntries(entries);
}

export function event(more: Partial<CalendarEvent> = {}): CalendarEvent {
  return {
    '@type': 'Event',
    uid: 'uid-1',
    created: '2026-11-01T08:00:00Z',
    updated: '2026-11-01T08:00:00Z',
    title: 'Review',
    start: '2026-11-26T09:30:00',
    duration: 'PT1H',
    timeZone: 'Europe/Berlin',
    ...more,
  };
}

export const BERLIN = writeTimeZone('Europe/Berlin', NOW);
/** What is no event. */
export const REFUSED = { kind: 'refused', status: 6 };

/** An element of the class, by its name. */
export function cal(name: string, value: Value): readonly [string, Value] {
  return [`Calendar:${name}`, value];
}

export const WHEN: Said = [cal('StartTime', '20261126T083000Z'), cal('EndTime', '20261126T093000Z')];
export const NAMED: Said = [cal('UID', 'abc'), cal('Subject', 'Review'), ...WHEN];
export const DAILY = el(
  'Calendar:Recurrence',
  el('Calendar:Type', 0),
  el('Calendar:Interval', 1),
  el('Calendar:Occurrences', 6),
);

/** The event that this says, or was: six times, day by day. */
export function series(more: Partial<CalendarEvent> = {}): CalendarEvent {
  const recurrenceRules = [{ '@type': 'RecurrenceRule', frequency: 'daily', count: 6 } as const];
  return event({ recurrenceRules, ...more });
}

export function attendee(
  email: string,
  more: readonly (readonly [string, string | number])[] = [],
  name = email.replace(/@.*/, ''),
): WbxmlNode {
  return el(
    'Calendar:Attendee',
    el('Calendar:Email', email),
    el('Calendar:Name', name),
    more.map(([tag, value]) => el(`Calendar:${tag}`, value)),
  );
}

export { ANN } from './random-events.ts';
