import { describe, expect, test } from 'vitest';
import { createMemoryStores } from '../../store/memory/index.ts';
import { EVERYBODY } from '../ports/acl.ts';
import { makeFolder } from './change.ts';
import { inheritGrants } from './inherit-grants.ts';

async function mailboxWithInbox() {
  const mailbox = createMemoryStores().mail.mailbox({ tenantId: 't', mailboxId: 'm', shard: 'MAIL_1' });
  await mailbox.create(0);
  const inbox = (await mailbox.folderByRole('inbox'))?.folderId ?? '';
  const make = (folderId: string, parentId: string | null) =>
    makeFolder(mailbox, { folderId, parentId, displayName: folderId, itemClass: 'Email' });
  const grantsOf = async (folderId: string) =>
    (await mailbox.grants())
      .filter((one) => one.folderId === folderId)
      .map(({ granteeId, rights }) => [granteeId, rights.join(' ')]);
  return { mailbox, inbox, make, grantsOf };
}

describe('a new folder', () => {
  test('is shared as the folder above it is, and with nobody else', async () => {
    const { mailbox, inbox, make, grantsOf } = await mailboxWithInbox();
    await mailbox.putGrant({ folderId: inbox, granteeId: 'bob', rights: ['freebusy', 'read', 'meetings'] });
    await mailbox.putGrant({ folderId: inbox, granteeId: EVERYBODY, rights: ['none'] });
    await mailbox.putGrant({ folderId: '', granteeId: 'cid', rights: ['read'] });
    await make('below', inbox);
    await make('beside', null);
    expect(await grantsOf('below')).toEqual([
      [EVERYBODY, 'none'],
      ['bob', 'freebusy read'],
    ]);
    expect(await grantsOf('beside')).toEqual([]);
  });

  test('keeps what it was given before the same call came again', async () => {
    const { mailbox, inbox, make, grantsOf } = await mailboxWithInbox();
    await mailbox.putGrant({ folderId: inbox, granteeId: 'bob', rights: ['read'] });
    const { folder } = await make('below', inbox);
    await mailbox.putGrant({ folderId: 'below', granteeId: 'bob', rights: ['none'] });
    await inheritGrants(mailbox, folder);
    expect(await grantsOf('below')).toEqual([['bob', 'none']]);
  });
});
