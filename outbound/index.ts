/** The way out of the house: what users send, brought to mailboxes of this installation and to other hosts. */
import { join } from '../codecs/mime/edit/index.ts';
import { groupReportId, groupSender } from '../core/groups/submission.ts';
import type { Outbound } from '../core/ports/outbound.ts';
import { attemptAll } from './attempt.ts';
import { createExternalSending } from './external/index.ts';
import { resume } from './resume.ts';
import type { OutboundServices } from './services.ts';
import { submit } from './submit.ts';
import { cancel, retry, stop } from './take-back.ts';

export { createComposer } from './compose/composer.ts';

export function createOutbound(given: OutboundServices): Outbound {
  const { outbox } = given;
  const services: OutboundServices = {
    ...given,
    report: async (entry, key, message) => {
      const { ref, mailFrom, correlationId } = entry;
      const result = await submit(services, {
        submissionId: await groupReportId(ref, entry.submissionId, key),
        sender: groupSender(ref, `postmaster@${entry.fromDomain}`),
        raw: join(message),
        saveInSentItems: false,
        correlationId,
        via: 'report',
        automatic: { mailFrom: '', recipients: [mailFrom] },
      });
      if (result.kind === 'refused') given.log.warn('outbound.not-reported', { correlationId, ...result });
    },
  };
  return {
    submit: (submission) => submit(services, submission),
    attempt: (jobs) => attemptAll(services, jobs),
    resume: (tenantId, options) => resume(services, tenantId, options),
    cancel: (ref, submissionId) => cancel(services, ref, submissionId),
    stop: (ref, submissionId) => stop(services, ref, submissionId),
    retry: (ref, submissionId) => retry(services, ref, submissionId),
    get: (ref, submissionId) => outbox.getEntry(ref, submissionId),
    list: (query, before, limit) => outbox.listEntries(query, before, limit),
    external: createExternalSending(services),
  };
}
