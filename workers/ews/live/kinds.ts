import type { EventKind } from '../../../core/live/types.ts';

/** Kinds of events by their names (MS-OXWSNTIF 2.2.5.1). */
export const EVENT_NAMES: Readonly<Record<EventKind, string>> = {
  created: 'CreatedEvent',
  newMail: 'NewMailEvent',
  modified: 'ModifiedEvent',
  moved: 'MovedEvent',
  copied: 'CopiedEvent',
  deleted: 'DeletedEvent',
  freeBusy: 'FreeBusyChangedEvent',
};

const KINDS = new Map(Object.entries(EVENT_NAMES).map(([kind, name]) => [name, kind as EventKind]));

export function kindOf(name: string): EventKind | null {
  return KINDS.get(name) ?? null;
}
