/** Longest key of a UID: columns and their indexes hold no more. */
const MAX_LENGTH = 255;
/** What is kept of a longer one, before a hash of it all. */
const KEPT = 190;

/**
 * The key under which a UID is looked up: itself, or for a long one its beginning and a hash. The hash has to tell apart
 * what programs make, not what an attacker makes: a UID says nothing about who may change what it names.
 */
export function uidKey(uid: unknown): string {
  const text = typeof uid === 'string' ? uid.trim().toWellFormed().replaceAll('\u0000', '') : '';
  if (text.length <= MAX_LENGTH) return text;
  // FNV-1a, 32 bits from four beginnings.
  const seeds = [0x811c9dc5, 0x01000193, 0x9e3779b9, 0x85ebca6b];
  const parts = seeds.map((seed) => {
    let hash = seed;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    return (hash >>> 0).toString(16).padStart(8, '0');
  });
  return `${text.slice(0, KEPT).toWellFormed()}#${parts.join('')}`;
}
