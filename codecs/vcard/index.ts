/** vCard 2.1, 3.0 and 4.0 as bytes, and the properties of jCard (RFC 7095). */
export { LIMITS, VCardError, type VCardFault } from './errors.ts';
export { readVCard } from './read.ts';
export { type CardBytes, splitVCards } from './split.ts';
export type { JCardProperty, JCardValue, VCard, VCardVersion } from './types.ts';
export { writeVCard } from './write.ts';
