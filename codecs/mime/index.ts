/** MIME: a streaming index of a message's parts, and the decoding of their content. */
export { DedupeHasher } from './dedupe.ts';
export { MimeIndexer } from './indexer.ts';
export { DEFAULT_MIME_LIMITS, type MimeLimits } from './limits.ts';
export { indexMessage } from './read-message.ts';
export { decodeTextPart, type TextOptions } from './text-part.ts';
export { decodePartStream, decodeTransfer } from './transfer/decode.ts';
export type { Address, MessageIndex, PartIndex } from './types.ts';
