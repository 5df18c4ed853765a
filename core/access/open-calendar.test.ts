import { describe, expect, test } from 'vitest';
import { createMemoryStores, createQueueRecorder } from '../../store/memory/index.ts';
import type { CalendarEvent } from '../calendar/types.ts';
import type { Principal, User } from '../identity/types.ts';
import { pimFacts } from '../pim/facts.ts';
import { EVERYBODY, type FolderRight } from '../ports/acl.ts';
import { mayEdit, mayRead, SHARE_LEVELS } from './folder-access.ts';
import { openCalendar } from './open-calendar.ts';

const ANN = 'ann@one.example';
const NOW = Date.UTC(2026, 2, 1);

async function world() {
  const { directory, mail } = createMemoryStores();
  const queues = createQueueRecorder();
  const principals = new Map<string, Principal>();
  for (const [tenantId, domain] of [
    ['t1', 'one.example'],
    ['t2', 'two.example'],
  ] as const) {
    const tenant = { tenantId, name: tenantId, status: 'active', mailShard: 'MAIL_1' } as const;
    await directory.createTenant(tenant);
    await directory.createDomain({ domain, tenantId, catchAllUserId: null, enabled: true });
    for (const name of ['ann', 'bob', 'cid']) {
      const user: User = {
        ...{ userId: `${name}-${tenantId}`, tenantId, address: `${name}@${domain}`, displayName: name },
        ...{ status: 'active', quotaBytes: null, createdAt: 1 },
      };
      await directory.createUser(user);
      await mail.mailbox({ tenantId, mailboxId: user.userId, shard: 'MAIL_1' }).create(1);
      principals.set(user.address, {
        ...{ tenant, user },
        signIn: { method: 'password', credentialId: null },
      });
    }
  }
  const as = (address: string): Principal => {
    const found = principals.get(address);
    if (found === undefined) throw new Error(`no ${address}`);
    return found;
  };
  const ref = { tenantId: 't1', mailboxId: 'ann-t1', shard: 'MAIL_1' };
  const anns = mail.mailbox(ref);
  const calendar = (await anns.folderByRole('calendar'))?.folderId ?? '';
  await anns.createFolder({ folderId: 'other', parentId: null, displayName: 'Other', itemClass: 'Calendar' });
  const put = async (itemId: string, over: Partial<CalendarEvent> = {}, folderId = calendar) => {
    const document = event(itemId, over);
    await anns.putItem({ itemId, folderId, kind: 'event', document, facts: pimFacts('event', document) });
  };
  await put('plan', { title: 'Plan' });
  await put('secret', { title: 'Doctor', privacy: 'private', description: 'knee' });
  await put('elsewhere', { title: 'Elsewhere' }, 'other');
  const services = { directory, mail, queues, now: () => NOW };
  const open = (address: string, owner = ANN, folderId: string | null = null) =>
    openCalendar(services, as(address), owner, folderId, 'c');
  const share = (granteeId: string, rights: readonly FolderRight[], folderId = calendar) =>
    anns.putGrant({ folderId, granteeId, rights: [...rights] });
  return { ...{ mail, queues, services, as, ref, anns, calendar, open, share } };
}

function event(uid: string, over: Partial<CalendarEvent> = {}): CalendarEvent {
  return {
    ...{ '@type': 'Event', uid, updated: '2026-01-01T00:00:00Z', timeZone: 'Etc/UTC' },
    ...{ start: '2026-03-02T10:00:00', duration: 'PT1H' },
    ...over,
  };
}

const window = { from: Date.UTC(2026, 2, 2), to: Date.UTC(2026, 2, 3) };
const notFound = { code: 'not-found' };
const notAllowed = { code: 'not-allowed' };

