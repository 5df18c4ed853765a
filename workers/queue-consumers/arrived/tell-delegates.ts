/** Delegates get a message in words for each invitation of the one they act for (MS-ASCMD, substitute meeting invitation). */
import { join, rewriteHeader } from '../../../codecs/mime/edit/index.ts';
import { meetingDelegates } from '../../../core/access/folder-access.ts';
import { ownerOf } from '../../../core/automatic/own-addresses.ts';
import { ConflictError } from '../../../core/errors.ts';
import { rawKey } from '../../../core/mail/place-key.ts';
import { derivedId } from '../../../core/mail/sending/ids.ts';
import { goesToDelegates } from '../../../core/scheduling/delegates.ts';
import type { Itip } from '../../../core/scheduling/itip.ts';
import type { MeetingMail } from '../../../core/scheduling/meeting-mail.ts';
import { wordsOf } from '../../../core/scheduling/message.ts';
import type { Services } from '../../../platform/services.ts';

/** People whom one user lets act for them. */
const MAX_DELEGATES = 20;

/** Doing it again tells nobody anything twice. */
export async function tellDelegates(services: Services, mail: MeetingMail, itip: Itip): Promise<void> {
  const { ref, message, correlationId } = mail;
  if (!goesToDelegates(itip.facts)) return;
  const delegates = (await meetingDelegates(services, ref)).slice(0, MAX_DELEGATES);
  for (const mailboxId of delegates) {
    const theirs = { ...ref, mailboxId };
    const delegate = await ownerOf(services.directory, theirs);
    const { organizer } = itip.facts;
    if (delegate === null || delegate.user.status !== 'active') continue;
    // Who invites knows of it.
    if (organizer !== null && delegate.isSelf(organizer.address)) continue;
    const at = message.receivedAt;
    const itemId = await derivedId(at, 'delegated', mailboxId, ref.mailboxId, message.itemId);
    const raw = await compose(services, mail, itip, delegate.user, itemId);
    const key = rawKey(ref.tenantId, at, itemId);
    try {
      await services.blobs.putRaw(key, raw, {
        ...theirs,
        ...{
          mailFrom: '',
          rcptTo: delegate.user.address,
          receivedAt: at,
          rawSize: raw.length,
          correlationId,
        },
        ...{ authResults: '', submitted: true },
        delegated: { mailboxId: ref.mailboxId, itemId: message.itemId },
      });
    } catch (error) {
      // An earlier attempt put it there.
      if (!(error instanceof ConflictError)) throw error;
    }
    await services.queues.ingest([{ v: 1, key, ...theirs, size: raw.length, sha256: null, correlationId }]);
    services.log.info('meeting.delegated', { correlationId, mailboxId, of: ref.mailboxId });
  }
}

async function compose(
  services: Services,
  { owner, message }: MeetingMail,
  itip: Itip,
  delegate: { displayName: string; address: string },
  itemId: string,
): Promise<Uint8Array> {
  // Brackets within would end what a reader's program leaves out of the topic (RFC 5256 2.1).
  const name = (owner.user.displayName || owner.user.address).replace(/[[\]\r\n]/g, '').slice(0, 100);
  const kind =
    itip.method === 'CANCEL' ? 'Canceled' : itip.facts.sequence > 0 ? 'Updated invitation' : 'Invitation';
  const event = itip.event ?? itip.occurrences[0]?.event;
  const [from = { name: '', address: owner.user.address }] = message.from;
  const note = `${kind} for ${name}, whose calendar you look after.`;
  const raw = await services.composer.compose({
    from,
    to: [{ name: delegate.displayName, address: delegate.address }],
    ...{ cc: [], bcc: [], replyTo: [], importance: message.importance },
    subject: `[${kind} for ${name}] ${itip.facts.title}`,
    text: event === undefined ? note : wordsOf(event, note),
    ...{ html: null, attachments: [], inReplyTo: null, references: [], threadIndex: null },
    messageId: `${itemId}@${delegate.address.slice(delegate.address.lastIndexOf('@') + 1)}`,
    date: message.sentAt ?? message.receivedAt,
  });
  // RFC 3834 5: nothing automatic answers this, and its organizer least of all.
  return join(rewriteHeader(raw, new Set(), ['Auto-Submitted: auto-generated']));
}
