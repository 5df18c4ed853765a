/** What rules send: forwards, redirects and replies, each at most once for a rule and a message. */
import type { MessageIndex } from '../../codecs/mime/types.ts';
import { isClosed } from '../identity/types.ts';
import type { RuleSend } from '../rules/evaluate.ts';
import type { ArrivedMail } from './arrived-mail.ts';
import { forwarded, redirected } from './forward.ts';
import { allowedRecipients } from './forwarding.ts';
import { hopsOf, loopMark, loopMarks, MAX_HOPS } from './loop.ts';
import { replyRefusal } from './refusals.ts';
import { automaticReply } from './reply.ts';
import type { AutomaticServices } from './services.ts';
import { sendAutomatically } from './submit.ts';

/** A rule answers the same person again after this time. */
const REPLY_AGAIN_MS = 24 * 60 * 60 * 1000;

export async function sendForRules(
  services: AutomaticServices,
  mail: ArrivedMail,
  sends: readonly RuleSend[],
): Promise<void> {
  if (isClosed(mail.owner.user)) return;
  const mark = await loopMark(mail.ref);
  const refusal = forwardRefusal(mail, mark);
  const reached = new Set<string>();
  for (const send of sends) {
    if (send.kind === 'reply') await replyForRule(services, mail, send);
    else if (refusal !== null) {
      services.log.info('rules.not-forwarded', { ...fieldsOf(mail), ruleId: send.ruleId, reason: refusal });
    } else await passOn(services, mail, send, mark, reached);
  }
}

type ForwardRefusal = 'null-return-path' | 'report' | 'automatic-reply' | 'loop' | 'too-many-hops' | 'junk';

/** Why a message must not be passed on (A23): what answers would come back for ever, or has been here before. */
function forwardRefusal(
  {
    envelope,
    message,
    index,
  }: Pick<ArrivedMail, 'envelope' | 'message'> & { index: Pick<MessageIndex, 'headers' | 'autoSubmitted'> },
  mark: string,
): ForwardRefusal | null {
  if (envelope.mailFrom.trim() === '') return 'null-return-path';
  if (/^report\./i.test(message.messageClass)) return 'report';
  if (index.autoSubmitted === 'auto-replied') return 'automatic-reply';
  if (loopMarks(index).includes(mark)) return 'loop';
  if (hopsOf(index) >= MAX_HOPS) return 'too-many-hops';
  return message.verdict?.disposition === 'junk' ? 'junk' : null;
}

async function passOn(
  services: AutomaticServices,
  mail: ArrivedMail,
  { kind, ruleId, recipients }: Extract<RuleSend, { recipients: unknown }>,
  mark: string,
  reached: Set<string>,
): Promise<void> {
  const { ref, owner, index, raw, message } = mail;
  const others = recipients.filter(
    ({ address }) => !owner.isSelf(address) && !reached.has(`${kind} ${address}`),
  );
  const to = await allowedRecipients(services.directory, ref.tenantId, others);
  if (to.length < others.length) {
    services.log.warn('rules.forwarding-not-allowed', { ...fieldsOf(mail), ruleId });
  }
  if (to.length === 0) return;
  for (const { address } of to) reached.add(`${kind} ${address}`);
  const { address, displayName } = owner.user;
  await sendAutomatically(services, {
    ...{ ref, owner, kind: 'forward', name: `${kind} ${ruleId} ${message.itemId}`, itemId: message.itemId },
    recipients: to.map((one) => one.address),
    // The forwarder answers for what it sends on (SPF), and hears of what cannot be delivered.
    mailFrom: address,
    correlationId: mail.correlationId,
    async write({ messageId, at }) {
      const facts = { from: { name: displayName, address }, to, messageId, at, mark };
      return kind === 'redirect' ? redirected(raw, facts) : forwarded({ raw, index }, kind, facts);
    },
  });
}

async function replyForRule(
  services: AutomaticServices,
  mail: ArrivedMail,
  { ruleId, template }: Extract<RuleSend, { kind: 'reply' }>,
): Promise<void> {
  const { ref, owner, message, index, envelope } = mail;
  const refusal = replyRefusal({
    ...{ index, mailFrom: envelope.mailFrom, messageClass: message.messageClass, verdict: message.verdict },
    ...{ inJunk: false, isSelf: owner.isSelf },
  });
  if (refusal !== null) {
    services.log.info('rules.not-answered', { ...fieldsOf(mail), ruleId, reason: refusal });
    return;
  }
  const { address, displayName } = owner.user;
  await sendAutomatically(services, {
    ...{ ref, owner, kind: 'reply', name: `${ruleId} ${envelope.mailFrom}`, itemId: message.itemId },
    since: services.now() - REPLY_AGAIN_MS,
    ...{ recipients: [envelope.mailFrom], mailFrom: '', correlationId: mail.correlationId },
    write: ({ messageId, at }) =>
      automaticReply(services.composer, template, {
        from: { name: displayName, address },
        to: answeredAddress(mail),
        ...{ index, messageId, at },
      }),
  });
}

/** RFC 3834 4: answers go to the return path, by the name that its owner has in From. */
export function answeredAddress({ envelope, index }: Pick<ArrivedMail, 'envelope' | 'index'>) {
  const address = envelope.mailFrom;
  const same = index.from.find((one) => one.address.toLowerCase() === address.toLowerCase());
  return { name: same?.name ?? '', address };
}

function fieldsOf({ ref, message, correlationId }: ArrivedMail) {
  return { correlationId, mailboxId: ref.mailboxId, itemId: message.itemId };
}
