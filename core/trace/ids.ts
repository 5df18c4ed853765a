import { derivedId } from '../mail/sending/ids.ts';
import type { OutboxEntry } from '../ports/outbox.ts';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** The smallest id of a moment: ids of earlier ones sort before it. */
export function firstIdOf(at: number): string {
  let time = '';
  for (let t = Math.max(0, Math.floor(at)), i = 0; i < 10; i++, t = Math.floor(t / 32)) {
    time = (ALPHABET[t % 32] ?? '0') + time;
  }
  return time;
}

/** Milliseconds that an id begins with; 0 for what is none. */
export function timeOfId(id: string): number {
  let time = 0;
  for (const char of id.slice(0, 10)) {
    const digit = ALPHABET.indexOf(char);
    if (digit < 0) return 0;
    time = time * 32 + digit;
  }
  return time;
}

/** Id in the trace of a message that leaves. */
export function outgoingTraceId({
  ref,
  submissionId,
  createdAt,
}: Pick<OutboxEntry, 'ref' | 'submissionId' | 'createdAt'>): Promise<string> {
  return derivedId(createdAt, 'trace', ref.tenantId, ref.mailboxId, submissionId);
}
