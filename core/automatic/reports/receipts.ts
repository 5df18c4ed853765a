/** Read receipts (RFC 8098): asked for by the sender, given by the reader, never by the installation on its own. */
import {
  addressField,
  dateField,
  encodeText,
  idsField,
  join,
  keptFields,
  multipart,
  rewriteHeader,
  scanHeader,
  textField,
  toCrlf,
} from '../../../codecs/mime/edit/index.ts';
import { MimeIndexer, parseAddresses } from '../../../codecs/mime/index.ts';
import type { MessageIndex } from '../../../codecs/mime/types.ts';
import { NotFoundError } from '../../errors.ts';
import { canonicalAddress } from '../../mail/recipients.ts';
import type { MailAddress, MailboxRef } from '../../mail/types.ts';
import { type Owner, ownerOf } from '../own-addresses.ts';
import type { AutomaticServices } from '../services.ts';
import { sendAutomatically } from '../submit.ts';

const REQUEST_FIELD = 'disposition-notification-to';
const MAX_HEADER = 64 * 1024;

/** A message that asks its readers to tell this address when they have read it. Lines end in CRLF. */
export function requestReceipt(raw: Uint8Array, to: MailAddress): Uint8Array {
  const field = addressField('Disposition-Notification-To', [to]);
  return join(rewriteHeader(toCrlf(raw), new Set([REQUEST_FIELD]), [field]));
}

/** Who asks to be told, or null. More than one address is none: RFC 8098 2.1 warns of such requests. */
export function receiptRequestedBy({ headers }: Pick<MessageIndex, 'headers'>): MailAddress | null {
  const values = headers.filter(({ name }) => name === REQUEST_FIELD);
  const [only] = values;
  if (only === undefined || values.length > 1) return null;
  const { addresses } = parseAddresses(only.value, 2);
  const [one] = addresses;
  if (one === undefined || addresses.length > 1) return null;
  const address = canonicalAddress(one.address);
  return address === null ? null : { name: one.name, address };
}

export interface ReceiptAnswer {
  ref: MailboxRef;
  itemId: string;
  disposition: 'displayed' | 'deleted';
  correlationId: string;
}

export type ReceiptResult = 'sent' | 'not-asked' | 'answered-before' | 'not-possible';

/**
 * Tells the sender of a message that its reader has read it, or has thrown it away: by the reader's own will, and once
 * (RFC 8098 2.1). Rejects with NotFoundError for a message that is not in the mailbox.
 */
export async function answerReceipt(
  services: AutomaticServices,
  { ref, itemId, disposition, correlationId }: ReceiptAnswer,
): Promise<ReceiptResult> {
  const mailbox = services.mail.mailbox(ref);
  const [message] = await mailbox.messages([itemId]);
  const owner = await ownerOf(services.directory, ref);
  if (message === undefined || owner === null) throw new NotFoundError('no such message');
  const object = await services.blobs.open(message.rawKey);
  if (object === null) return 'not-possible';
  const raw = new Uint8Array(await new Response(object.stream).arrayBuffer());
  const header = raw.subarray(0, scanHeader(raw).bodyStart);
  const index = headerIndex(header);
  const to = receiptRequestedBy(index);
  if (to === null) return 'not-asked';
  // A report asks for no report, and what is sent to oneself needs none.
  if (/^report\./i.test(message.messageClass) || owner.isSelf(to.address)) return 'not-possible';
  const known = await mailbox.deliveryReports(itemId);
  if (known.some(({ kind }) => kind === 'answered')) return 'answered-before';
  const sent = await sendAutomatically(services, {
    ...{ ref, owner, kind: 'receipt', name: itemId, itemId, recipients: [to.address], mailFrom: '' },
    correlationId,
    write: async ({ messageId, at }) => receipt({ owner, to, index, header, disposition, messageId, at }),
  });
  if (sent !== 'sent') return 'not-possible';
  await mailbox.noteDelivery([
    {
      ...{ itemId, recipient: to.address, kind: 'answered', status: '', text: disposition },
      ...{ reportedAt: services.now(), reportId: '' },
    },
  ]);
  return 'sent';
}

