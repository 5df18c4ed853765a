/** Inbox rules, as far as they say where a message goes and what it is there; what they send follows after it is placed. */
import type { NewMessage } from '../../../core/mail/types.ts';
import type { RuleOutcome } from '../../../core/rules/evaluate.ts';
import { ruleBody } from '../../../core/rules/read-body.ts';
import type { Services } from '../../../platform/services.ts';
import { mailboxRules } from '../mailbox-rules.ts';
import type { Arrival } from './index.ts';

/** Mail in Junk meets no rules: they could bring it back, or send it on. */
export async function applyRules(services: Services, arrival: Arrival): Promise<NewMessage> {
  const { ref, message, index } = arrival;
  if (message.folderRole !== 'inbox' || message.folderId !== undefined) return message;
  const rules = await mailboxRules(services, ref);
  if (rules === null) return message;
  const read = async (start: number, end: number) =>
    (await services.blobs.readRange(message.rawKey, start, end)) ?? new Uint8Array();
  const body = rules.needsBody ? await ruleBody(index, read) : '';
  const outcome = await rules.decide({ index, message, categories: [], body });
  if (arrival.notes !== undefined) arrival.notes.rules = outcome.matched;
  return outcome.matched.length === 0 ? message : placed(message, outcome);
}

function placed(message: NewMessage, outcome: RuleOutcome): NewMessage {
  const { destination, markAsRead, importance, categories, flag } = outcome;
  return {
    ...message,
    ...(destination === null
      ? {}
      : destination === 'deleted'
        ? { folderRole: 'deleted' as const }
        : { folderId: destination.folderId }),
    // What is about to be removed wakes nobody as unread.
    ...(markAsRead || outcome.permanentDelete ? { isRead: true } : {}),
    ...(importance === null ? {} : { importance }),
    ...(categories.length === 0 ? {} : { categories: [...(message.categories ?? []), ...categories] }),
    ...(flag === null ? {} : { flag }),
  };
}
