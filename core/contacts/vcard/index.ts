/** Cards of JSContact as vCards and back (RFC 9555). */
export { type CardDefaults, cardFromVCard, type ReadCard } from './from-vcard.ts';
export { cardToVCard } from './to-vcard.ts';
