import type { CalendarEvent } from '../calendar/types.ts';

export type BusyStatus = 'free' | 'elsewhere' | 'tentative' | 'busy' | 'oof';

/** From what matters least to whoever looks for a time, to what matters most. */
const ORDER: readonly BusyStatus[] = ['free', 'elsewhere', 'tentative', 'busy', 'oof'];

function isStronger(one: BusyStatus, other: BusyStatus): boolean {
  return ORDER.indexOf(one) > ORDER.indexOf(other);
}

/** How an event (one occurrence, with what is different of it) takes the time of its calendar's owner. */
export function busyStatusOf(event: CalendarEvent): BusyStatus {
  const response = event['waypost:response']?.type;
  if (event.status === 'cancelled' || response === 'declined') return 'free';
  const stated = event['waypost:busy'];
  if (stated !== undefined && ORDER.includes(stated as BusyStatus)) return stated as BusyStatus;
  if (event.freeBusyStatus === 'free') return 'free';
  // Nobody has agreed to it yet (RFC 5546 3.2.2).
  const open = event.status === 'tentative' || response === 'tentative' || response === 'none';
  return open ? 'tentative' : 'busy';
}

/** How somebody is taken between two times: by the strongest of what takes place then. */
export function statusBetween(
  blocks: readonly { start: number; end: number; status: BusyStatus }[],
  from: number,
  to: number,
): BusyStatus {
  let status: BusyStatus = 'free';
  for (const one of blocks) {
    if (one.start < to && one.end > from && isStronger(one.status, status)) status = one.status;
  }
  return status;
}

/** Digits of MergedFreeBusy (MS-ASCMD 2.2.3.101): who works elsewhere is there to be asked. */
const DIGITS: Record<BusyStatus, string> = { free: '0', elsewhere: '0', tentative: '1', busy: '2', oof: '3' };
/** Nothing is known of the slot. */
export const NO_DATA = '4';

/** Slots that a time span has, the last of them for what is left. */
export function slotsBetween(from: number, to: number, slotMs: number): number {
  return Math.ceil((to - from) / slotMs);
}

/** A digit for each slot: the strongest status of what takes place in it. */
export function mergedOf(
  blocks: readonly { start: number; end: number; status: BusyStatus }[],
  from: number,
  to: number,
  slotMs: number,
): string {
  const slots = new Array<BusyStatus>(slotsBetween(from, to, slotMs)).fill('free');
  for (const { start, end, status } of blocks) {
    const first = Math.max(0, Math.floor((start - from) / slotMs));
    const behind = Math.min(slots.length, Math.ceil((end - from) / slotMs));
    for (let i = first; i < behind; i++) if (isStronger(status, slots[i] ?? 'free')) slots[i] = status;
  }
  return slots.map((status) => DIGITS[status]).join('');
}

/** One string for several people: the highest digit of each slot, where something is known of anybody. */
export function mergeStrings(strings: readonly string[]): string {
  const length = Math.max(0, ...strings.map((s) => s.length));
  let merged = '';
  for (let i = 0; i < length; i++) {
    const known = strings.map((s) => s[i] ?? NO_DATA).filter((digit) => digit !== NO_DATA);
    merged +=
      known.length === 0 ? NO_DATA : known.reduce((high, digit) => (digit > high ? digit : high), '0');
  }
  return merged;
}
