import { describe, expect, test } from 'vitest';
import type { Folder, NewMessage } from '../../core/mail/types.ts';
import type { AuditJob, NotifyJob, RetentionJob } from '../../core/ports/queues.ts';
import { recountMailbox, recountTenant } from '../../core/quota/recount.ts';
import { eraseRemoved } from '../../core/retention/erase.ts';
import { startRetention } from '../../core/retention/fan-out.ts';
import { retentionStep } from '../../core/retention/step.ts';
import { contact, event, task } from './pim-items.ts';
import { freshRef, message, type Subject, unique } from './subject.ts';

const DAY = 24 * 60 * 60 * 1000;
const START = 20_000 * DAY;
const [INBOX, DELETED, JUNK, ARCHIVE] = ['2', '4', 'junk', 'archive'];

/** A mailbox of a tenant, with a clock that is set by hand, and raws that are only keys. */
async function world(subject: Subject, setting: object | null) {
  const stores = await subject.open();
  const ref = freshRef();
  const mailbox = stores.mail.mailbox(ref);
  await mailbox.create(1);
  if (setting !== null) await stores.directory.putTenantSetting(ref.tenantId, 'retention', setting);
  const w = {
    ref,
    mailbox,
    now: START,
    deleted: [] as string[],
    notified: [] as NotifyJob[],
    failDelete: false,
    directory: stores.directory,
  };
  const services = {
    ...stores,
    now: () => w.now,
    log: { info() {}, warn() {} },
    blobs: {
      async delete(key: string) {
        if (w.failDelete) throw new Error('R2 down');
        w.deleted.push(key);
      },
    },
    queues: {
      notify: async (jobs: NotifyJob[]) => void w.notified.push(...jobs),
      audit: async (_: AuditJob[]) => undefined,
      index: async () => undefined,
    },
  };
  /** One whole run, and how many steps it took. */
  const run = async () => {
    let job: RetentionJob | null = { v: 1, ...ref, correlationId: 'c' };
    let [steps, held] = [0, false];
    let did = { removed: 0, archived: 0, purged: 0 };
    while (job !== null) {
      const step: Awaited<ReturnType<typeof retentionStep>> = await retentionStep(services, job);
      if (step === null) break;
      steps++;
      const { at: _, ...totals } = step.progress;
      did = totals;
      held = step.held;
      job = step.next;
    }
    return { ...did, steps, held };
  };
  const days = async (count: number) => {
    let last = await run();
    for (let n = 0; n < count; n++) {
      w.now += DAY;
      last = await run();
    }
    return last;
  };
  const put = async (name: string, folderId: string, over: Partial<NewMessage> = {}) => {
    const one = message(name, { receivedAt: w.now, ...over, folderId });
    await mailbox.insert(one);
    return one;
  };
  const there = async (...list: NewMessage[]) =>
    (await mailbox.itemStates(list.map((m) => m.itemId))).map((s) => s.folderId);
  return { ...w, w, services, run, days, put, there };
}

const folder = (over: Partial<Folder>) => ({
  ...{ folderId: unique('f'), parentId: null, displayName: 'F', itemClass: 'Email' as const },
  ...over,
});

