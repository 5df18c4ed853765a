/** Cards of JSContact as vCards and back (RFC 9555). */
export { cardFromVCard } from './from-vcard.ts';
export { cardToVCard } from './to-vcard.ts';
