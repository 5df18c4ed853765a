/** Surgery on messages: their fields changed, their parts carried into others, without touching other bytes. */
export { assemble, multipart } from './assemble.ts';
export { type Chunks, encodeText, join } from './bytes.ts';
export { carryMessage, carryPart } from './carry.ts';
export { addressField, dateField, formatMailbox, idsField, textField } from './fields.ts';
export { isContentField, keptFields, rewriteHeader, scanHeader } from './header.ts';
export { toCrlf } from './line-ends.ts';
export { encodeTextPart, toBase64 } from './text-part.ts';
