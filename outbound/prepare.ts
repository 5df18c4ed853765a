import { dateField, formatMailbox, rewriteHeader, scanHeader, toCrlf } from '../codecs/mime/edit/index.ts';
import { type MessageIndex, MimeIndexer } from '../codecs/mime/index.ts';
import { isGroupSubmission } from '../core/groups/submission.ts';
import { canonicalAddress } from '../core/mail/recipients.ts';
import type { Refusal, Submission } from '../core/ports/outbound.ts';
import { type Author, authorOf, domainOf } from './author.ts';
import { fitLines } from './fit-lines.ts';
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
  /** Return path, canonical; empty when nobody is to be told of anything. */
  mailFrom: string;
  /** Domain of the author. */
  fromDomain: string;
  /** Without angle brackets. */
  messageId: string;
}

/**
 * Fields that say how a message came here, which nobody but its receiver may say: a sender could forge them
 * (RFC 5321 4.4, RFC 8601 5).
 */
const FORGED = ['return-path', 'authentication-results', 'delivered-to', 'received-spf'];
const ONCE = ['from', 'date', 'message-id', 'sender'];
/** RFC 5321 6.3: more than any way has, so that a message which goes round in a circle comes to rest. */
const MAX_HOPS = 50;

type Given = Pick<Submission, 'sender' | 'submissionId' | 'raw' | 'automatic'>;

/**
 * Checks and completes what is handed in: CRLF line ends that no line is too far from, one From of the sender's own
 * (I24), Date, Message-ID and MIME-Version. What was prepared once comes out as it is. Rejects when the directory
 * does not answer.
 */
export async function prepare(
  services: Pick<OutboundServices, 'directory' | 'maxMessageBytes' | 'now'>,
  { sender, submissionId, raw, automatic }: Given,
): Promise<Prepared | Refusal> {
  if (raw.length > services.maxMessageBytes) return 'too-large';
  const lines = fitLines(toCrlf(raw));
  if (lines === null) return 'bad-message';
  const { fields, bodyStart } = scanHeader(lines);
  if (fields.length === 0) return 'bad-message';
  const names = fields.map(({ name }) => name);
  if (names.filter((name) => name === 'received').length > MAX_HOPS) return 'loop';
  // Two of them would let one reader see another author than the next (RFC 5322 3.6).
  const twice = ONCE.some((name) => names.indexOf(name) !== names.lastIndexOf(name));
  if (automatic === undefined && twice) return 'bad-message';
  const index = headerIndex(lines.subarray(0, bodyStart));
  // What was not read could name another author.
  if (
    automatic === undefined &&
    index.degraded.some((one) => one === 'field-limit' || one === 'header-limit')
  )
    return 'bad-message';
  const author =
    automatic === undefined
      ? await authorOf(services, sender, index)
      : automaticAuthor(sender.user, index, automatic.mailFrom);
  // A group answers for what it passes on with its own name (RFC 6376 2.2), and says with it what failed.
  if (author !== null && isGroupSubmission(submissionId)) author.domain = domainOf(sender.user.address);
  if (author === null) return 'from-not-allowed';
  const drop = new Set([...(automatic === undefined ? FORGED : ['return-path']), ...author.drop]);
  const add = [...author.add];
  if (index.date === null) {
    drop.add('date');
    add.push(dateField(services.now()));
  }
  const messageId = index.messageId ?? `${submissionId.slice(0, 48)}@${domainOf(sender.user.address)}`;
  if (index.messageId === null) {
    drop.add('message-id');
    add.push(`Message-ID: <${messageId}>`);
  }
  if (!names.includes('mime-version')) add.push('MIME-Version: 1.0');
  const message = rewriteHeader(lines, drop, add);
  if (sizeOf(message) > services.maxMessageBytes) return 'too-large';
  const { mailFrom, domain } = author;
  return { message, index: headerIndex(message[0]), mailFrom, fromDomain: domain, messageId };
}

/** What the installation writes or passes on says itself whose it is. */
function automaticAuthor(
  user: { address: string; displayName: string },
  { from }: MessageIndex,
  mailFrom: string,
): Author {
  const [author] = from.filter(({ address }) => address !== '');
  const domain = domainOf(canonicalAddress(author?.address ?? '') ?? user.address);
  const self = formatMailbox({ name: user.displayName, address: user.address });
  return author === undefined
    ? { mailFrom, domain, drop: ['from'], add: [`From: ${self}`] }
    : { mailFrom, domain, drop: [], add: [] };
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
