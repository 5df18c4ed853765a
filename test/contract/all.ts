import { directoryContract } from './directory.ts';
import { peopleContract } from './directory-people.ts';
import { mailChangesContract } from './mail-changes.ts';
import { mailInsertContract } from './mail-insert.ts';
import { mailLimitsContract } from './mail-limits.ts';
import { mailModelContract } from './mail-model.ts';
import { auditContract, searchContract } from './search-audit.ts';
import type { Subject } from './subject.ts';

/** Every contract of the four databases. `runs` is the number of random walks. */
export function storesContract(subject: Subject, runs: number): void {
  mailInsertContract(subject);
  mailChangesContract(subject);
  mailLimitsContract(subject);
  mailModelContract(subject, runs);
  directoryContract(subject);
  peopleContract(subject);
  searchContract(subject);
  auditContract(subject);
}
