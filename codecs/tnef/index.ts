/** Transport-Neutral Encapsulation Format: what Outlook packs into a `winmail.dat` (MS-OXTNEF). */
export { readTnef, type TnefFacts } from './read-tnef.ts';
