import { archiveContract } from './archive.ts';
import { auditContract } from './audit.ts';
import { directoryContract } from './directory.ts';
import { devicesContract } from './directory-devices.ts';
import { holdsContract } from './directory-holds.ts';
import { peopleContract } from './directory-people.ts';
import { dkimKeysContract } from './dkim-keys.ts';
import { mailAutomaticContract } from './mail-automatic.ts';
import { mailChangesContract } from './mail-changes.ts';
import { mailContentContract } from './mail-content.ts';
import { mailFoldersContract } from './mail-folders.ts';
import { mailInsertContract } from './mail-insert.ts';
import { mailLimitsContract } from './mail-limits.ts';
import { mailModelContract } from './mail-model.ts';
import { mailPeopleContract } from './mail-people.ts';
import { mailRemovedContract } from './mail-removed.ts';
import { outboxContract } from './outbox.ts';
import { retentionContract } from './retention.ts';
import { searchContract } from './search.ts';
import { searchFollowContract } from './search-follow.ts';
import { searchMirrorContract } from './search-mirror.ts';
import { spamTokensContract } from './spam-tokens.ts';
import type { Subject } from './subject.ts';

/** Every contract of the four databases. `runs` is the number of random walks. */
export function storesContract(subject: Subject, runs: number): void {
  mailInsertContract(subject);
  mailChangesContract(subject);
  mailLimitsContract(subject);
  mailFoldersContract(subject);
  mailContentContract(subject);
  mailPeopleContract(subject);
  mailRemovedContract(subject);
  mailAutomaticContract(subject);
  spamTokensContract(subject);
  mailModelContract(subject, runs);
  directoryContract(subject);
  peopleContract(subject);
  holdsContract(subject);
  retentionContract(subject);
  outboxContract(subject);
  dkimKeysContract(subject);
  devicesContract(subject);
  searchContract(subject);
  searchMirrorContract(subject);
  searchFollowContract(subject);
  auditContract(subject);
  archiveContract(subject);
}
