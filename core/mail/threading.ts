/**
 * Which conversation a message belongs to. The same rules for every way a message enters a mailbox, so that the
 * copies of one conversation meet whatever order they arrive in.
 */

/** How far back a reply without references may find its conversation by subject. */
export const SUBJECT_THREAD_WINDOW_MS = 30 * 24 * 3600 * 1000;
/** References asked for at most: the nearest ones and the root. A longer chain names nothing new. */
const MAX_CANDIDATES = 50;

export interface ThreadFacts {
  itemId: string;
  /** Message-ID without angle brackets, or null. */
  messageId: string | null;
  /** References in the order of the header: root first. */
  references: readonly string[];
  inReplyTo: readonly string[];
  /** RFC 5256 2.1 base subject. */
  baseSubject: string;
  /** The subject says that this is an answer ("Re:"-like prefix). */
  isReply: boolean;
  /** Milliseconds since the epoch. */
  receivedAt: number;
}

/** What a mailbox knows already (MailboxStore has both). */
export interface ThreadLookup {
  /** Thread of the first of these Message-IDs that the mailbox holds, or null. */
  threadOf(messageIds: string[]): Promise<string | null>;
  threadOfSubject(baseSubject: string, since: number): Promise<string | null>;
}

/**
 * Whether a subject is marked as an answer or a forward, given its RFC 5256 2.1 base subject: more than the
 * `[list]` tags at its front was taken off.
 */
export function marksReply(subject: string, baseSubject: string): boolean {
  const plain = subject.replace(/\s+/g, ' ').trim();
  return plain !== baseSubject && plain.replace(/^(?:\[[^[\]]*\] ?)+/, '') !== baseSubject;
}

/** Message-IDs a message answers, nearest first, each once (RFC 5322 3.6.4: References, then In-Reply-To). */
export function threadCandidates(
  facts: Pick<ThreadFacts, 'references' | 'inReplyTo' | 'messageId'>,
): string[] {
  const ids = [...facts.references].reverse().concat(facts.inReplyTo);
  // A message that refers to itself would found its thread on nothing.
  const unique = [...new Set(ids)].filter((id) => id !== '' && id !== facts.messageId);
  if (unique.length <= MAX_CANDIDATES) return unique;
  const root = facts.references.find((id) => id !== '' && id !== facts.messageId);
  const near = unique.slice(0, MAX_CANDIDATES - 1);
  return root === undefined || near.includes(root) ? near : [...near, root];
}

/**
 * The thread that a message founds when the mailbox holds nothing it answers: a hash of the root of its
 * conversation. A reply that arrives before its parent thus finds the same thread as the parent will.
 */
export async function rootThreadId(facts: ThreadFacts): Promise<string> {
  const usable = (id: string) => id !== '' && id !== facts.messageId;
  const root =
    facts.references.find(usable) ?? facts.inReplyTo.find(usable) ?? facts.messageId ?? facts.itemId;
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`thread\0${root}`));
  return Array.from(new Uint8Array(digest).subarray(0, 16), (b) => b.toString(16).padStart(2, '0')).join('');
}

/**
 * Gives threads to the new messages of one mailbox, one after the other: a message sees what the mailbox holds and
 * what this threader has placed before it, so siblings of one batch need not be stored yet.
 */
export class Threader {
  readonly #lookup: ThreadLookup;
  readonly #byMessageId = new Map<string, string>();
  readonly #bySubject = new Map<string, { threadId: string; receivedAt: number }>();

  constructor(lookup: ThreadLookup) {
    this.#lookup = lookup;
  }

  /** Resolves with the thread and remembers it. Asks the mailbox at most once, and never for a plain new message. */
  async place(facts: ThreadFacts): Promise<string> {
    const threadId = (await this.#find(facts)) ?? (await rootThreadId(facts));
    if (facts.messageId !== null) this.#byMessageId.set(facts.messageId, threadId);
    const last = this.#bySubject.get(facts.baseSubject);
    if (last === undefined || last.receivedAt <= facts.receivedAt) {
      this.#bySubject.set(facts.baseSubject, { threadId, receivedAt: facts.receivedAt });
    }
    return threadId;
  }

  async #find(facts: ThreadFacts): Promise<string | null> {
    const candidates = threadCandidates(facts);
    if (candidates.length > 0) return this.#byReference(candidates);
    if (!facts.isReply || facts.baseSubject === '') return null;
    const since = facts.receivedAt - SUBJECT_THREAD_WINDOW_MS;
    const sibling = this.#bySubject.get(facts.baseSubject);
    if (sibling !== undefined && sibling.receivedAt >= since) return sibling.threadId;
    return this.#lookup.threadOfSubject(facts.baseSubject, since);
  }

  async #byReference(candidates: string[]): Promise<string | null> {
    const index = candidates.findIndex((id) => this.#byMessageId.has(id));
    if (index === 0) return this.#byMessageId.get(candidates[0] ?? '') ?? null;
    const nearer = index < 0 ? candidates : candidates.slice(0, index);
    const stored = await this.#lookup.threadOf(nearer);
    return stored ?? (index < 0 ? null : (this.#byMessageId.get(candidates[index] ?? '') ?? null));
  }
}
