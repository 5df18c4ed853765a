import { child, children, textOf, type WbxmlElement } from '../../../codecs/wbxml/index.ts';
import { atLeast, type Version } from '../http/versions.ts';
import { parseDateTime } from '../people/time.ts';
import { SLOT_MINUTES } from './availability.ts';

const DAY = 86_400_000;
/** MS-ASCMD 2.2.3.58.1: without an end, a week; more than 42 days are refused. */
const DEFAULT_SPAN = 7 * DAY;
const MAX_SPAN = 42 * DAY;
/** MS-ASCMD 2.2.3.100 and 2.2.3.101 */
const MAX_LIMIT = 9999;

interface ResolveOptions {
  certificates: 'none' | 'full' | 'mini';
  maxCertificates: number;
  maxAmbiguous: number;
  availability: { start: number; end: number } | null;
  /** The Options element, for what it says of pictures. */
  element: WbxmlElement | undefined;
}

export type { ResolveOptions };

/** Options of ResolveRecipients (MS-ASCMD 2.2.3.125.3); null when a value is out of range. */
export function parseOptions(root: WbxmlElement, version: Version): ResolveOptions | null {
  const [element, ...more] = children(root, 'ResolveRecipients:Options');
  if (more.length > 0) return null;
  const retrieval = textOf(element, 'ResolveRecipients:CertificateRetrieval')?.trim() ?? '1';
  const certificates = { '1': 'none', '2': 'full', '3': 'mini' } as const;
  const maxCertificates = limit(element, 'ResolveRecipients:MaxCertificates');
  const maxAmbiguous = limit(element, 'ResolveRecipients:MaxAmbiguousRecipients');
  const availability = availabilityOf(element, version);
  if (maxCertificates === null || maxAmbiguous === null || availability === undefined) return null;
  if (retrieval !== '1' && retrieval !== '2' && retrieval !== '3') return null;
  return { certificates: certificates[retrieval], maxCertificates, maxAmbiguous, availability, element };
}

function limit(element: WbxmlElement | undefined, tag: string): number | null {
  const text = textOf(element, tag)?.trim();
  if (text === undefined) return MAX_LIMIT;
  return /^\d{1,4}$/.test(text) ? Number(text) : null;
}

/** null when it is not asked for, undefined when it is asked for wrongly. */
function availabilityOf(
  element: WbxmlElement | undefined,
  version: Version,
): ResolveOptions['availability'] | undefined {
  const availability = child(element, 'ResolveRecipients:Availability');
  if (availability === undefined || !atLeast(version, '14.0')) return null;
  const start = parseDateTime(textOf(availability, 'ResolveRecipients:StartTime') ?? '');
  if (start === null) return undefined;
  const endText = textOf(availability, 'ResolveRecipients:EndTime');
  const end = endText === undefined ? start + DEFAULT_SPAN : parseDateTime(endText);
  if (end === null || end - start < SLOT_MINUTES * 60_000 || end - start > MAX_SPAN) return undefined;
  return { start, end };
}
