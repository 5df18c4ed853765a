import { readMessage } from './read-message.ts';
import type { MessageIndex, PartIndex } from './types.ts';

/** Bytes of a text whose characters are bytes (U+0000 to U+00FF). For tests. */
export function bytesOf(latin1: string): Uint8Array {
  return Uint8Array.from(latin1, (character) => character.charCodeAt(0));
}

/** A message of lines that end in CRLF. For tests. */
export function mail(...lines: string[]): Uint8Array {
  return bytesOf(lines.join('\r\n'));
}

export function indexOf(raw: Uint8Array): MessageIndex {
  return readMessage(raw).index;
}

export function bodyOf(raw: Uint8Array, part: PartIndex | undefined): string {
  if (part === undefined) return '(no part)';
  return String.fromCharCode(...raw.subarray(part.bodyStart, part.bodyEnd));
}

/** Path, type and content of every leaf. */
export function leavesOf(raw: Uint8Array): string[] {
  const { parts } = indexOf(raw);
  return parts
    .filter((part) => !part.mediaType.startsWith('multipart/'))
    .map((part) => `${part.path} ${part.mediaType} ${bodyOf(raw, part)}`);
}
