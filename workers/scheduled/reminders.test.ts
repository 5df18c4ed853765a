import { describe, expect, test } from 'vitest';
import type { CalendarEvent } from '../../core/calendar/types.ts';
import { WORKING_HOURS_SETTING } from '../../core/people/working-hours.ts';
import { pimFacts } from '../../core/pim/facts.ts';
import type { ReminderFrame } from '../../core/reminders/due.ts';
import type { Services } from '../../platform/services.ts';
import { createMemoryStores } from '../../store/memory/index.ts';
import { remindDue } from './reminders.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 2, 2, 9);

async function world() {
  const { directory, mail } = createMemoryStores();
  const state = { now: START - 15 * MINUTE, broken: '' };
  const told: { mailboxId: string; reminders: ReminderFrame[] }[] = [];
  for (const tenantId of ['t1', 't2']) {
    await directory.createTenant({ tenantId, name: tenantId, status: 'active', mailShard: 'MAIL_1' });
    for (const name of ['ann', 'bob']) {
      await directory.createUser({
        ...{ userId: `${name}-${tenantId}`, tenantId, address: `${name}@${tenantId}.test`, displayName: '' },
        ...{ status: 'active', quotaBytes: null, createdAt: 1 },
      });
      await mail.mailbox({ tenantId, mailboxId: `${name}-${tenantId}`, shard: 'MAIL_1' }).create(1);
    }
  }
  const box = (name: string) =>
    mail.mailbox({ tenantId: name.split('-')[1] ?? '', mailboxId: name, shard: 'MAIL_1' });
  const services = {
    ...{ directory, mail, now: () => state.now },
    log: { info() {}, warn() {}, error() {} },
    wake: {
      async remind(_tenantId: string, mailboxId: string, reminders: ReminderFrame[]) {
        if (mailboxId === state.broken) throw new Error('the object is overloaded');
        told.push({ mailboxId, reminders });
        return 1;
      },
    },
  } as unknown as Services;
  /** An event an hour long with a reminder a quarter of an hour before. */
  const put = async (name: string, itemId: string, over: Partial<CalendarEvent> = {}, role = 'calendar') => {
    const document: CalendarEvent = {
      ...{ '@type': 'Event', uid: itemId, updated: '2026-01-01T00:00:00Z', timeZone: 'Etc/UTC' },
      ...{ start: '2026-03-02T09:00:00', duration: 'PT1H' },
      alerts: { a: { '@type': 'Alert', trigger: { '@type': 'OffsetTrigger', offset: '-PT15M' } } },
      ...over,
    };
    const folderId = (await box(name).folderByRole(role as 'calendar'))?.folderId ?? '';
    const facts = pimFacts('event', document);
    return box(name).putItem({ itemId, folderId, kind: 'event', document, facts });
  };
  const run = async (now = state.now) => {
    state.now = now;
    told.length = 0;
    const failed = await remindDue(services);
    const frames = told.flatMap(({ mailboxId, reminders }) =>
      reminders.map((one) => `${mailboxId} ${one.itemId} ${new Date(one.at).toISOString().slice(5, 16)}`),
    );
    return { frames: frames.sort(), failed };
  };
  const remindAt = async (name: string, itemId: string) => (await box(name).pimItems([itemId]))[0]?.remindAt;
  return { ...{ directory, state, told, put, run, box, remindAt } };
}

const daily = { recurrenceRules: [{ '@type': 'RecurrenceRule' as const, frequency: 'daily' as const }] };

