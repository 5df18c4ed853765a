import { MimeIndexer } from './indexer.ts';
import type { MimeLimits } from './limits.ts';
import { decodeTextPart, type TextOptions } from './text-part.ts';
import type { MessageIndex } from './types.ts';

/**
 * Indexes a message that streams or lies in memory. No content makes it reject: only a source that fails, or
 * limits out of range (RangeError).
 */
export async function indexMessage(
  source: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array> | Uint8Array,
  limits?: Partial<MimeLimits>,
): Promise<MessageIndex> {
  const indexer = new MimeIndexer(limits);
  if (source instanceof Uint8Array) indexer.write(source);
  else if ('getReader' in source) {
    const reader = source.getReader();
    for (let read = await reader.read(); !read.done; read = await reader.read()) indexer.write(read.value);
  } else for await (const chunk of source) indexer.write(chunk);
  return indexer.end();
}

export interface ReadMessage {
  index: MessageIndex;
  /** The plain-text body, or null when the message has none. */
  text: string | null;
  /** The HTML body, or null when the message has none. */
  html: string | null;
  /** A body was longer than allowed. */
  truncated: boolean;
}

/** Index and bodies of a message that lies in memory. Never throws because of content. */
export function readMessage(
  raw: Uint8Array,
  options: TextOptions & { limits?: Partial<MimeLimits> } = {},
): ReadMessage {
  const indexer = new MimeIndexer(options.limits);
  indexer.write(raw);
  const index = indexer.end();
  let truncated = false;
  const read = (partIndex: number | null): string | null => {
    const part = partIndex === null ? undefined : index.parts[partIndex];
    if (part === undefined) return null;
    const decoded = decodeTextPart(raw.subarray(part.bodyStart, part.bodyEnd), part, options);
    truncated ||= decoded.truncated;
    return decoded.text;
  };
  return { index, text: read(index.bodyText), html: read(index.bodyHtml), truncated };
}