/**
 * The reader does not want it told: nobody will be. Rejects with NotFoundError for a message that is not in the mailbox.
 */
export async function declineReceipt(
  services: Pick<AutomaticServices, 'mail' | 'blobs' | 'now'>,
  { ref, itemId }: Pick<ReceiptAnswer, 'ref' | 'itemId'>,
): Promise<'declined' | 'not-asked' | 'answered-before'> {
  const mailbox = services.mail.mailbox(ref);
  const [message] = await mailbox.messages([itemId]);
  if (message === undefined) throw new NotFoundError('no such message');
  const head = await services.blobs.readRange(message.rawKey, 0, Math.min(message.size, MAX_HEADER));
  const to =
    head === null ? null : receiptRequestedBy(headerIndex(head.subarray(0, scanHeader(head).bodyStart)));
  if (to === null) return 'not-asked';
  const known = await mailbox.deliveryReports(itemId);
  if (known.some(({ kind }) => kind === 'answered')) return 'answered-before';
  await mailbox.noteDelivery([
    {
      ...{ itemId, recipient: to.address, kind: 'answered', status: '', text: 'declined' },
      ...{ reportedAt: services.now(), reportId: '' },
    },
  ]);
  return 'declined';
}

interface Receipt {
  owner: Owner;
  to: MailAddress;
  index: MessageIndex;
  header: Uint8Array;
  disposition: ReceiptAnswer['disposition'];
  messageId: string;
  at: number;
}

/** RFC 8098 3: words, what a machine reads, and the header that it is about. */
function receipt({ owner, to, index, header, disposition, messageId, at }: Receipt): Uint8Array {
  const { address, displayName } = owner.user;
  const parent = index.messageId === null ? [] : [index.messageId];
  const read = disposition === 'displayed';
  const fields = [
    addressField('From', [{ name: displayName, address }]),
    addressField('To', [to]),
    textField('Subject', `${read ? 'Read' : 'Not read'}: ${index.subject}`),
    dateField(at),
    idsField('Message-ID', [messageId]),
    ...(parent.length === 0 ? [] : [idsField('In-Reply-To', parent), idsField('References', parent)]),
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
  ];
  const original = index.headers.find(({ name }) => name === 'original-recipient')?.value;
  const facts = [
    'Reporting-UA: Waypost',
    ...(original === undefined ? [] : [textField('Original-Recipient', original)]),
    `Final-Recipient: rfc822; ${address}`,
    ...(parent.length === 0 ? [] : [idsField('Original-Message-ID', parent)]),
    // Always by hand: RFC 8098 3.2.6.1.
    `Disposition: manual-action/MDN-sent-manually; ${disposition}`,
  ];
  const words = read
    ? `Your message was displayed to ${address}. This does not say that it was understood.`
    : `Your message was deleted by ${address} without being displayed.`;
  const eight = 'Content-Transfer-Encoding: 8bit\r\n\r\n';
  const body = multipart(
    'report',
    [
      [encodeText(`Content-Type: text/plain; charset=utf-8\r\n${eight}${words}\r\n`)],
      [encodeText(`Content-Type: message/disposition-notification\r\n${eight}${facts.join('\r\n')}\r\n`)],
      [encodeText(`Content-Type: text/rfc822-headers; charset=utf-8\r\n${eight}`), ...fieldsOf(header)],
    ],
    '; report-type=disposition-notification',
  );
  return join(rewriteHeader(join(body), new Set(), fields));
}

function fieldsOf(header: Uint8Array): Uint8Array[] {
  const lines = toCrlf(header);
  let size = 0;
  return keptFields(lines, scanHeader(lines), () => true).filter((field) => {
    size += field.length;
    return size <= MAX_HEADER;
  });
}

function headerIndex(header: Uint8Array): MessageIndex {
  const indexer = new MimeIndexer();
  indexer.write(header);
  return indexer.end();
}
