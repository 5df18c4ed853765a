import { describe, expect, test } from 'vitest';
import type { CalendarEvent } from '../../../core/calendar/types.ts';
import { freeBusy, MAX_WINDOW_MS } from '../../../core/freebusy/free-busy.ts';
import type { Principal, User } from '../../../core/identity/types.ts';
import { GROUP_DEFAULTS } from '../../../core/people/types.ts';
import { WORKING_HOURS_SETTING } from '../../../core/people/working-hours.ts';
import { EVERYBODY, type FolderRight } from '../../../core/ports/acl.ts';
import { peopleWorld } from '../../../test/support/people-world.worker.ts';

const DAY = 86_400_000;
const FROM = Date.UTC(2026, 2, 2);

async function world() {
  const made = await peopleWorld();
  const [ann, bob] = [await made.add('ann', 'Ann'), await made.add('bob', 'Bob')];
  const tenant = await made.directory.getTenant('t1');
  if (tenant === null) throw new Error('no tenant');
  const as = (user: User): Principal => ({
    ...{ tenant, user },
    signIn: { method: 'password', credentialId: null },
  });
  const services = { directory: made.directory, mail: made.mail };
  const ask = async (
    user: User,
    addresses: string[],
    { from = FROM, to = FROM + DAY, interval = 60 }: { from?: number; to?: number; interval?: number } = {},
  ) => freeBusy(services, as(user), addresses, { from, to, intervalMinutes: interval });
  const box = async (user: User) => {
    const mailbox = made.mail.mailbox({ ...made.ref, mailboxId: user.userId });
    await mailbox.create(0);
    return mailbox;
  };
  const grant = async (owner: User, granteeId: string, rights: FolderRight[], folderId = '') =>
    (await box(owner)).putGrant({ folderId, granteeId, rights });
  return { ...made, ann, bob, ask, as, box, grant, services };
}

const busy = (hours: [number, number], digit = '2') =>
  '0'.repeat(hours[0]) + digit.repeat(hours[1] - hours[0]) + '0'.repeat(24 - hours[1]);

