import { idsField, scanHeader, textField } from '../../../codecs/mime/edit/index.ts';
import type { MessageIndex } from '../../../codecs/mime/types.ts';
import { replyIndex } from '../conversation-index.ts';

/** The message that is answered or forwarded, as far as its answer must name it. */
export interface Parent {
  index: Pick<MessageIndex, 'messageId' | 'references' | 'headers'>;
  /** Hex (core/mail/conversation-index). */
  conversationIndex: string;
  threadId: string;
  /** Subject of its conversation. */
  topic: string;
}

/** A chain of answers may be longer; these are enough to find the conversation again. */
const MAX_REFERENCES = 50;

/**
 * Fields that tie an answer to its parent (RFC 5322 3.6.4, MS-OXOMSG 2.2.1.2, 2.2.1.3), without those that its author
 * wrote. Lines without their line end.
 */
export async function threadingFields(
  own: Uint8Array,
  { index, conversationIndex, threadId, topic }: Parent,
  at: number,
): Promise<string[]> {
  const written = new Set(scanHeader(own).fields.map(({ name }) => name));
  const fields: string[] = [];
  if (index.messageId !== null) {
    if (!written.has('in-reply-to')) fields.push(idsField('In-Reply-To', [index.messageId]));
    if (!written.has('references')) {
      const chain = [...new Set([...index.references, index.messageId])];
      const [first = index.messageId] = chain;
      const long = chain.length > MAX_REFERENCES;
      fields.push(idsField('References', long ? [first, ...chain.slice(1 - MAX_REFERENCES)] : chain));
    }
  }
  if (!written.has('thread-index')) {
    fields.push(`Thread-Index: ${await threadIndex(replyIndex(conversationIndex, at), index, threadId)}`);
  }
  if (!written.has('thread-topic') && topic !== '') fields.push(textField('Thread-Topic', topic));
  return fields;
}

/** A reserved byte, five of time, the GUID of the conversation, and five for each answer. */
async function threadIndex(
  conversation: string,
  { headers }: Pick<MessageIndex, 'headers'>,
  threadId: string,
): Promise<string> {
  const bytes = Uint8Array.from(conversation.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  const header = headers.find(({ name }) => name === 'thread-index')?.value ?? '';
  const guid = guidOf(header) ?? (await madeGuid(threadId));
  return btoa(String.fromCharCode(1, ...bytes.subarray(0, 5), ...guid, ...bytes.subarray(5)));
}

function guidOf(header: string): Uint8Array | null {
  try {
    const bytes = atob(header.replace(/\s/g, ''));
    return bytes.length < 22 ? null : Uint8Array.from(bytes.slice(6, 22), (c) => c.charCodeAt(0));
  } catch {
    return null;
  }
}

/** The same for every answer in a conversation that came without one. */
async function madeGuid(threadId: string): Promise<Uint8Array> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(threadId));
  return new Uint8Array(hash, 0, 16);
}
