import type { Message } from '../mail/types.ts';
import type { SpamFacts } from '../ports/spam.ts';

/** The facts of a message that is in a mailbox: those it was judged by when it arrived. */
export function factsOfMessage(message: Message): SpamFacts {
  const { verdict } = message;
  return {
    ...message,
    attachments: message.attachments.flatMap((part) => (part.name === null ? [] : [part.name])),
    verdict: verdict ?? { spf: 'none', dkim: 'none', dmarc: 'none', fromDomain: '' },
  };
}