describe('the calendar of', () => {
  test('its owner is open to read and to edit, private events too', async () => {
    const w = await world();
    const own = await w.open(ANN);
    expect([own.own, own.mayWrite, own.mayDelete]).toEqual([true, true, true]);
    expect((await own.read(['plan', 'secret', 'elsewhere'])).map((i) => i.document.title)).toEqual([
      'Plan',
      'Doctor',
    ]);
    const changed = await own.put({ itemId: 'secret', document: event('secret', { privacy: 'private' }) });
    expect(changed.outcome).toBe('changed');
    expect((await own.remove(['secret', 'elsewhere'])).map((c) => [c.itemId, c.outcome])).toEqual([
      ['secret', 'changed'],
    ]);
    expect(await (await w.open(ANN, ANN, 'other')).read(['elsewhere'])).toHaveLength(1);
  });

  test('another is open to read for whoever was let, without what is private', async () => {
    const w = await world();
    await w.share('bob-t1', SHARE_LEVELS.read);
    const theirs = await w.open('bob@one.example');
    expect([theirs.own, theirs.mayWrite, theirs.mayDelete]).toEqual([false, false, false]);
    const items = await theirs.events(window.from, window.to, null, 10);
    expect(items.map((item) => item.document.title)).toEqual(['Plan', undefined]);
    expect(JSON.stringify([items, await theirs.occurrences(window)])).not.toMatch(/Doctor|knee/);
    expect((await theirs.occurrences(window)).map((o) => o.occurrence.start)).toEqual(
      items.map(() => Date.UTC(2026, 2, 2, 10)),
    );
    await expect(theirs.put({ itemId: 'plan', document: event('plan') })).rejects.toMatchObject(notAllowed);
    await expect(theirs.remove(['plan'])).rejects.toMatchObject(notAllowed);
    expect(await w.anns.pimItems(['plan'])).toMatchObject([{ document: { title: 'Plan' } }]);
  });

  test('another is open to edit for whoever was let, and devices hear of it', async () => {
    const w = await world();
    await w.share('bob-t1', SHARE_LEVELS.edit);
    const theirs = await w.open('bob@one.example');
    const made = await theirs.put({ itemId: 'new', document: event('new'), expect: null });
    expect(made.outcome).toBe('inserted');
    const conflict = await theirs.put({
      itemId: 'new',
      document: event('new', { title: 'Late' }),
      expect: made.modseq - 1,
    });
    expect(conflict.outcome).toBe('conflict');
    expect(w.queues.sent.notify).toMatchObject([
      { mailboxId: 'ann-t1', folderId: w.calendar, modseq: made.modseq, originDevice: null },
    ]);
    expect(w.queues.sent.index).toMatchObject([{ itemId: 'new' }]);
    for (const privately of [
      theirs.put({ itemId: 'secret', document: event('secret') }),
      theirs.put({ itemId: 'mine', document: event('mine', { privacy: 'secret' }) }),
      theirs.remove(['secret', 'plan']),
    ]) {
      await expect(privately).rejects.toMatchObject(notAllowed);
    }
    expect(await w.anns.pimItems(['secret', 'plan', 'mine'])).toHaveLength(2);
    await expect(theirs.put({ itemId: 'elsewhere', document: event('x') })).rejects.toMatchObject(notFound);
    expect((await theirs.remove(['plan', 'elsewhere'])).map((c) => c.itemId)).toEqual(['plan']);
    expect(await w.anns.pimItems(['elsewhere'])).toHaveLength(1);
  });

  test('another is shut at once when that is taken back, also to who has it open', async () => {
    const w = await world();
    await w.share('bob-t1', SHARE_LEVELS.edit);
    const theirs = await w.open('bob@one.example');
    await w.share('bob-t1', []);
    await expect(theirs.read(['plan'])).rejects.toMatchObject(notFound);
    await expect(theirs.put({ itemId: 'late', document: event('late') })).rejects.toMatchObject(notFound);
    await expect(theirs.remove(['plan'])).rejects.toMatchObject(notFound);
    await expect(w.open('bob@one.example')).rejects.toMatchObject(notFound);
  });

  test.each<[string, string, string, string | null, readonly FolderRight[]]>([
    ['nobody who was told nothing', 'bob@one.example', ANN, null, []],
    ['who may see when', 'bob@one.example', ANN, null, SHARE_LEVELS.freebusy],
    ['who may see what', 'bob@one.example', ANN, null, SHARE_LEVELS.detail],
    ['who may read another one of it', 'bob@one.example', ANN, 'other', SHARE_LEVELS.edit],
    ['a folder that is no calendar', 'bob@one.example', ANN, 'inbox', SHARE_LEVELS.edit],
    ['a folder that is not there', 'bob@one.example', ANN, 'absent', SHARE_LEVELS.edit],
    ['another tenant, with an id of this one', 'bob@two.example', ANN, null, SHARE_LEVELS.edit],
    ['nobody at all', 'bob@one.example', 'absent@one.example', null, SHARE_LEVELS.edit],
    ['what is no address', 'bob@one.example', 'ann', null, SHARE_LEVELS.edit],
  ])('another is not there for %s (I22)', async (_what, who, owner, folderId, rights) => {
    const w = await world();
    await w.share(w.as(who).user.userId, rights);
    const answer = w.open(who, owner, folderId);
    await expect(answer).rejects.toMatchObject({ ...notFound, message: 'no such calendar' });
  });

  test('whoever shares with everybody counts for the tenant, and a word of one’s own before it', async () => {
    const w = await world();
    await w.share(EVERYBODY, SHARE_LEVELS.read);
    await w.share('cid-t1', ['none']);
    const may = async (address: string) => [
      await mayRead(w.services, w.as(address), w.ref, w.calendar),
      await mayEdit(w.services, w.as(address), w.ref, w.calendar),
    ];
    expect(await may(ANN)).toEqual([true, true]);
    expect(await may('bob@one.example')).toEqual([true, false]);
    expect(await may('cid@one.example')).toEqual([false, false]);
    expect(await may('ann@two.example')).toEqual([false, false]);
    // That of the mailbox counts for folders without a word of their own.
    await w.share('bob-t1', SHARE_LEVELS.edit, '');
    expect(await mayEdit(w.services, w.as('bob@one.example'), w.ref, 'other')).toBe(true);
    expect(await may('bob@one.example')).toEqual([true, true]);
  });

  test('whoever it is takes no event that nobody could unfold (A12)', async () => {
    const w = await world();
    const own = await w.open(ANN);
    const recurrenceRules = [{ '@type': 'RecurrenceRule' as const, frequency: 'secondly' as const }];
    await expect(
      own.put({ itemId: 'bomb', document: event('bomb', { recurrenceRules }) }),
    ).rejects.toMatchObject({
      code: 'recurrence-too-large',
    });
  });
});
