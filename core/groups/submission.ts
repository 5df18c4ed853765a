/** What leaves the house in the name of a group: copies for members at other hosts, and word of those that failed. */
import { submissionIdOf } from '../mail/sending/ids.ts';
import type { MailboxRef } from '../mail/types.ts';
import type { Sender } from '../ports/outbound.ts';

const PREFIX = 'group.';

/** The same for all deliveries of one message to a group: what its sender repeats goes out once (I9, I23). */
export async function groupSubmissionId(ref: MailboxRef, dedupeKey: string): Promise<string> {
  return PREFIX + (await submissionIdOf('group', ref.tenantId, ref.mailboxId, dedupeKey));
}

/** Word of what could not be passed on. */
export async function groupReportId(ref: MailboxRef, submissionId: string, key: string): Promise<string> {
  return PREFIX + (await submissionIdOf('group-report', ref.tenantId, ref.mailboxId, submissionId, key));
}

/** Word of such a submission goes to the return path by mail: there is no mailbox to put it into. */
export function isGroupSubmission(submissionId: string): boolean {
  return submissionId.startsWith(PREFIX);
}

/** A group as the sender of what is only passed on: it has neither a mailbox nor a password. */
export function groupSender(ref: MailboxRef, address: string): Sender {
  const { tenantId, mailboxId, shard } = ref;
  return {
    ref,
    tenant: { tenantId, name: '', status: 'active', mailShard: shard },
    user: {
      ...{ userId: mailboxId, tenantId, address, displayName: '', status: 'active' },
      ...{ quotaBytes: null, createdAt: 0 },
    },
  };
}
