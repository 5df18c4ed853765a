/** Out of office (RFC 3834, MS-OXWOOF): one answer for each correspondent while the setting stays as it is. */
import { isClosed } from '../identity/types.ts';
import { canonicalAddress } from '../mail/recipients.ts';
import { type Oof, type OofAudience, oofReply } from '../people/oof.ts';
import { CLAIM_KEPT_MS } from '../ports/automatic.ts';
import type { ArrivedMail } from './arrived-mail.ts';
import { replyRefusal } from './refusals.ts';
import { automaticReply } from './reply.ts';
import { answeredAddress } from './rule-sends.ts';
import type { AutomaticServices } from './services.ts';
import { sendAutomatically } from './submit.ts';

export async function answerOutOfOffice(
  services: AutomaticServices,
  mail: ArrivedMail,
  { oof, inJunk }: { oof: Oof; inJunk: boolean },
): Promise<void> {
  const { ref, owner, message, index, envelope, correlationId } = mail;
  if (isClosed(owner.user)) return;
  const fields = { correlationId, mailboxId: ref.mailboxId, itemId: message.itemId };
  const refusal = replyRefusal({
    ...{ index, mailFrom: envelope.mailFrom, messageClass: message.messageClass, verdict: message.verdict },
    ...{ inJunk, isSelf: owner.isSelf },
  });
  if (refusal !== null) {
    services.log.info('oof.not-answered', { ...fields, reason: refusal });
    return;
  }
  const reply = oofReply(oof, await audienceOf(services, mail), services.now());
  if (reply === null) return;
  const { address, displayName } = owner.user;
  await sendAutomatically(services, {
    ...{ ref, owner, kind: 'reply', name: `oof ${canonicalAddress(envelope.mailFrom) ?? ''}` },
    itemId: message.itemId,
    // A new setting is news to everybody; and who still writes after a month hears of it once more.
    since: Math.max(oof.changedAt, services.now() - CLAIM_KEPT_MS),
    ...{ recipients: [envelope.mailFrom], mailFrom: '', correlationId },
    write: ({ messageId, at }) =>
      automaticReply(
        services.composer,
        { subject: '', ...reply },
        { from: { name: displayName, address }, to: answeredAddress(mail), index, messageId, at },
      ),
  });
}

/**
 * Internal is who was signed in here and is of the same tenant; that a header says so is no reason (A22). Known are
 * those the owner wrote to.
 */
async function audienceOf(
  { directory, mail }: Pick<AutomaticServices, 'directory' | 'mail'>,
  { ref, envelope }: Pick<ArrivedMail, 'ref' | 'envelope'>,
): Promise<OofAudience> {
  const address = canonicalAddress(envelope.mailFrom);
  if (address === null) return 'externalUnknown';
  if (envelope.submitted === true) {
    const domain = await directory.getDomain(address.slice(address.lastIndexOf('@') + 1));
    if (domain?.tenantId === ref.tenantId) return 'internal';
  }
  const mailbox = mail.mailbox(ref);
  const cache = await mailbox.folderByRole('recipientCache');
  if (cache === null) return 'externalUnknown';
  const known = await mailbox.snapshot(cache.folderId, 0, null, 1000);
  const people = await mailbox.correspondents(known.map(({ itemId }) => itemId));
  return people.some((one) => one.address === address) ? 'externalKnown' : 'externalUnknown';
}
