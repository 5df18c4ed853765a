const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';

/** A new app password: four groups of four out of 32 unambiguous characters, 80 random bits. Shown once. */
export function newAppPassword(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const chars = Array.from(bytes, (b) => ALPHABET[b & 31] ?? 'a');
  return [0, 4, 8, 12].map((i) => chars.slice(i, i + 4).join('')).join('-');
}

/** What people type: spaces, hyphens and letter case do not count. */
function normalizeAppPassword(password: string): string {
  return password.replace(/[\s-]/g, '').toLowerCase();
}

/**
 * Lower-case hex SHA-256 of the normalised password. A fast hash is enough: 80 random bits cannot be guessed
 * even with the hash in hand.
 */
export async function hashAppPassword(password: string): Promise<string> {
  const bytes = new TextEncoder().encode(normalizeAppPassword(password));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (b) => b.toString(16).padStart(2, '0')).join('');
}
