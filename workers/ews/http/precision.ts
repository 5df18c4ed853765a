import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { textOf } from '../../../codecs/soap/read.ts';
import type { XmlObject } from '../../../codecs/soap/write.ts';

/** A time as all answers have it, and names of elements that hold one: the same text may be anybody's subject. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const NAMES =
  /Time|Date|^(?:Start|End|OriginalStart|ReminderDueBy|RecurrenceId|Birthday|WeddingAnniversary|PostedTime)$/;

/** Times of an answer with milliseconds, for a client whose header asks for them (MS-OXWSCDATA 2.2.3.3, DateTimePrecision). */
export function inPrecision(answer: XmlObject, header: XmlElement | null): XmlObject {
  return textOf(header, 'DateTimePrecision') === 'Milliseconds' ? (precise(answer, '') as XmlObject) : answer;
}

function precise(value: unknown, name: string): unknown {
  if (typeof value === 'string') {
    return NAMES.test(name) && TIME.test(value) ? value.replace('Z', '.000Z') : value;
  }
  if (Array.isArray(value)) return value.map((one) => precise(one, name));
  // What is streamed is an object, too, and no element.
  if (typeof value !== 'object' || value === null || 'open' in value) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => {
      if (key !== '$') return [key, precise(one, key === '#' ? name : key)];
      const pairs = one as readonly (readonly [string, unknown])[];
      return [key, pairs.map(([child, content]) => [child, precise(content, child)])];
    }),
  );
}
