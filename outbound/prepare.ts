import { dateField, formatMailbox, rewriteHeader, scanHeader, toCrlf } from '../codecs/mime/edit/index.ts';
import { type MessageIndex, MimeIndexer } from '../codecs/mime/index.ts';
import { canonicalAddress, routeCandidates } from '../core/mail/recipients.ts';
import type { Refusal, Submission } from '../core/ports/outbound.ts';
import type { OutboundServices } from './services.ts';

/** Header with its empty line, and body: parts of the same memory, since a message may fill a good deal of it. */
export type WholeMessage = [head: Uint8Array, body: Uint8Array];

export function sizeOf([head, body]: WholeMessage): number {
  return head.length + body.length;
}

/** A message as it leaves its author: fit for the way, still with its Bcc. */
export interface Prepared {
  message: WholeMessage;
  /** Of the header alone. */
  index: MessageIndex;
  /** Return path: the first From address, canonical. */
  mailFrom: string;
}

/**
 * Fields that say how a message came here, which nobody but its receiver may say: a sender could forge them
 * (RFC 5321 4.4, RFC 8601 5).
 */
const FORGED = ['return-path', 'authentication-results', 'delivered-to'];
const ONCE = ['from', 'date', 'message-id', 'sender'];

/**
 * Checks and completes what a client hands in: CRLF line ends, one From of the sender's own (I24), Date, Message-ID
 * and MIME-Version. What was prepared once comes out as it is. Rejects when the directory does not answer.
 */
export async function prepare(
  services: Pick<OutboundServices, 'directory' | 'maxMessageBytes' | 'now'>,
  { sender, submissionId, raw }: Pick<Submission, 'sender' | 'submissionId' | 'raw'>,
): Promise<Prepared | Refusal> {
  if (raw.length > services.maxMessageBytes) return 'too-large';
  const lines = toCrlf(raw);
  const { fields, bodyStart } = scanHeader(lines);
  if (fields.length === 0) return 'bad-message';
  const names = fields.map(({ name }) => name);
  // Two of them would let one reader see another author than the next (RFC 5322 3.6).
  if (ONCE.some((name) => names.indexOf(name) !== names.lastIndexOf(name))) return 'bad-message';
  const index = headerIndex(lines.subarray(0, bodyStart));
  // What was not read could name another author.
  if (index.degraded.some((one) => one === 'field-limit' || one === 'header-limit')) return 'bad-message';
  const drop = new Set(FORGED);
  const add: string[] = [];
  const authors = index.from.filter(({ address }) => address !== '');
  let mailFrom = sender.user.address;
  if (authors.length === 0) {
    drop.add('from');
    add.push(`From: ${formatMailbox({ name: sender.user.displayName, address: mailFrom })}`);
  } else {
    for (const { address } of authors) {
      if (!(await isOwn(services, sender.user.userId, address))) return 'from-not-allowed';
    }
    mailFrom = canonicalAddress(authors[0]?.address ?? '') ?? mailFrom;
  }
  const [named] = index.sender;
  if (named !== undefined && !(await isOwn(services, sender.user.userId, named.address))) drop.add('sender');
  if (index.date === null) {
    drop.add('date');
    add.push(dateField(services.now()));
  }
  if (index.messageId === null) {
    drop.add('message-id');
    const domain = sender.user.address.slice(sender.user.address.lastIndexOf('@') + 1);
    add.push(`Message-ID: <${submissionId.slice(0, 48)}@${domain}>`);
  }
  if (!names.includes('mime-version')) add.push('MIME-Version: 1.0');
  const message = rewriteHeader(lines, drop, add);
  return sizeOf(message) > services.maxMessageBytes
    ? 'too-large'
    : { message, index: headerIndex(message[0]), mailFrom };
}

/** The same message for everybody but its author (I24). */
export function withoutBcc([head, body]: WholeMessage): WholeMessage {
  return [rewriteHeader(head, new Set(['bcc', 'resent-bcc']), [])[0], body];
}

/** What the header says: all that sending looks at. */
export function headerIndex(head: Uint8Array): MessageIndex {
  const indexer = new MimeIndexer();
  indexer.write(head);
  return indexer.end();
}

/** Whether an address is one of the user's: the primary one or an alias that is switched on, also with a `+tag`. */
async function isOwn(
  { directory }: Pick<OutboundServices, 'directory'>,
  userId: string,
  address: string,
): Promise<boolean> {
  const canonical = canonicalAddress(address);
  if (canonical === null) return false;
  const { domain, addresses } = routeCandidates(canonical);
  const { matches } = await directory.lookupAddresses(domain, addresses);
  // The nearest match decides: `a+b` may be the address of somebody else than `a`.
  const match = addresses
    .map((one) => matches.find((m) => m.address === one))
    .find((found) => found !== undefined);
  return match?.enabled === true && match.user.userId === userId;
}
