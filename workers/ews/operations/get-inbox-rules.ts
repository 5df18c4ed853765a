import { textOf } from '../../../codecs/soap/read.ts';
import type { Operation } from '../context.ts';
import { message } from '../response-messages.ts';
import { rulesBox } from '../rules/box.ts';
import { ruleElement } from '../rules/write.ts';

/** GetInboxRules (MS-OXWSRULES 3.1.4.1): the rules in the order in which they are run. */
export const getInboxRules: Operation = (request, context) =>
  message(context, 'GetInboxRulesResponse', async () => {
    const box = await rulesBox(context, textOf(request, 'MailboxSmtpAddress'));
    const { rules } = await box.store.rules();
    return {
      OutlookRuleBlobExists: false,
      InboxRules: {
        Rule: rules.map((rule, index) => ruleElement(rule, index + 1, box.ref.mailboxId)),
      },
    };
  });
