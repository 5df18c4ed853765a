import { sendForRules } from '../../../core/automatic/rule-sends.ts';
import { copyItem } from '../../../core/rules/copy-item.ts';
import { ruleBody } from '../../../core/rules/read-body.ts';
import type { Services } from '../../../platform/services.ts';
import type { Arrived } from '../arrived.ts';
import { mailboxRules } from '../mailbox-rules.ts';
import { readArrived, refOf } from './read-arrived.ts';

/**
 * What rules do with a message beside placing it: copies, forwards, redirects, replies, and at last removing it. The
 * rules are asked again, by what the message was when it came, and each of their works is known by rule and message.
 */
export async function followRules(services: Services, arrived: Arrived): Promise<void> {
  const { job, message } = arrived;
  // What its owner has removed meanwhile is not sent on.
  if (message === null || message.verdict?.disposition === 'junk') return;
  const ref = refOf(job);
  const rules = await mailboxRules(services, ref);
  if (rules === null || !rules.follows) return;
  const mail = await readArrived(services, arrived);
  if (mail === null) return;
  const { index, raw } = mail;
  const envelope = await arrived.envelope();
  if (envelope === null) return;
  const body = rules.needsBody ? await ruleBody(index, async (start, end) => raw.subarray(start, end)) : '';
  const outcome = await rules.decide({ index, message, categories: [], body });
  const { markAsRead: isRead, categories, flag, importance } = outcome;
  const marks = { isRead, categories, flag, importance: importance ?? index.importance };
  for (const { folderId } of outcome.copies) {
    const { correlationId } = job;
    await copyItem(services, { ref, message, raw, envelope, folderId, marks, correlationId });
  }
  await sendForRules(services, mail, outcome.sends);
  if (outcome.permanentDelete) await removeForGood(services, arrived);
}

/** Only from where the rule has put it: its owner may have saved it. */
async function removeForGood(services: Services, { job }: Arrived): Promise<void> {
  const ref = refOf(job);
  const mailbox = services.mail.mailbox(ref);
  const bin = await mailbox.folderByRole('deleted');
  if (bin === null) return;
  const changes = await mailbox.remove([job.itemId], services.now(), bin.folderId);
  const jobs = changes.flatMap(({ outcome, folderId, modseq }) =>
    outcome === 'changed'
      ? [{ v: 1 as const, ...ref, folderId, modseq, originDevice: null, correlationId: job.correlationId }]
      : [],
  );
  await services.queues.notify(jobs);
}
