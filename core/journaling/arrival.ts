import { scanHeader } from '../../codecs/mime/edit/index.ts';
import { MimeIndexer } from '../../codecs/mime/index.ts';
import type { MessageIndex } from '../../codecs/mime/types.ts';
import { canonicalAddress } from '../mail/recipients.ts';
import { derivedId } from '../mail/sending/ids.ts';
import type { MailboxRef } from '../mail/types.ts';
import type { RawEnvelope } from '../ports/blobs.ts';
import { keepCopy } from './keep.ts';
import type { JournalRecipient } from './report.ts';
import type { JournalServices } from './services.ts';
import { isJournaled, type JournalSettings } from './settings.ts';

export interface JournalArrival {
  ref: MailboxRef;
  itemId: string;
  rawKey: string;
  correlationId: string;
}

/**
 * Journals a message that has come into a mailbox from outside of its tenant. What the tenant's own users sent was
 * journaled when it left. Rejects on faults that another attempt may not meet.
 */
export async function journalArrival(
  services: JournalServices,
  settings: JournalSettings,
  { ref, itemId, rawKey, correlationId }: JournalArrival,
): Promise<void> {
  // The sender of what comes from outside is outside; asked first, since nothing must be read for it.
  if (!isJournaled(settings, { userIds: [ref.mailboxId], external: true })) return;
  const object = await services.blobs.open(rawKey);
  const envelope = object?.envelope ?? null;
  // Gone with its raw: by retention, or as a duplicate whose first copy is journaled itself.
  if (object === null || envelope === null) return;
  if (envelope.tenantId !== ref.tenantId || envelope.mailboxId !== ref.mailboxId) {
    throw new Error('the raw belongs to another mailbox');
  }
  if (envelope.role !== undefined) return object.stream.cancel();
  const raw = new Uint8Array(await new Response(object.stream).arrayBuffer());
  const index = headerIndex(raw);
  if (envelope.submitted === true && (await isOwn(services, ref.tenantId, envelope, index, raw))) return;
  await keepCopy(services, settings, {
    ...{ ref, raw, correlationId },
    facts: {
      id: await derivedId(envelope.receivedAt, ref.mailboxId, itemId, 'journal'),
      at: envelope.receivedAt,
      direction: 'in',
      sender: envelope.mailFrom === '' ? '<>' : envelope.mailFrom,
      subject: index.subject,
      messageId: index.messageId,
      recipients: [recipientOf(envelope.rcptTo, index)],
    },
  });
}

/** The body says nothing that a journal asks. */
function headerIndex(raw: Uint8Array): MessageIndex {
  const indexer = new MimeIndexer();
  indexer.write(raw.subarray(0, scanHeader(raw).bodyStart));
  return indexer.end();
}

/** By which field the header names the one recipient of this delivery. */
function recipientOf(rcptTo: string, { to, cc }: MessageIndex): JournalRecipient {
  const address = canonicalAddress(rcptTo) ?? rcptTo;
  const names = (list: MessageIndex['to']) => list.some((one) => canonicalAddress(one.address) === address);
  return { address, by: names(to) ? 'to' : names(cc) ? 'cc' : 'recipient' };
}

/** Whether this very tenant handed it in. Another tenant of the installation is as far away as any. */
async function isOwn(
  { directory }: Pick<JournalServices, 'directory'>,
  tenantId: string,
  { mailFrom }: RawEnvelope,
  { from }: MessageIndex,
  raw: Uint8Array,
): Promise<boolean> {
  const author = mailFrom === '' ? (from[0]?.address ?? '') : mailFrom;
  const domain = (canonicalAddress(author) ?? author).split('@').at(-1) ?? '';
  const owner = domain === '' ? null : await directory.getDomain(domain);
  if (owner?.tenantId === tenantId) return true;
  // A report of another tenant's journal is none of this one's mail: two journals would report each other for ever.
  return mailFrom === '' && isReport(raw);
}

function isReport(raw: Uint8Array): boolean {
  const head = new TextDecoder('latin1').decode(raw.subarray(0, 8192));
  const [fields = ''] = head.split('\r\n\r\n');
  return /^x-ms-journal-report:/im.test(fields);
}
