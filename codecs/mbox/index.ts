/** Files of mail in the form mboxrd (RFC 4155, and the `>From ` quoting that can be taken back). */
export { readMbox } from './read.ts';
export { mboxEntry } from './write.ts';
