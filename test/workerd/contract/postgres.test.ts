import { afterAll, describe, expect, test } from 'vitest';
import { createPostgresStores } from '../../../store/index.ts';
import { auditContract } from '../../contract/audit.ts';
import { directoryContract } from '../../contract/directory.ts';
import { mailChangesContract } from '../../contract/mail-changes.ts';
import { mailContentContract } from '../../contract/mail-content.ts';
import { mailFoldersContract } from '../../contract/mail-folders.ts';
import { mailInsertContract } from '../../contract/mail-insert.ts';
import { mailModelContract } from '../../contract/mail-model.ts';
import { mailPeopleContract } from '../../contract/mail-people.ts';
import { searchContract } from '../../contract/search.ts';
import { searchFollowContract } from '../../contract/search-follow.ts';
import { searchMirrorContract } from '../../contract/search-mirror.ts';
import { freshRef, message } from '../../contract/subject.ts';
import { bindings } from '../support.ts';

const deferred: Promise<unknown>[] = [];

/** As the Worker makes them for an invocation. */
function open() {
  const { connectionString } = bindings.HYPERDRIVE;
  return createPostgresStores({ connectionString, defer: (work) => deferred.push(work), idleMs: 20 });
}

afterAll(() => Promise.all(deferred));

describe('PostgreSQL through Hyperdrive', () => {
  const subject = { open: async () => open() };
  mailInsertContract(subject);
  mailChangesContract(subject);
  mailFoldersContract(subject);
  mailContentContract(subject);
  mailPeopleContract(subject);
  mailModelContract(subject, 10);
  directoryContract(subject);
  searchContract(subject);
  searchMirrorContract(subject);
  searchFollowContract(subject);
  auditContract(subject);

  test('opens nothing before the first statement, one connection for all, and another after it was idle', async () => {
    const opened: Promise<unknown>[] = [];
    const stores = createPostgresStores({
      connectionString: bindings.HYPERDRIVE.connectionString,
      defer: (work) => opened.push(work),
      idleMs: 20,
    });
    const mailbox = stores.mail.mailbox(freshRef());
    expect(opened).toHaveLength(0);
    await mailbox.create(1);
    await Promise.all(['a', 'b', 'c'].map((name) => mailbox.insert(message(name))));
    expect(opened).toHaveLength(1);
    // Settles because the idle connection was closed: the invocation may end.
    await opened[0];
    expect((await mailbox.usage()).itemCount).toBe(3);
    expect(opened).toHaveLength(2);
    await opened[1];
  });
});
