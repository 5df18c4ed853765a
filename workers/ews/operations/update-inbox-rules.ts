import { child, textOf } from '../../../codecs/soap/read.ts';
import { ConflictError } from '../../../core/errors.ts';
import type { Operation } from '../context.ts';
import { EwsError } from '../errors.ts';
import { errorMessage, message } from '../response-messages.ts';
import { rulesBox } from '../rules/box.ts';
import { updateRules } from '../rules/update.ts';

const ATTEMPTS = 3;

/** UpdateInboxRules (MS-OXWSRULES 3.1.4.2): all operations are done, or none and it is said what is wrong with which. */
export const updateInboxRules: Operation = (request, context) =>
  message(context, 'UpdateInboxRulesResponse', async () => {
    const box = await rulesBox(context, textOf(request, 'MailboxSmtpAddress'));
    const operations = child(request, 'Operations')?.children ?? [];
    for (let attempt = 1; ; attempt++) {
      try {
        const wrong = await updateRules(box, operations, context);
        if (wrong === null) return {};
        const error = new EwsError('ErrorInboxRulesValidationError', 'The rules could not be kept.');
        return { ...errorMessage(error), RuleOperationErrors: wrong };
      } catch (error) {
        if (!(error instanceof ConflictError) || attempt >= ATTEMPTS) throw error;
      }
    }
  });