describe('free and busy times', () => {
  test('come from all calendars of a mailbox, with recurrences and their exceptions', async () => {
    const { ann, bob, book, ask, box } = await world();
    const mailbox = await box(ann);
    await mailbox.createFolder({
      folderId: 'team',
      parentId: null,
      displayName: 'Team',
      itemClass: 'Calendar',
    });
    await book(ann, '2026-03-01T09:00:00', 'PT1H', {
      recurrenceRules: [{ '@type': 'RecurrenceRule', frequency: 'daily' }],
      recurrenceOverrides: {
        '2026-03-02T09:00:00': { start: '2026-03-02T12:00:00', 'waypost:busy': 'oof' },
        '2026-03-03T09:00:00': { excluded: true },
      },
    });
    await book(ann, '2026-03-02T15:00:00', 'PT2H', {}, 'team');
    const [first] = await ask(bob, ['ann@x.test']);
    const digits = busy([15, 17]).split('');
    digits[12] = '3';
    expect(first?.merged).toBe(digits.join(''));
    expect(
      first?.blocks.map(({ start, end, status, detail }) => [start - FROM, end - start, status, detail]),
    ).toEqual([
      [12 * 3_600_000, 3_600_000, 'oof', null],
      [15 * 3_600_000, 7_200_000, 'busy', null],
    ]);
    const [next, after] = [
      ...(await ask(bob, ['ann@x.test'], { from: FROM + DAY, to: FROM + 2 * DAY })),
      ...(await ask(bob, ['ann@x.test'], { from: FROM + 2 * DAY, to: FROM + 3 * DAY })),
    ];
    expect([next?.merged, after?.merged]).toEqual([busy([0, 0]), busy([9, 10])]);
  });

  test('of all-day and floating events are those of the owner, in the owner’s zone', async () => {
    const { ann, bob, book, ask, directory } = await world();
    await directory.putUserSetting('t1', ann.userId, WORKING_HOURS_SETTING, {
      ...{ days: ['we', 'mo', 'xx'], start: 540, end: 1020, timeZone: 'America/New_York' },
    });
    await book(ann, '2026-03-02T00:00:00', 'P1D', { showWithoutTime: true, timeZone: null });
    const [found] = await ask(bob, ['ann@x.test'], { to: FROM + 2 * DAY });
    expect(
      found?.blocks.map(({ start, end }) => [new Date(start).toISOString(), (end - start) / DAY]),
    ).toEqual([['2026-03-02T05:00:00.000Z', 1]]);
    expect(found?.workingHours).toEqual({
      ...{ days: ['mo', 'we'], start: 540, end: 1020, timeZone: 'America/New_York' },
    });
  });

  test.each<[string, FolderRight[] | null, 'ok' | 'denied', string | null]>([
    ['by nobody who was told nothing: only when', null, 'ok', null],
    ['by whoever may see when', ['freebusy'], 'ok', null],
    ['by whoever may see what', ['freebusy', 'detail'], 'ok', 'Plan'],
    ['by whoever may read the calendar', ['read'], 'ok', 'Plan'],
    ['by whoever may see nothing', ['none'], 'denied', null],
  ])('are seen %s', async (_what, rights, outcome, title) => {
    const { ann, bob, book, ask, grant } = await world();
    const locations = { l: { '@type': 'Location' as const, name: 'Room 7' } };
    await book(ann, '2026-03-02T09:00:00', 'PT1H', { title: 'Plan', locations });
    await book(ann, '2026-03-02T11:00:00', 'PT1H', { title: 'Doctor', privacy: 'private' });
    if (rights !== null) await grant(ann, bob.userId, rights);
    const [found] = await ask(bob, ['ann@x.test']);
    expect(found?.outcome).toBe(outcome);
    expect(found?.blocks.map(({ detail }) => detail?.title ?? null)).toEqual(
      outcome === 'ok' ? [title, null] : [],
    );
    if (title !== null)
      expect(found?.blocks[0]?.detail).toMatchObject({ location: 'Room 7', isRecurring: false });
    expect(JSON.stringify(found)).not.toContain('Doctor');
    const [own] = await ask(ann, ['ann@x.test']);
    expect(own?.blocks.map(({ detail }) => detail?.title)).toEqual(['Plan', 'Doctor']);
  });

  test('of one calendar may be hidden, and one’s own grant counts before everybody’s', async () => {
    const { ann, bob, book, ask, grant, box } = await world();
    const mailbox = await box(ann);
    await mailbox.createFolder({
      folderId: 'own',
      parentId: null,
      displayName: 'Own',
      itemClass: 'Calendar',
    });
    await book(ann, '2026-03-02T09:00:00', 'PT1H');
    await book(ann, '2026-03-02T11:00:00', 'PT1H', {}, 'own');
    await grant(ann, EVERYBODY, ['none'], 'own');
    expect((await ask(bob, ['ann@x.test']))[0]?.merged).toBe(busy([9, 10]));
    await grant(ann, bob.userId, ['freebusy', 'detail'], 'own');
    const [found] = await ask(bob, ['ann@x.test']);
    expect(found?.blocks.map(({ detail }) => detail === null)).toEqual([true, false]);
    expect(found?.view).toBe('detail');
  });

  test('are nobody’s business in another tenant, which answers as if the address were not there (I22)', async () => {
    const { ann, book, ask, directory } = await world();
    await book(ann, '2026-03-02T09:00:00', 'PT1H');
    await directory.createTenant({ tenantId: 't2', name: 'T2', status: 'active', mailShard: 'MAIL_1' });
    await directory.createDomain({ domain: 'y.test', tenantId: 't2', catchAllUserId: null, enabled: true });
    const eve = { ...ann, userId: 'eve', tenantId: 't2', address: 'eve@y.test' };
    await directory.createUser(eve);
    const tenant = await directory.getTenant('t2');
    if (tenant === null) throw new Error('no tenant');
    const [there, absent] = await freeBusy(
      { directory, mail: (await world()).mail },
      { tenant, user: eve },
      ['ann@x.test', 'absent@x.test'],
      { from: FROM, to: FROM + DAY, intervalMinutes: 30 },
    );
    expect({ ...there, address: '' }).toEqual({ ...absent, address: '' });
    expect(there?.outcome).toBe('unknown');
    expect(
      (await ask(ann, ['eve@y.test', 'not an address', 'ANN+tag@X.test'])).map((f) => f.outcome),
    ).toEqual(['unknown', 'unknown', 'ok']);
  });

  test('of a group are merged from members here; those outside are unknown', async () => {
    const { ann, bob, owner, book, ask, directory } = await world();
    await book(ann, '2026-03-02T09:00:00', 'PT2H', { 'waypost:busy': 'tentative' });
    await book(bob, '2026-03-02T10:00:00', 'PT1H');
    const group = { ...GROUP_DEFAULTS, tenantId: 't1', groupId: 'g', address: 'all@x.test' };
    await directory.createGroup(group);
    await directory.setGroupMembers('t1', 'g', ['ann@x.test', 'bob@x.test', 'x@out.test']);
    await directory.createGroup({ ...group, groupId: 'o', address: 'out@x.test' });
    await directory.setGroupMembers('t1', 'o', ['x@out.test']);
    const [all, out] = await ask(owner, ['all@x.test', 'out@x.test']);
    expect([all?.kind, all?.merged, all?.blocks]).toEqual([
      'group',
      `${'0'.repeat(9)}12${'0'.repeat(13)}`,
      [],
    ]);
    expect(out?.merged).toBe('4'.repeat(24));
  });

  test('do not go away with a rule that unfolds for ever: the answer says it is not whole (A12)', async () => {
    const { ann, bob, book, ask } = await world();
    const bomb: Partial<CalendarEvent> = {
      recurrenceRules: [
        { '@type': 'RecurrenceRule', frequency: 'secondly', byMonth: ['2'], byMonthDay: [30] },
      ],
    };
    await book(ann, '2020-03-02T09:00:00', 'PT1S', bomb);
    await book(ann, '2026-03-02T09:00:00', 'PT1H');
    const second = {
      recurrenceRules: [{ '@type': 'RecurrenceRule' as const, frequency: 'secondly' as const }],
    };
    await book(ann, '2026-03-02T20:00:00', 'PT1S', second);
    const begun = performance.now();
    const [found] = await ask(bob, ['ann@x.test']);
    expect(performance.now() - begun).toBeLessThan(5000);
    expect(found?.outcome).toBe('ok');
    expect(found?.whole).toBe(false);
    expect(found?.merged[9]).toBe('2');
    expect(found?.blocks.length).toBeLessThanOrEqual(2000);
  });

  test.each([
    ['that end before they begin', { from: FROM, to: FROM }],
    ['that are too long', { from: FROM, to: FROM + MAX_WINDOW_MS + 1 }],
    ['of no length', { from: FROM, to: FROM + DAY, interval: 1 }],
  ])('are not told for windows %s', async (_what, over) => {
    const { ann, ask } = await world();
    await expect(ask(ann, ['ann@x.test'], over)).rejects.toMatchObject({ code: 'invalid-input' });
  });
});
