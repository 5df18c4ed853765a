import { child, children, textOf } from '../../../codecs/soap/read.ts';
import type { XmlObject } from '../../../codecs/soap/write.ts';
import { expandGroup } from '../../../core/groups/expand.ts';
import { canonicalAddress, routeAddress } from '../../../core/mail/recipients.ts';
import { OOF_SETTING, oofReply, readOof } from '../../../core/people/oof.ts';
import { mayArrive } from '../../../core/quota/check.ts';
import type { EwsContext, Operation } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { isoTime } from '../items/time.ts';
import { message, SUCCESS } from '../response-messages.ts';

const MAX_RECIPIENTS = 100;

/** GetMailTips (MS-OXWSMTIP): what the writer of a message should know of its recipients before it is sent. */
export const getMailTips: Operation = (request, context) =>
  message(context, 'GetMailTipsResponseMessage', async () => {
    const recipients = children(child(request, 'Recipients'), 'Mailbox');
    if (recipients.length === 0) throw new SchemaError('Recipients must hold a mailbox.');
    if (recipients.length > MAX_RECIPIENTS) {
      throw new EwsError(
        'ErrorDataSizeLimitExceeded',
        `At most ${MAX_RECIPIENTS} recipients may be asked for.`,
      );
    }
    const tips: XmlObject[] = [];
    for (const one of recipients) {
      const address = textOf(one, 'EmailAddress') ?? '';
      tips.push({ ...SUCCESS, MailTips: await tipsOf(context, address) });
    }
    return { ResponseMessages: { MailTipsResponseMessageType: tips } };
  });

async function tipsOf(context: EwsContext, text: string): Promise<XmlObject> {
  const { services, principal } = context;
  const address = canonicalAddress(text);
  const route = address === null ? null : await routeAddress(services.directory, address);
  const domain = address?.slice(address.lastIndexOf('@') + 1) ?? '';
  const ours = (await services.directory.listDomains(principal.tenant.tenantId)).some(
    (one) => one.domain === domain,
  );
  const base = {
    RecipientAddress: { Name: text, EmailAddress: text === '' ? undefined : text, RoutingType: 'SMTP' },
    PendingMailTips: '',
    MaxMessageSize: services.config.maxMessageBytes,
    IsModerated: false,
    Scope: ours ? 1 : 2,
  };
  // Of other tenants and other hosts nothing is told.
  if (!ours || route === null) return { ...base, InvalidRecipient: address === null };
  if (route.kind === 'group') {
    const { members } = await expandGroup(services.directory, route.group);
    return {
      ...{ ...base, InvalidRecipient: false, TotalMemberCount: members.length },
      ExternalMemberCount: members.filter((one) => one.kind === 'remote').length,
      DeliveryRestricted: route.group.senders !== 'anyone',
    };
  }
  if (route.kind !== 'mailbox') return { ...base, InvalidRecipient: true };
  const { user } = route;
  const ref = { tenantId: user.tenantId, mailboxId: user.userId, shard: principal.tenant.mailShard };
  const oof = readOof(await services.mail.mailbox(ref).getSetting(OOF_SETTING));
  const reply = oofReply(oof, 'internal', services.now());
  return {
    ...base,
    OutOfOffice: {
      ReplyBody: { Message: reply?.content ?? '' },
      Duration:
        reply === null || oof.startTime === null || oof.endTime === null
          ? undefined
          : { StartTime: isoTime(oof.startTime), EndTime: isoTime(oof.endTime) },
    },
    MailboxFull: (await mayArrive(services, ref, user, 0)) === 'over-quota',
    DeliveryRestricted: false,
    InvalidRecipient: false,
    TotalMemberCount: 1,
    ExternalMemberCount: 0,
  };
}
