import { htmlToText } from '../../codecs/text/index.ts';
import type { Card } from './types.ts';

export interface NoteBody {
  text: string;
  contentType: 'text/plain' | 'text/html';
}

/** What is noted of a contact as one body: a single note as it was written, several as text. */
export function notesBody(card: Card): NoteBody {
  const notes = Object.values(card.notes ?? {});
  const [only] = notes;
  if (notes.length === 1 && only?.contentType === 'text/html')
    return { text: only.note, contentType: 'text/html' };
  const texts = notes.map(({ note, contentType }) => (contentType === 'text/html' ? htmlToText(note) : note));
  return { text: texts.join('\n\n'), contentType: 'text/plain' };
}

/** The card with another body; the same card when the device sends back what it was given. */
export function withNotesBody(card: Card, body: NoteBody): Card {
  if (isSame(notesBody(card), body)) return card;
  const { notes: _before, ...rest } = card;
  if (body.text === '') return rest;
  const type = body.contentType === 'text/html' ? { contentType: body.contentType } : {};
  return { ...rest, notes: { note: { note: body.text, ...type } } };
}

/** HTML that a device was given as text comes back as text. */
function isSame(kept: NoteBody, sent: NoteBody): boolean {
  const shown =
    kept.contentType === 'text/html' && sent.contentType === 'text/plain' ? htmlToText(kept.text) : kept.text;
  if (kept.contentType === 'text/plain' && sent.contentType === 'text/html') return false;
  return shown.replaceAll('\r\n', '\n') === sent.text.replaceAll('\r\n', '\n');
}
