import { decodeText, withoutMark } from './charset.ts';
import { LIMITS, VCardError } from './errors.ts';
import { logicalLines } from './logical-lines.ts';
import { markOf } from './mark.ts';
import { readProperty } from './property.ts';
import type { JCardProperty, VCard, VCardVersion } from './types.ts';

/**
 * Reads one vCard 2.1, 3.0 or 4.0 (RFC 6350, RFC 2426). Throws VCardError for what is none, and for what is beyond LIMITS;
 * a line that is no property is left out and counted. A card inside of it (AGENT of vCard 2.1) is left out too.
 */
export function readVCard(bytes: Uint8Array): VCard {
  if (bytes.length > LIMITS.cardBytes) throw new VCardError('too-large');
  const content = withoutMark(bytes);
  const version = versionOf(content);
  const properties: JCardProperty[] = [];
  let badLines = 0;
  let depth = 0;
  let isWhole = false;
  for (const line of logicalLines(content, version === '2.1')) {
    const mark = markOf(line);
    if (mark === 'begin') depth++;
    else if (mark === 'end') {
      depth--;
      isWhole = true;
      if (depth <= 0) break;
    } else if (depth === 1) {
      const property = isTooLong(line) ? null : readProperty(line, version);
      if (property === null) badLines++;
      else if (property[0] !== 'version') properties.push(property);
      if (properties.length > LIMITS.properties) throw new VCardError('too-many-properties');
    }
  }
  if (depth !== 0 || !isWhole) throw new VCardError('not-a-vcard');
  return { version, properties, badLines };
}

const MEDIA = /^(?:[a-z0-9-]{1,40}\.)?(?:photo|logo|sound|key)[;:]/i;

function isTooLong(line: Uint8Array): boolean {
  return line.length > LIMITS.lineBytes && !MEDIA.test(decodeText(line.subarray(0, 60), null));
}

/** Where in the card it stands differs; without one, it is read as 3.0. */
function versionOf(bytes: Uint8Array): VCardVersion {
  const head = decodeText(bytes.subarray(0, 64 * 1024), null);
  const said = /^VERSION[^:\r\n]{0,40}:\s*([234])\.\d/im.exec(head)?.[1];
  return said === '2' ? '2.1' : said === '4' ? '4.0' : '3.0';
}
