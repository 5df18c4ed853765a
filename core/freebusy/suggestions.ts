/** Times for a meeting at which those who are invited are free (EWS GetUserAvailability, the webmail). */
import { weekdayOf } from '../calendar/time/civil.ts';
import type { NDay } from '../calendar/types.ts';
import { localOf, utcOf } from '../calendar/zones/convert.ts';
import type { WorkingHours } from '../people/working-hours.ts';
import { type BusyStatus, statusBetween } from './status.ts';

const DAY_S = 86_400;
/** Meetings begin on the half hour. */
const STEP_MS = 30 * 60_000;
const DAYS: readonly NDay['day'][] = ['su', 'mo', 'tu', 'we', 'th', 'fr', 'sa'];

export type Quality = 'Excellent' | 'Good' | 'Fair' | 'Poor';
const QUALITIES: readonly Quality[] = ['Excellent', 'Good', 'Fair', 'Poor'];

type Blocks = readonly { start: number; end: number; status: BusyStatus }[];

/** Somebody who is invited. */
export type Invitee =
  | { kind: 'individual'; blocks: Blocks }
  /** `null`: nothing is known of a member. */
  | { kind: 'group'; members: readonly (Blocks | null)[] }
  | { kind: 'too-big' }
  | { kind: 'unknown' };

export type Conflict =
  | { kind: 'individual'; status: BusyStatus }
  | { kind: 'group'; members: number; available: number; taken: number; unknown: number }
  | { kind: 'too-big' }
  | { kind: 'unknown' };

interface Suggestion {
  /** Milliseconds since the epoch. */
  start: number;
  isWorkTime: boolean;
  quality: Quality;
  /** In the order of those invited. */
  conflicts: Conflict[];
}

export interface SuggestedDay {
  /** Its midnight, milliseconds since the epoch. */
  date: number;
  quality: Quality;
  suggestions: Suggestion[];
}

export interface SuggestionOptions {
  /** Milliseconds since the epoch: days that begin within, in `zone`. */
  from: number;
  to: number;
  zone: string;
  /** Nothing is suggested that is over. */
  now: number;
  durationMs: number;
  /** Percent of those invited who may be taken at a good time. */
  goodThreshold: number;
  /** Of one day. */
  most: number;
  mostOutsideOfWork: number;
  /** Worse ones are left out. */
  minimum: Quality;
  /** Of who invites; null: all day. */
  workingHours: WorkingHours | null;
}

/** For each day the best times, the earlier of equals first, told in their order. */
export function suggestTimes(invitees: readonly Invitee[], options: SuggestionOptions): SuggestedDay[] {
  const { from, to, zone } = options;
  const days: SuggestedDay[] = [];
  const first = Math.floor(localOf(from, zone) / DAY_S) * DAY_S;
  for (let day = first; utcOf(day, zone) < to; day += DAY_S) {
    const date = utcOf(day, zone);
    const all = candidates(Math.max(date, from), Math.min(utcOf(day + DAY_S, zone), to), invitees, options);
    const suggestions = [
      ...best(
        all.filter((one) => one.isWorkTime),
        options.most,
      ),
      ...best(
        all.filter((one) => !one.isWorkTime),
        options.mostOutsideOfWork,
      ),
    ].sort((a, b) => a.start - b.start);
    const quality = best(suggestions, 1)[0]?.quality ?? 'Poor';
    days.push({ date, quality, suggestions });
  }
  return days;
}

function candidates(
  from: number,
  to: number,
  invitees: readonly Invitee[],
  { now, durationMs, goodThreshold, minimum, workingHours }: SuggestionOptions,
): Suggestion[] {
  const found: Suggestion[] = [];
  for (let start = Math.ceil(from / STEP_MS) * STEP_MS; start < to; start += STEP_MS) {
    if (start < now) continue;
    const conflicts = invitees.map((one) => conflictOf(one, start, start + durationMs));
    const quality = qualityOf(conflicts, goodThreshold);
    if (QUALITIES.indexOf(quality) > QUALITIES.indexOf(minimum)) continue;
    found.push({
      start,
      quality,
      conflicts,
      isWorkTime: isWorkTime(start, start + durationMs, workingHours),
    });
  }
  return found;
}

function best(list: readonly Suggestion[], most: number): Suggestion[] {
  const rank = ({ quality }: Suggestion) => QUALITIES.indexOf(quality);
  return [...list].sort((a, b) => rank(a) - rank(b) || a.start - b.start).slice(0, most);
}

function isTaken(status: BusyStatus): boolean {
  return status !== 'free' && status !== 'elsewhere';
}

function conflictOf(invitee: Invitee, from: number, to: number): Conflict {
  if (invitee.kind === 'individual')
    return { kind: 'individual', status: statusBetween(invitee.blocks, from, to) };
  if (invitee.kind !== 'group') return { kind: invitee.kind };
  const { members } = invitee;
  const known = members.filter((one) => one !== null);
  const taken = known.filter((one) => isTaken(statusBetween(one, from, to))).length;
  return {
    kind: 'group',
    members: members.length,
    available: known.length - taken,
    taken,
    unknown: members.length - known.length,
  };
}

/** By how many of those of whom something is known are taken (MS-OXWAVLS 3.1.4.1). */
function qualityOf(conflicts: readonly Conflict[], goodThreshold: number): Quality {
  let [known, taken] = [0, 0];
  for (const one of conflicts) {
    if (one.kind === 'individual') {
      known++;
      if (isTaken(one.status)) taken++;
    } else if (one.kind === 'group') {
      known += one.available + one.taken;
      taken += one.taken;
    }
  }
  if (taken === 0) return 'Excellent';
  if (taken * 100 < known * goodThreshold) return 'Good';
  return taken * 2 < known ? 'Fair' : 'Poor';
}

function isWorkTime(from: number, to: number, hours: WorkingHours | null): boolean {
  if (hours === null) return true;
  const begin = localOf(from, hours.timeZone);
  const end = localOf(to, hours.timeZone);
  const day = Math.floor(begin / DAY_S);
  const weekday = DAYS[weekdayOf(day)];
  if (weekday === undefined || !hours.days.includes(weekday)) return false;
  const minutes = (local: number) => (local - day * DAY_S) / 60;
  return minutes(begin) >= hours.start && minutes(end) <= hours.end;
}
