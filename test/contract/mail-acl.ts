import { describe, expect, test } from 'vitest';
import { EVERYBODY } from '../../core/ports/acl.ts';
import { folderId } from './mail-changes.ts';
import { freshMailbox, freshRef, type Subject } from './subject.ts';

export function mailAclContract(subject: Subject): void {
  describe('what others may do with a mailbox', () => {
    test('is kept for each folder and person, the last word counts', async () => {
      const mailbox = await freshMailbox(subject);
      const calendar = await folderId(mailbox, 'calendar');
      expect(await mailbox.grants()).toEqual([]);
      await mailbox.putGrant({ folderId: calendar, granteeId: 'bob', rights: ['write', 'read', 'read'] });
      await mailbox.putGrant({ folderId: calendar, granteeId: EVERYBODY, rights: ['none'] });
      await mailbox.putGrant({ folderId: '', granteeId: 'cid', rights: ['freebusy'] });
      const bobs = { folderId: calendar, granteeId: 'bob', rights: ['read', 'write'] };
      const everybodys = { folderId: calendar, granteeId: EVERYBODY, rights: ['none'] };
      const cids = { folderId: '', granteeId: 'cid', rights: ['freebusy'] };
      expect(await mailbox.grants()).toEqual([cids, everybodys, bobs]);
      expect(await mailbox.grantsFor('bob')).toEqual([everybodys, bobs]);
      expect(await mailbox.grantsFor('cid')).toEqual([cids, everybodys]);
      expect(await mailbox.grantsFor("b'ob\u0000")).toEqual([everybodys]);
      await mailbox.putGrant({ folderId: calendar, granteeId: 'bob', rights: ['freebusy'] });
      expect((await mailbox.grantsFor('bob'))[1]?.rights).toEqual(['freebusy']);
      await mailbox.putGrant({ folderId: calendar, granteeId: 'bob', rights: [] });
      await mailbox.putGrant({ folderId: 'absent', granteeId: 'bob', rights: [] });
      expect(await mailbox.grantsFor('bob')).toEqual([everybodys]);
    });

    test('is of that mailbox alone, and of folders that are there', async () => {
      const mailbox = await freshMailbox(subject);
      const other = await freshMailbox(subject);
      await mailbox.putGrant({ folderId: '', granteeId: 'bob', rights: ['read'] });
      expect(await other.grants()).toEqual([]);
      await other.dropGrantee('bob');
      expect(await mailbox.grants()).toHaveLength(1);
      const absent = { folderId: 'absent', granteeId: 'bob', rights: ['read' as const] };
      await expect(mailbox.putGrant(absent)).rejects.toMatchObject({ code: 'not-found' });
      const { mail } = await subject.open();
      const none = mail.mailbox(freshRef());
      await expect(none.putGrant({ ...absent, folderId: '' })).rejects.toMatchObject({ code: 'not-found' });
      expect(await mailbox.grants()).toHaveLength(1);
    });

    test('goes with the person, and with the folder and those below it', async () => {
      const mailbox = await freshMailbox(subject);
      const calendar = await folderId(mailbox, 'calendar');
      for (const [id, parentId] of [
        ['team', null],
        ['sub', 'team'],
      ] as const) {
        await mailbox.createFolder({ folderId: id, parentId, displayName: id, itemClass: 'Calendar' });
      }
      for (const id of [calendar, 'team', 'sub', '']) {
        await mailbox.putGrant({ folderId: id, granteeId: 'bob', rights: ['read'] });
        await mailbox.putGrant({ folderId: id, granteeId: 'cid', rights: ['read'] });
      }
      await mailbox.deleteFolder('team', 5);
      expect((await mailbox.grantsFor('bob')).map((grant) => grant.folderId).sort()).toEqual(['', calendar]);
      await mailbox.dropGrantee('bob');
      expect((await mailbox.grants()).map((grant) => grant.granteeId)).toEqual(['cid', 'cid']);
    });
  });
}
