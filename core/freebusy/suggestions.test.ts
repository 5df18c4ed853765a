import { expect, test } from 'vitest';
import { type Invitee, type SuggestionOptions, suggestTimes } from './suggestions.ts';

const at = (time: string) => Date.parse(`2026-12-${time}:00Z`);
const individual = (...blocks: [string, string][]): Invitee => ({
  kind: 'individual',
  blocks: blocks.map(([start, end]) => ({ start: at(start), end: at(end), status: 'busy' })),
});
const options = (more: Partial<SuggestionOptions> = {}): SuggestionOptions => ({
  ...{ from: at('01T00:00'), to: at('02T00:00'), zone: 'Etc/UTC', now: at('01T00:00') },
  ...{ durationMs: 3_600_000, goodThreshold: 25, most: 10, mostOutsideOfWork: 0, minimum: 'Fair' },
  workingHours: { days: ['mo', 'tu', 'we', 'th', 'fr'], start: 540, end: 720, timeZone: 'Etc/UTC' },
  ...more,
});
const starts = (days: ReturnType<typeof suggestTimes>) =>
  days.map(({ suggestions }) => suggestions.map(({ start }) => new Date(start).toISOString().slice(8, 16)));

test('times at which all are free come within the hours of work', () => {
  const days = suggestTimes([individual(['01T09:00', '01T10:00']), individual()], options());
  expect(starts(days)).toEqual([['01T10:00', '01T10:30', '01T11:00']]);
  expect(days[0]?.quality).toBe('Excellent');
});

test('where nobody is wholly free, as few as may be are taken', () => {
  const busy = individual(['01T09:00', '01T12:00']);
  const five = [busy, individual(), individual(), individual(), individual()];
  expect(suggestTimes(five, options({ most: 1 }))[0]?.suggestions[0]).toMatchObject({
    quality: 'Good',
    start: at('01T09:00'),
  });
  expect(starts(suggestTimes([busy, individual()], options()))).toEqual([[]]);
  expect(starts(suggestTimes([busy, individual()], options({ minimum: 'Poor', most: 1 })))).toEqual([
    ['01T09:00'],
  ]);
});

test('groups count by their members, and who is unknown is no obstacle', () => {
  const group: Invitee = {
    kind: 'group',
    members: [null, [], [{ start: at('01T09:00'), end: at('01T10:00'), status: 'oof' }]],
  };
  const [day] = suggestTimes(
    [group, { kind: 'unknown' }],
    options({ most: 1, minimum: 'Poor', to: at('01T09:30') }),
  );
  expect(day?.suggestions).toEqual([
    {
      start: at('01T09:00'),
      isWorkTime: true,
      quality: 'Poor',
      conflicts: [{ kind: 'group', members: 3, available: 1, taken: 1, unknown: 1 }, { kind: 'unknown' }],
    },
  ]);
});

test('weekends are outside of work, and what is over is not suggested', () => {
  const saturday = options({
    from: at('05T00:00'),
    to: at('06T00:00'),
    mostOutsideOfWork: 1,
    now: at('05T13:10'),
  });
  expect(starts(suggestTimes([individual()], saturday))).toEqual([['05T13:30']]);
});
