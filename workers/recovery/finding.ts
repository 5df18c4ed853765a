import type { MailboxRef } from '../../core/mail/types.ts';
import type { Services } from '../../platform/services.ts';
import type { FindingView } from '../../shared/admin-api.ts';

export interface Checked {
  findings: FindingView[];
  /** Items, objects or entries that were looked at. */
  items: number;
  /** Where the part goes on; null at its end. */
  next: string | null;
}

/** One step of one part of a check. For a part of a tenant as a whole `mailboxId` is ''. */
export type CheckPart = (
  services: Services,
  ref: MailboxRef,
  options: { at: string | null; mend: boolean; young: boolean },
) => Promise<Checked>;

/** What is younger may still be on its way through a queue. */
export const SETTLED_MS = 15 * 60_000;

const EXAMPLES = 20;

/** None when there is no case. */
export function finding(
  check: string,
  { tenantId, mailboxId }: MailboxRef,
  cases: readonly string[],
  mended: boolean,
): FindingView[] {
  if (cases.length === 0) return [];
  return [
    {
      check,
      tenantId,
      mailboxId: mailboxId === '' ? null : mailboxId,
      count: cases.length,
      examples: cases.slice(0, EXAMPLES),
      mended,
    },
  ];
}
