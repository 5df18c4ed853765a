const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** Lower-case hex SHA-256 of the parts, which are kept apart from each other. */
async function hashOf(parts: readonly string[]): Promise<Uint8Array> {
  const bytes = new TextEncoder().encode(JSON.stringify(parts));
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

/** An id that the same parts give again: what a client sends twice is one submission (I16). */
export async function submissionIdOf(...parts: string[]): Promise<string> {
  return Array.from(await hashOf(parts), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Id of something that a submission makes, of the form of all ids: 48 bits of time and 80 that the parts give. Made
 * again it is the same, so that a repeated delivery changes nothing (I8).
 */
export async function derivedId(at: number, ...parts: string[]): Promise<string> {
  let time = '';
  for (let t = Math.max(0, Math.floor(at)), i = 0; i < 10; i++, t = Math.floor(t / 32)) {
    time = (ALPHABET[t % 32] ?? '0') + time;
  }
  const hash = await hashOf(parts);
  return time + Array.from(hash.subarray(0, 16), (byte) => ALPHABET[byte & 31]).join('');
}

/** Key of a message on its way out, in the form its author gave it. */
export function outgoingKey(tenantId: string, mailboxId: string, submissionId: string): string {
  return `outgoing/${tenantId}/${mailboxId}/${submissionId}.eml`;
}
