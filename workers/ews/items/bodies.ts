import type { XmlObject } from '../../../codecs/soap/write.ts';
import {
  htmlToText,
  safeHtml,
  textToHtml,
  uniqueHtml,
  uniqueText,
  utf8Length,
  withBlankTargets,
  withoutRemoteImages,
} from '../../../codecs/text/index.ts';
import { notesBody } from '../../../core/contacts/notes.ts';
import type { BlobStore } from '../../../core/ports/blobs.ts';
import type { ItemShape } from './property.ts';
import { partText } from './raw.ts';
import { documentOf, type ItemView } from './view.ts';

/** A body in the forms in which it was written. */
export interface Bodies {
  html: string | null;
  text: string | null;
  /** What is kept is not all that there was. */
  truncated: boolean;
}

const NONE: Bodies = { html: null, text: null, truncated: false };
const known = new WeakMap<ItemView, Promise<Bodies>>();

/** The body of an item, read once. */
export function bodiesOf(view: ItemView, blobs: BlobStore): Promise<Bodies> {
  let bodies = known.get(view);
  if (bodies === undefined) {
    bodies = view.message === null ? Promise.resolve(pimBodies(view)) : messageBodies(view, blobs);
    known.set(view, bodies);
  }
  return bodies;
}

async function messageBodies({ message }: ItemView, blobs: BlobStore): Promise<Bodies> {
  if (message === null) return NONE;
  const partOf = (no: number | null) => message.bodies.find((part) => part.partNo === no);
  const [htmlPart, textPart] = [partOf(message.bodyHtmlPart), partOf(message.bodyTextPart)];
  if (htmlPart !== undefined) {
    const html = await partText(blobs, message, htmlPart);
    // I7: a message whose raw is gone shows what is known of it, never an error.
    if (html === null) return { html: null, text: message.textHead, truncated: true };
    // The line end that every message ends with is none of its author's.
    return { html: html.text.replace(/\r?\n$/, ''), text: null, truncated: html.truncated };
  }
  // The first bytes of the text are kept beside the message: a short one needs no blob.
  const whole = message.textHead !== '' && utf8Length(message.textHead) >= message.textSize;
  if (textPart === undefined || whole || message.textSize === 0) {
    return { html: null, text: message.textHead, truncated: false };
  }
  const text = await partText(blobs, message, textPart);
  if (text === null) return { html: null, text: message.textHead, truncated: true };
  return { html: null, text: text.text, truncated: text.truncated };
}

/** The body of what is no message: it stands in the document. */
export function pimBodies(view: ItemView): Bodies {
  const of = (text: string | undefined, type: string | undefined): Bodies => {
    if (text === undefined) return NONE;
    return type === 'text/html' ? { ...NONE, html: text } : { ...NONE, text };
  };
  const { pim } = view;
  switch (pim?.kind) {
    case 'event': {
      const document = documentOf(view) ?? pim.document;
      return of(document.description, document.descriptionContentType);
    }
    case 'task':
      return of(pim.document.description, pim.document.descriptionContentType);
    case 'contact': {
      const { text, contentType } = notesBody(pim.document);
      return text === '' ? NONE : of(text, contentType);
    }
    case 'note':
      return of(pim.document.body, pim.document.bodyContentType);
    case 'sms':
      return of(pim.document.body, 'text/plain');
    case undefined:
      return NONE;
  }
}

export function asText({ html, text }: Bodies): string {
  if (text !== null || html === null) return text ?? '';
  // As Exchange writes what it makes of HTML: every line ended, the last one too.
  const words = htmlToText(html).replace(/\r?\n/g, '\r\n');
  return words === '' ? '' : `${words}\r\n`;
}

export function asHtml({ html, text }: Bodies): string {
  if (html !== null) return html;
  return text === null || text === '' ? '' : wholeHtml(textToHtml(text));
}

/** Clients put this into a page of theirs, or show it as one. */
function wholeHtml(fragment: string): string {
  return `<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head><body>${fragment}</body></html>`;
}

type BodyKind = 'whole' | 'unique';

/** Body, UniqueBody, NormalizedBody or TextBody as an element has it (MS-OXWSCDATA 2.2.4.3), cut to what was asked for. */
export async function bodyElement(
  view: ItemView,
  blobs: BlobStore,
  type: ItemShape['bodyType'],
  shape: ItemShape,
  kind: BodyKind = 'whole',
): Promise<XmlObject> {
  const bodies = await bodiesOf(view, blobs);
  const html = type === 'HTML' || (type === 'Best' && bodies.html !== null);
  const whole = html ? asHtml(bodies) : asText(bodies);
  const body = kind === 'whole' ? whole : html ? uniqueHtml(whole) : uniqueText(whole);
  const shown = html ? shownHtml(body, shape) : body;
  const limit = shape.maxBodySize;
  const cut = limit !== null && limit > 0 && shown.length > limit ? cutAt(shown, limit) : shown;
  const truncated = bodies.truncated || cut.length < shown.length;
  return {
    '@BodyType': html ? 'HTML' : 'Text',
    ...(truncated ? { '@IsTruncated': true } : {}),
    '#': cut,
  };
}

/** HTML as the shape wants it changed. */
function shownHtml(
  html: string,
  { filterHtml, blankTargets, blockImages, convertHtmlCodePageToUtf8 }: ItemShape,
): string {
  let shown = filterHtml ? safeHtml(html) : html;
  if (blockImages) shown = withoutRemoteImages(shown).html;
  if (blankTargets) shown = withBlankTargets(shown);
  return convertHtmlCodePageToUtf8 ? saidToBeUtf8(shown) : shown;
}

/** Where the head of a page is looked for, in characters. */
const HEAD = 16 * 1024;

/**
 * A page says the character set of its own bytes, which the text of an answer no more has (MS-OXWSCDATA 2.2.4.43). What is
 * no page, but a part of one, says nothing of it.
 */
function saidToBeUtf8(html: string): string {
  const head = html.slice(0, HEAD);
  const said = /(<meta\b[^>]{0,500}?\bcharset\s*=\s*["']?)[\w.:-]{1,40}/i.exec(head);
  if (said !== null) return replaced(html, said, `${said[1]}utf-8`);
  const meta = '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">';
  const open = /<head(?:\s[^>]{0,500})?>/i.exec(head);
  if (open !== null) return replaced(html, open, `${open[0]}${meta}`);
  const page = /<html(?:\s[^>]{0,500})?>/i.exec(head);
  return page === null ? html : replaced(html, page, `${page[0]}<head>${meta}</head>`);
}

function replaced(text: string, { index, 0: found }: RegExpExecArray, by: string): string {
  return `${text.slice(0, index)}${by}${text.slice(index + found.length)}`;
}

/** Whether pictures were left out of the body for this shape. */
export async function hasBlockedImages(view: ItemView, blobs: BlobStore, shape: ItemShape): Promise<boolean> {
  if (!shape.blockImages) return false;
  const { html } = await bodiesOf(view, blobs);
  return html !== null && withoutRemoteImages(html).blocked;
}

/** Never through the middle of a character. */
function cutAt(text: string, limit: number): string {
  const code = text.charCodeAt(limit - 1);
  return text.slice(0, code >= 0xd800 && code <= 0xdbff ? limit - 1 : limit);
}
