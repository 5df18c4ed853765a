import type { WorkingHoursView } from '../../shared/admin-api.ts';
import { defineCommand, UsageError } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';

const WEEK: readonly string[] = ['mo', 'tu', 'we', 'th', 'fr', 'sa', 'su'] satisfies WorkingHoursView['days'];
const NAME = 'user working-hours';

export const userWorkingHours = defineCommand({
  name: NAME,
  summary: 'show or set when a user is at work',
  details:
    'Others see it beside free and busy times; all-day events take place in its time zone. What is not named stays.',
  positionals: [{ name: 'address', help: 'the user' }],
  flags: {
    days: { type: 'string', value: 'LIST', help: 'mo,tu,we,th,fr,sa,su or a range such as mo-fr' },
    from: { type: 'string', value: 'HH:MM', help: 'beginning of the day' },
    to: { type: 'string', value: 'HH:MM', help: 'end of the day, at most 24:00' },
    zone: { type: 'string', value: 'NAME', help: 'time zone, e.g. Europe/Prague' },
  },
  examples: [
    'waypost user working-hours ann@example.test --days mo-th --from 08:30 --to 17:00 --zone Europe/Prague',
  ],
  async run({ args: [address = ''], flags, out }) {
    const path = `/users/${encodeURIComponent(address)}/working-hours`;
    const change: Partial<WorkingHoursView> = {
      ...(flags.days === undefined ? {} : { days: daysOf(flags.days) }),
      ...(flags.from === undefined ? {} : { start: minuteOf(flags.from) }),
      ...(flags.to === undefined ? {} : { end: minuteOf(flags.to) }),
      ...(flags.zone === undefined ? {} : { timeZone: flags.zone }),
    };
    const hours = await withLocalServer(async ({ admin }) => {
      const now = await admin.get<WorkingHoursView>(path);
      return Object.keys(change).length === 0
        ? now
        : admin.put<WorkingHoursView>(path, { ...now, ...change });
    });
    out.result(hours, () => {
      const days = hours.days.length === 0 ? 'no day' : hours.days.join(' ');
      out.line(`${days}, ${clock(hours.start)} to ${clock(hours.end)}, ${hours.timeZone}`);
    });
  },
});

/** Days of a list with commas; `fr-mo` goes over the end of the week. */
function daysOf(text: string): WorkingHoursView['days'] {
  const days = new Set<string>();
  for (const part of text.toLowerCase().split(',')) {
    const [first = '', last = first] = part.trim().split('-');
    const from = WEEK.indexOf(first);
    const to = WEEK.indexOf(last);
    if (from < 0 || to < 0) throw new UsageError(`no day of the week: ${part.trim()}`, NAME);
    for (let i = from; ; i = (i + 1) % WEEK.length) {
      days.add(WEEK[i] ?? '');
      if (i === to) break;
    }
  }
  return WEEK.filter((day): day is WorkingHoursView['days'][number] => days.has(day));
}

function minuteOf(text: string): number {
  const match = /^(\d{1,2}):(\d{2})$/.exec(text);
  const minutes = Number(match?.[1]) * 60 + Number(match?.[2]);
  if (match === null || Number(match[2]) > 59 || minutes > 1440)
    throw new UsageError(`no time of the day: ${text}`, NAME);
  return minutes;
}

function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
