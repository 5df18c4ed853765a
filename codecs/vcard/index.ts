/** vCard 2.1, 3.0 and 4.0 as bytes, and the properties of jCard (RFC 7095). */
export { LIMITS, VCardError } from './errors.ts';
export { readVCard } from './read.ts';
export { splitVCards } from './split.ts';
export type { JCardProperty, JCardValue, VCard } from './types.ts';
export { writeVCard } from './write.ts';
