import type { JCalComponent } from '../../codecs/ical/index.ts';
import type { Note } from '../../core/notes/types.ts';

/** Journal entries of a calendar file (RFC 5545 3.6.3) as notes; other components are left out. */
export function notesOf(components: readonly JCalComponent[], fallback: Date): Note[] {
  return components.flatMap((one) => (one[0] === 'vjournal' ? (noteOf(one, fallback) ?? []) : []));
}

function noteOf([, properties]: JCalComponent, fallback: Date): Note | null {
  const texts = (wanted: string) =>
    properties
      .filter(([name]) => name === wanted)
      .flatMap(([, , , ...values]) => values.filter((value) => typeof value === 'string'));
  const time = (...names: string[]) => {
    const [text] = names.flatMap(texts);
    const at = text === undefined ? Number.NaN : Date.parse(/Z$/.test(text) ? text : `${text}Z`);
    return new Date(Number.isNaN(at) ? fallback : at).toISOString();
  };
  const [uid] = texts('uid');
  if (uid === undefined || uid === '') return null;
  return {
    '@type': 'Note',
    uid,
    title: texts('summary')[0] ?? '',
    body: texts('description').join('\n'),
    bodyContentType: 'text/plain',
    keywords: Object.fromEntries(texts('categories').map((name) => [name, true as const])),
    created: time('created', 'dtstart', 'dtstamp'),
    updated: time('last-modified', 'dtstamp', 'created'),
  };
}
