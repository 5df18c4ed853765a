/** MIME: a streaming index of a message's parts, and the decoding of their content. */
export { codePageOf } from './charset/code-page.ts';
export { DedupeHasher } from './dedupe.ts';
export { parseAddresses } from './header/addresses.ts';
export { type FieldFate, HeaderFilter, type HeaderFilterOptions } from './header/header-filter.ts';
export { headerBlock, type RawField, readHeaderFields } from './header/raw-header.ts';
export { MimeIndexer } from './indexer.ts';
export { decodeTextPart } from './text-part.ts';
export { decodePartStream, decodeTransfer } from './transfer/decode.ts';
export type { MessageIndex, PartIndex } from './types.ts';
