import { decodeTextPart } from '../../codecs/mime/index.ts';
import { formatParams } from '../../core/mail/part-format.ts';
import type { MessagePart } from '../../core/mail/types.ts';

/** The fields of a part that lead to its text; how its lines were broken, by its parameters or as it is stored. */
export type TextPart = Pick<
  MessagePart,
  'encoding' | 'charset' | 'mediaType' | 'bodyStart' | 'bodyEnd' | 'decodedSize'
> &
  ({ params: Record<string, string> } | { format: MessagePart['format'] });

/** Bytes [start, end) of the raw message. */
export type RangeReader = (start: number, end: number) => Promise<Uint8Array>;

export interface PartText {
  text: string;
  /** There is more of it than was read. */
  truncated: boolean;
}

/** Text of a part, of which no more than about `maxBytes` are read and decoded. */
export async function readPartText(read: RangeReader, part: TextPart, maxBytes: number): Promise<PartText> {
  const end = Math.min(part.bodyEnd, part.bodyStart + Math.ceil(maxBytes * expansion(part.encoding)));
  if (end <= part.bodyStart) return { text: '', truncated: false };
  const raw = await read(part.bodyStart, end);
  const params = 'params' in part ? part.params : formatParams(part.format);
  return decodeTextPart(raw, { ...part, params }, { maxBytes });
}

/** Raw bytes that one decoded byte takes at most; lines broken in any sane way included. */
function expansion(encoding: string): number {
  if (encoding === 'base64') return 1.4;
  return encoding === 'quoted-printable' ? 3.1 : 1;
}