export function retentionContract(subject: Subject): void {
  describe('retention', () => {
    test('removes what has been in Deleted Items and Junk for so long, whenever it was received', async () => {
      const { w, mailbox, days, put, there } = await world(subject, { deletedDays: 3, junkDays: 2 });
      const old = await put('old-mail', INBOX ?? '', { receivedAt: START - 400 * DAY });
      const junk = await put('junk', JUNK ?? '');
      await days(5);
      await mailbox.move([old.itemId], DELETED ?? '');
      expect(await there(old, junk)).toEqual([DELETED]);
      await days(2);
      expect(await there(old)).toEqual([DELETED]);
      w.notified.length = 0;
      // A day for the mark that tells how long it has been there.
      const { removed } = await days(2);
      expect(await there(old)).toEqual([]);
      expect(removed).toBeLessThanOrEqual(1);
      expect(w.notified.map((n) => n.folderId)).toEqual([DELETED]);
      const { modseq } = await mailbox.usage();
      expect(w.notified[0]?.modseq).toBe(modseq);
      expect(await mailbox.changes(DELETED ?? '', { modseq: 0, itemId: '' }, 10)).toMatchObject([
        { kind: 'gone', tombstone: { itemId: old.itemId } },
      ]);
      expect(await mailbox.removedMessages({ limit: 5 })).toMatchObject([
        { itemId: old.itemId, removedAt: w.now },
        { itemId: junk.itemId },
      ]);
    });

    test('removes what is no message from Deleted Items when it was long enough there, also what lies ahead', async () => {
      const { mailbox, days } = await world(subject, {
        deletedDays: 3,
        folders: [{ name: 'Old', days: 3, action: 'delete', measure: 'received' }],
      });
      const ahead = START + 900 * DAY;
      await mailbox.createFolder({ folderId: 'old', parentId: null, displayName: 'Old', itemClass: 'Email' });
      await mailbox.putItems([
        event('meeting', '8', { facts: { startsAt: ahead, endsAt: ahead, sortAt: ahead } }),
        event('later', '8', { facts: { startsAt: ahead, endsAt: ahead, sortAt: ahead } }),
        event('kept', '8', { facts: { startsAt: 1, endsAt: 2, sortAt: 2 } }),
        task('open', '7'),
        contact('ann', '9', { facts: { sortAt: 1 } }),
        task('in-old', 'old'),
      ]);
      await days(5);
      await mailbox.move(['meeting', 'open', 'ann'], DELETED ?? '');
      await days(2);
      await mailbox.move(['later'], DELETED ?? '');
      const ids = ['meeting', 'later', 'kept', 'open', 'ann', 'in-old'];
      const there = async () => (await mailbox.itemStates(ids)).map((item) => item.itemId);
      expect(await there()).toEqual(ids);
      await days(2);
      expect(await there()).toEqual(['later', 'kept', 'in-old']);
      await days(3);
      expect(await there()).toEqual(['kept', 'in-old']);
    });

    test('without a setting removes nothing, and purges what was removed after two weeks', async () => {
      const { w, mailbox, days, put, there } = await world(subject, null);
      const [kept, thrown] = [await put('kept', DELETED ?? ''), await put('thrown', INBOX ?? '')];
      await mailbox.remove([thrown.itemId], w.now);
      await days(14);
      expect(w.deleted).toEqual([]);
      expect(await mailbox.removedMessages({ limit: 5 })).toHaveLength(1);
      await days(1);
      expect(w.deleted).toEqual([thrown.rawKey]);
      expect(await mailbox.removedMessages({ limit: 5 })).toEqual([]);
      expect(await there(kept)).toEqual([DELETED]);
      // I6, I8: what comes late does not come back.
      expect(await mailbox.knownRawKeys([thrown.rawKey])).toEqual(new Set([thrown.rawKey]));
    });

    test('of a folder that was thrown away whole counts from then', async () => {
      const { mailbox, days, put, there } = await world(subject, { deletedDays: 3 });
      const { folderId } = folder({});
      await mailbox.createFolder(folder({ folderId }));
      const one = await put('in-folder', folderId);
      await days(9);
      await mailbox.updateFolder(folderId, { parentId: DELETED ?? '', displayName: 'F' });
      await days(2);
      expect(await there(one)).toEqual([folderId]);
      await days(2);
      expect(await there(one)).toEqual([]);
    });

    test('follows rules by role and by name, by the age of the mail, into the archive or away', async () => {
      const rules = [
        { role: 'inbox', days: 30, action: 'archive', measure: 'received' },
        { name: 'News*', days: 2, action: 'delete', measure: 'received' },
      ];
      const { w, mailbox, run, put, there } = await world(subject, { folders: rules });
      const { folderId } = folder({});
      await mailbox.createFolder(folder({ folderId, displayName: 'NEWSletters' }));
      const old = await put('old', INBOX ?? '', { receivedAt: START - 31 * DAY });
      const young = await put('young', INBOX ?? '', { receivedAt: START - 29 * DAY });
      const news = await put('news', folderId, { receivedAt: START - 3 * DAY });
      expect(await run()).toMatchObject({ removed: 1, archived: 1 });
      expect(await there(old, young, news)).toEqual([ARCHIVE, INBOX]);
      expect(new Set(w.notified.map((n) => n.folderId))).toEqual(new Set([INBOX, ARCHIVE, folderId]));
      expect(await run()).toMatchObject({ removed: 0, archived: 0 });
    });

    test('leaves what a user wants to keep longer, where the tenant allows it', async () => {
      const rule = { role: 'inbox', days: 10, action: 'delete', measure: 'received' };
      for (const userExceptions of [true, false]) {
        const { mailbox, run, put, there } = await world(subject, { folders: [rule], userExceptions });
        await mailbox.putSetting('retention', { folders: { [INBOX ?? '']: { days: null } } });
        const old = await put('old', INBOX ?? '', { receivedAt: START - 11 * DAY });
        await run();
        expect(await there(old)).toEqual(userExceptions ? [INBOX] : []);
        // Shorter than the tenant's is no exception.
        const young = await put('young', INBOX ?? '', { receivedAt: START - 5 * DAY });
        await mailbox.putSetting('retention', { folders: { [INBOX ?? '']: { days: 1 } } });
        await run();
        expect(await there(young)).toEqual([INBOX]);
      }
    });

    test('goes in bounded steps that end, whatever stays', async () => {
      const rule = { role: 'inbox', days: 10, action: 'delete', measure: 'entered' };
      const { w, mailbox, run, days, services } = await world(subject, { folders: [rule] });
      const list = (name: string, count: number) =>
        Array.from({ length: count }, (_, n) =>
          message(`${name}-${n}`, { receivedAt: START - 50 * DAY + n, parts: [] }),
        );
      await mailbox.insertMany(list('first', 1050));
      await days(9);
      await mailbox.insertMany(list('second', 150));
      w.now += DAY;
      const first = await retentionStep(services, { v: 1, ...w.ref, correlationId: 'c' });
      // A page that cannot all go does not hold up the next one.
      expect(first?.next?.run?.at).toMatchObject({ folderId: INBOX });
      const { removed, steps } = await run();
      expect(removed + (first?.progress.removed ?? 0)).toBe(1050);
      expect(first?.progress.removed).toBe(850);
      expect(steps).toBe(1);
      expect(await mailbox.usage()).toMatchObject({ itemCount: 150 });
      expect(await recountMailbox(services, w.ref)).toMatchObject({ mended: false });
    });

    test('purging that fails half-way is gone on with', async () => {
      const { w, mailbox, put, run } = await world(subject, { recoverableDays: 1 });
      const one = await put('one', INBOX ?? '');
      await mailbox.remove([one.itemId], w.now);
      w.now += 2 * DAY;
      w.failDelete = true;
      await expect(run()).rejects.toThrow('R2 down');
      w.failDelete = false;
      expect(await run()).toMatchObject({ purged: 1 });
      expect(w.deleted).toEqual([one.rawKey]);
      expect(await run()).toMatchObject({ purged: 0 });
    });
  });

  describe('a legal hold', () => {
    test('comes before erasing and before retention, and ends with its release (I27)', async () => {
      const setting = { deletedDays: 1, recoverableDays: 1 };
      const { w, mailbox, directory, services, days, put, there } = await world(subject, setting);
      const hold = { holdId: unique('hold'), reason: 'case', placedBy: 'admin', since: 1 };
      await directory.placeHold({ ...hold, tenantId: w.ref.tenantId, userId: w.ref.mailboxId });
      const [thrown, removed] = [await put('thrown', DELETED ?? ''), await put('removed', INBOX ?? '')];
      await mailbox.remove([removed.itemId], w.now);
      expect(await days(60)).toMatchObject({ held: true, removed: 0, purged: 0 });
      expect(await there(thrown)).toEqual([DELETED]);
      expect(w.deleted).toEqual([]);
      await expect(eraseRemoved(services, w.ref)).rejects.toMatchObject({ code: 'conflict' });
      // What the user removes stays recoverable without end.
      expect(await mailbox.removedMessages({ limit: 5 })).toMatchObject([{ itemId: removed.itemId }]);
      await directory.releaseHold(w.ref.tenantId, hold.holdId, 'admin', w.now);
      expect(await days(0)).toMatchObject({ held: false, removed: 1, purged: 1 });
      expect(w.deleted).toEqual([removed.rawKey]);
    });

    test('erasing without one purges at once what was removed', async () => {
      const { w, mailbox, services, put } = await world(subject, null);
      const one = await put('one', INBOX ?? '');
      await mailbox.remove([one.itemId], w.now);
      expect(await eraseRemoved(services, w.ref)).toEqual({ purged: 1, more: false });
      expect(w.deleted).toEqual([one.rawKey]);
    });
  });

  describe('the round of all mailboxes', () => {
    test('is made once a day, in parts, and sums up a tenant in parts', async () => {
      const { w, mailbox, directory, services } = await world(subject, null);
      const { tenantId, shard } = w.ref;
      const tenant = { tenantId, name: 't', status: 'active', mailShard: shard } as const;
      await directory.createTenant(tenant);
      const domain = `${unique('d')}.example`;
      await directory.createDomain({ domain, tenantId, catchAllUserId: null, enabled: true });
      const ids = [w.ref.mailboxId, unique('u'), unique('u')];
      for (const [n, userId] of ids.entries()) {
        const address = `u${n}@${domain}`;
        const facts = { displayName: '', status: 'active', quotaBytes: null, createdAt: 1 } as const;
        await directory.createUser({ userId, tenantId, address, ...facts });
      }
      const jobs: RetentionJob[] = [];
      const sending = {
        ...services,
        directory: { ...directory, listTenants: async () => [tenant] },
        queues: { retention: async (list: RetentionJob[]) => void jobs.push(...list) },
      };
      expect(await startRetention(sending, 2, 'c')).toBe(2);
      expect(await startRetention(sending, 2, 'c')).toBe(1);
      expect(await startRetention(sending, 2, 'c')).toBe(0);
      expect(jobs.map((job) => job.mailboxId)).toEqual(ids);
      w.now += DAY;
      expect(await startRetention(sending, 100, 'c')).toBe(3);
      w.now -= DAY;
      expect(await startRetention(sending, 100, 'c')).toBe(0);

      await mailbox.insert(message('counted', { size: 77 }));
      expect(await recountTenant(sending, tenant, 2)).toMatchObject({ countedAt: 0, sizeBytes: 0 });
      const whole = { sizeBytes: 77, itemCount: 1, mailboxes: 1, countedAt: w.now, next: null };
      expect(await recountTenant(sending, tenant, 2)).toEqual(whole);
      await mailbox.insert(message('more', { size: 3 }));
      expect(await recountTenant(sending, tenant, 2)).toMatchObject({ sizeBytes: 77 });
      expect(await recountTenant(sending, tenant, 2)).toMatchObject({ sizeBytes: 80, itemCount: 2 });
    });
  });
}