describe('reminders', () => {
  test('are told when they are due, once, to the mailbox that they are of', async () => {
    const w = await world();
    await w.put('ann-t1', 'a');
    await w.put('bob-t2', 'b');
    expect((await w.run(START - 16 * MINUTE)).frames).toEqual([]);
    expect((await w.run(START - 15 * MINUTE)).frames).toEqual([
      'ann-t1 a 03-02T08:45',
      'bob-t2 b 03-02T08:45',
    ]);
    const { itemId, kind, recurrenceId, startsAt } =
      w.told.find(({ mailboxId }) => mailboxId === 'ann-t1')?.reminders[0] ?? {};
    expect({ itemId, kind, recurrenceId, startsAt }).toEqual({
      ...{ itemId: 'a', kind: 'event', recurrenceId: null, startsAt: START },
    });
    expect((await w.run(START)).frames).toEqual([]);
    expect(await w.remindAt('ann-t1', 'a')).toBeNull();
  });

  test('of a series move on from occurrence to occurrence, without a change that devices would hear of', async () => {
    const w = await world();
    const { modseq } = await w.put('ann-t1', 'a', daily);
    expect((await w.run(START - 15 * MINUTE)).frames).toEqual(['ann-t1 a 03-02T08:45']);
    expect(w.told[0]?.reminders[0]?.recurrenceId).toBe('2026-03-02T09:00:00');
    expect(await w.remindAt('ann-t1', 'a')).toBe(START + 24 * HOUR - 15 * MINUTE);
    expect((await w.run(START + 24 * HOUR)).frames).toEqual(['ann-t1 a 03-03T08:45']);
    expect((await w.box('ann-t1').itemStates(['a']))[0]?.modseq).toBe(modseq);
  });

  test('that could not be told are told in the next run, and those of others are told at once', async () => {
    const w = await world();
    await w.put('ann-t1', 'a');
    await w.put('bob-t1', 'b');
    w.state.broken = 'ann-t1';
    expect(await w.run(START)).toEqual({ frames: ['bob-t1 b 03-02T08:45'], failed: 1 });
    w.state.broken = '';
    expect(await w.run(START + MINUTE)).toEqual({ frames: ['ann-t1 a 03-02T08:45'], failed: 0 });
  });

  test('of what is long over, thrown away or cancelled are told to nobody', async () => {
    const w = await world();
    await w.put('ann-t1', 'old', { start: '2026-02-01T09:00:00' });
    await w.put('ann-t1', 'gone', {}, 'deleted');
    const cancelled = await w.put('ann-t1', 'off');
    expect(cancelled.outcome).toBe('inserted');
    await w.put('ann-t1', 'off', { status: 'cancelled' });
    expect((await w.run(START)).frames).toEqual([]);
    expect(await Promise.all(['old', 'gone', 'off'].map((id) => w.remindAt('ann-t1', id)))).toEqual([
      null,
      null,
      null,
    ]);
  });

  test('of what floats are told by the owner’s clock', async () => {
    const w = await world();
    const zone = { days: ['mo'], start: 0, end: 1440, timeZone: 'America/New_York' };
    await w.directory.putUserSetting('t1', 'ann-t1', WORKING_HOURS_SETTING, zone);
    await w.put('ann-t1', 'a', { timeZone: null });
    expect((await w.run(START)).frames).toEqual([]);
    expect(await w.remindAt('ann-t1', 'a')).toBe(START + 5 * HOUR - 15 * MINUTE);
    expect((await w.run(START + 5 * HOUR)).frames).toEqual(['ann-t1 a 03-02T13:45']);
  });

  const at = async (w: Awaited<ReturnType<typeof world>>, timeZone: string) => {
    const zone = { days: ['mo'], start: 0, end: 1440, timeZone };
    await w.directory.putUserSetting('t1', 'ann-t1', WORKING_HOURS_SETTING, zone);
  };

  test.each([
    ['Pacific/Kiritimati', -14],
    ['Asia/Tokyo', -9],
    ['Asia/Kolkata', -5.5],
    ['Pacific/Niue', 11],
  ])('of what floats are not late in %s', async (timeZone, hours) => {
    const w = await world();
    await at(w, timeZone);
    await w.put('ann-t1', 'a', { timeZone: null });
    const due = START - 15 * MINUTE + hours * HOUR;
    // Each minute the table of reminders is looked at.
    expect((await w.run(due - 2 * MINUTE)).frames).toEqual([]);
    expect((await w.run(due)).frames).toEqual([`ann-t1 a ${new Date(due).toISOString().slice(5, 16)}`]);
    expect(await w.remindAt('ann-t1', 'a')).toBeNull();
  });

  test('of what floats come early rather than late for an owner whose zone nobody knows', async () => {
    const w = await world();
    await w.put('ann-t1', 'a', { timeZone: null });
    const due = START - 15 * MINUTE - 14 * HOUR;
    expect((await w.run(due - MINUTE)).frames).toEqual([]);
    expect((await w.run(due)).frames).toEqual(['ann-t1 a 03-01T18:45']);
    expect(await w.remindAt('ann-t1', 'a')).toBeNull();
  });

  test('of what floats are told each, however close they are', async () => {
    const w = await world();
    await at(w, 'Asia/Tokyo');
    const alert = (offset: string) => ({
      ...{ '@type': 'Alert' as const, trigger: { '@type': 'OffsetTrigger' as const, offset } },
    });
    const alerts = { a: alert('-PT1H'), b: alert('-PT15M'), c: alert('-PT5M') };
    await w.put('ann-t1', 'a', { timeZone: null, alerts, ...daily });
    const told: string[] = [];
    const begin = START - 11 * HOUR;
    for (let now = begin; now < begin + 27 * HOUR; now += 5 * MINUTE) told.push(...(await w.run(now)).frames);
    expect(told.map((one) => one.slice(9))).toEqual([
      ...['03-01T23:00', '03-01T23:45', '03-01T23:55'],
      ...['03-02T23:00', '03-02T23:45', '03-02T23:55'],
    ]);
  });

  test('that were over when the event was made are told to nobody', async () => {
    const w = await world();
    await at(w, 'Asia/Tokyo');
    // Nine in the evening of Tokyo: the event of the morning is noted with its reminder.
    w.state.now = Date.UTC(2026, 2, 2, 12);
    const made = { timeZone: null, updated: '2026-03-02T12:00:00Z' };
    await w.put('ann-t1', 'a', made);
    await w.put('ann-t1', 'b', { ...made, ...daily });
    expect((await w.run()).frames).toEqual([]);
    expect(await w.remindAt('ann-t1', 'a')).toBeNull();
    expect(await w.remindAt('ann-t1', 'b')).toBe(Date.UTC(2026, 2, 2, 23, 45));
  });

  test('are so many in a run, of each tenant in turn, and the rest in the next', async () => {
    const w = await world();
    for (let n = 0; n < 320; n++) await w.put('ann-t1', `many-${n}`);
    await w.put('ann-t2', 'one');
    const runs = [await w.run(START), await w.run(START + MINUTE)];
    expect(runs.map(({ frames }) => frames.length).sort()).toEqual([21, 300]);
    const all = runs.flatMap(({ frames }) => frames);
    expect(new Set(all).size).toBe(321);
    expect((await w.run(START + 2 * MINUTE)).frames).toEqual([]);
  });
});
