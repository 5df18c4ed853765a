import type { MimeLimits } from '../limits.ts';
import type { Degraded } from '../types.ts';
import { cleanText } from './clean.ts';
import { decodeEncodedWords } from './encoded-words.ts';
import type { HeaderField } from './header-block.ts';
import { type Parameterised, parseParameters } from './parameters.ts';

/** What the header of a part says of its body. */
export interface PartHead {
  mediaType: string;
  params: Record<string, string>;
  charset: string | null;
  encoding: string;
  disposition: 'inline' | 'attachment' | null;
  name: string | null;
  contentId: string | null;
  contentLocation: string | null;
  description: string | null;
}

const MAX_NAME = 500;
const MAX_TEXT = 1000;
const TOKEN = /^[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]+$/;

function first(fields: HeaderField[], name: string): string | null {
  for (const field of fields) if (field.name === name) return field.value;
  return null;
}

/** The keyword of a field such as Content-Transfer-Encoding, which some senders quote or follow by a comment. */
function keyword(value: string | null): string | null {
  const word = value?.match(/^[\s"']{0,8}([^\s"';()]{1,64})/)?.[1];
  return word === undefined ? null : word.toLowerCase();
}

/** RFC 2045 5.2: no type, or one that cannot be read, is text/plain; with a name it is rather a file. */
function mediaTypeOf(value: string | undefined, defaultType: string, isFile: boolean): string {
  const type = value?.split(/[\s,]/, 1)[0] ?? '';
  const slash = type.indexOf('/');
  if (type === '') return defaultType;
  if (
    slash < 0 ||
    type.length > 127 ||
    !TOKEN.test(type.slice(0, slash)) ||
    !TOKEN.test(type.slice(slash + 1))
  ) {
    return isFile ? 'application/octet-stream' : 'text/plain';
  }
  return type;
}

function parse(value: string | null, limits: MimeLimits, degraded: Set<Degraded>): Parameterised | null {
  if (value === null) return null;
  const parsed = parseParameters(value, limits.maxParams);
  if (parsed.truncated) degraded.add('params-limit');
  return parsed;
}

function text(value: string | null | undefined, max: number): string | null {
  return value === null || value === undefined ? null : cleanText(decodeEncodedWords(value), max) || null;
}

/** Reads the fields that describe a part; of a repeated field the first counts. `defaultType` as in RFC 2046 5.1.5. */
export function readPartHead(
  fields: HeaderField[],
  defaultType: string,
  limits: MimeLimits,
  degraded: Set<Degraded>,
): PartHead {
  const type = parse(first(fields, 'content-type'), limits, degraded);
  const disposition = parse(first(fields, 'content-disposition'), limits, degraded);
  const params = type?.params ?? Object.create(null);
  const name =
    cleanText(disposition?.params['filename'] ?? '', MAX_NAME) || cleanText(params['name'] ?? '', MAX_NAME);
  const kind = keyword(disposition?.value ?? null);
  // RFC 2183 2.8: an unknown disposition is an attachment.
  const isAttachment = kind !== null && kind !== 'inline';
  const contentId = text(first(fields, 'content-id'), MAX_TEXT)
    ?.replace(/^<([^>]*)>?$/, '$1')
    .trim();
  return {
    mediaType: mediaTypeOf(type?.value, defaultType, isAttachment || name !== ''),
    params,
    charset: keyword(params['charset'] ?? null),
    encoding: keyword(first(fields, 'content-transfer-encoding')) ?? '7bit',
    disposition: isAttachment ? 'attachment' : kind === 'inline' ? 'inline' : null,
    name: name === '' ? null : name,
    contentId: contentId || null,
    // RFC 2557 4.4.2: folding puts spaces into a URI.
    contentLocation: text(first(fields, 'content-location'), 2000)?.replaceAll(/\s/g, '') || null,
    description: text(first(fields, 'content-description'), MAX_TEXT),
  };
}
