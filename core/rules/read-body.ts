import { decodeTextPart } from '../../codecs/mime/index.ts';
import type { MessageIndex } from '../../codecs/mime/types.ts';
import { htmlToText } from '../../codecs/text/index.ts';
import { RULE_BODY_BYTES } from './facts.ts';

/** Raw bytes that so much text can take, however it is encoded. */
const RAW_BYTES = 4 * RULE_BODY_BYTES;

/** The beginning of what a message says, as plain text. `read` gives bytes [start, end) of the raw. */
export async function ruleBody(
  index: Pick<MessageIndex, 'parts' | 'bodyText' | 'bodyHtml'>,
  read: (start: number, end: number) => Promise<Uint8Array>,
): Promise<string> {
  const at = index.bodyText ?? index.bodyHtml;
  const part = at === null ? undefined : index.parts[at];
  if (part === undefined) return '';
  const raw = await read(part.bodyStart, Math.min(part.bodyEnd, part.bodyStart + RAW_BYTES));
  const { text } = decodeTextPart(raw, part, { maxBytes: RULE_BODY_BYTES });
  return index.bodyText === null ? htmlToText(text) : text;
}
