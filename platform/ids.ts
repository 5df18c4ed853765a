const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * A new opaque id: 26 characters of Crockford base 32, 48 bits of time and 80 random bits, so that ids made
 * later sort later. The time only spreads index pages well; order is never taken from it (I13, I30).
 */
export function newId(now: number = Date.now()): string {
  let out = '';
  let t = Math.max(0, Math.floor(now));
  for (let i = 0; i < 10; i++) {
    out = (ALPHABET[t % 32] ?? '0') + out;
    t = Math.floor(t / 32);
  }
  for (const byte of crypto.getRandomValues(new Uint8Array(16))) out += ALPHABET[byte & 31];
  return out;
}
