import { segmentWords } from '../codecs/text/index.ts';
import type { NewMessage } from '../core/mail/types.ts';
import type { SearchDocument } from '../core/ports/search.ts';

/** Words of the dictionary that mails are made of; the n-th is n times rarer than the first. */
const DICTIONARY = 30_000;
const BODY_WORDS = 80;
/** Time between two messages. */
const INTERVAL_MS = 5 * 60_000;
const SYLLABLES = [
  'ba',
  'ce',
  'di',
  'fo',
  'gu',
  'ha',
  'je',
  'ki',
  'lo',
  'mu',
  'na',
  'pe',
  'ri',
  'so',
  'tu',
  'va',
];

/** The n-th word, made of syllables. */
function word(n: number): string {
  let text = '';
  for (let rest = n + 17; rest > 0; rest = Math.floor(rest / 16)) text += SYLLABLES[rest % 16];
  return `${text}n`;
}

/** Numbers in [0, 1) that are the same for the same seed. */
function random(seed: number): () => number {
  let state = Math.imul(seed + 1, 2654435761) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export interface BenchMail {
  message: NewMessage;
  document(modseq: number, folderId: string): SearchDocument;
}

/**
 * The n-th of `count` messages: `everyone` stands in all of them, `rare<n>` in one of a thousand, the sender is one
 * of 200, and one in 50 is unread, one in 500 flagged, one in ten has a file.
 */
export function benchMail(n: number, count: number, now: number): BenchMail {
  const next = random(n);
  const some = (k: number) =>
    Array.from({ length: k }, () => word(Math.floor(DICTIONARY ** next()) - 1)).join(' ');
  const itemId = `bench-${String(n).padStart(7, '0')}`;
  const receivedAt = now - (count - n) * INTERVAL_MS;
  const sender = { name: `Person ${word(n % 200)}`, address: `p${n % 200}@bench.test` };
  const subject = `${some(4)} ${n % 3 === 0 ? 'weekly report' : ''}`;
  const body = `hello everyone ${some(BODY_WORDS)} ${n % 1000 === 7 ? `rare${Math.floor(n / 1000)}` : ''} kind regards`;
  const message: NewMessage = {
    itemId,
    receivedAt,
    isRead: n % 50 !== 0,
    size: 2000 + (n % 100) * 1000,
    textSize: body.length,
    htmlSize: 0,
    rawKey: `bench/${itemId}`,
    rawSha256: '0'.repeat(64),
    messageIdHeader: `${itemId}@bench.test`,
    threadId: (n >> 2).toString(16).padStart(32, '0'),
    subject,
    baseSubject: subject,
    from: [sender],
    sender: [],
    replyTo: [],
    to: [{ name: '', address: 'u@bench.test' }],
    cc: [],
    bcc: [],
    sentAt: null,
    importance: 'normal',
    contentClass: null,
    messageClass: 'IPM.Note',
    conversationIndex: '0000000000',
    isDraft: false,
    receivedAsBcc: false,
    preview: body.slice(0, 200),
    textHead: body.slice(0, 1024),
    bodyTextPart: null,
    bodyHtmlPart: null,
    degraded: [],
    dedupeKey: itemId,
    folderRole: n % 10 === 3 ? 'archive' : 'inbox',
    parts: [],
  };
  const document = (modseq: number, folderId: string): SearchDocument => ({
    itemId,
    kind: 'message',
    folderId,
    modseq,
    receivedAt,
    isRead: message.isRead,
    isFlagged: n % 500 === 0,
    hasAttachment: n % 10 === 0,
    categories: n % 300 === 0 ? ['Red'] : [],
    size: message.size,
    threadId: message.threadId,
    subject: segmentWords(subject),
    from: segmentWords(`${sender.name} ${sender.address}`),
    to: 'u bench test',
    cc: '',
    bcc: '',
    body: segmentWords(body),
    files: n % 10 === 0 ? `plan ${n % 7} pdf` : '',
  });
  return { message, document };
}

/** Questions of every kind, the common words among them, by name. */
export const QUESTIONS: Record<string, string> = {
  common: 'everyone',
  'common phrase': '"hello everyone"',
  'common twice': 'everyone regards',
  'common prefix': 'every*',
  'in 1 of 1000': 'rare7',
  'frequent word': word(40),
  'seldom word': word(9000),
  'two words': `${word(30)} ${word(90)}`,
  'words far apart in frequency': `everyone ${word(5000)}`,
  'phrase that is nowhere': '"regards everyone"',
  prefix: word(700).slice(0, 3),
  nothing: 'nowheretobefound',
  sender: 'from:p77',
  'sender and common': 'everyone from:p77',
  subject: 'subject:report',
  'subject that is only in bodies': 'subject:everyone',
  file: 'filename:plan everyone',
  'common and flagged': 'everyone is:flagged',
  'common and unread': 'everyone is:unread',
  'common in a time': 'everyone received:thisyear',
  'common before': 'everyone before:2026-06-01',
  'common and category': 'everyone category:red',
  'common and larger': 'everyone larger:95k',
  'common without': `everyone -${word(0)}`,
  either: `${word(400)} OR ${word(500)} OR is:flagged`,
  'without words': 'is:unread has:attachment',
  'everything but': `-${word(3)}`,
};
