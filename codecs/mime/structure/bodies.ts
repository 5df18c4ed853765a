import type { PartIndex } from '../types.ts';

export interface Bodies {
  bodyText: number | null;
  bodyHtml: number | null;
  bodyCalendar: number | null;
  attachments: number[];
}

/** What a subtree offers as the body. */
interface Offer {
  text: number | null;
  html: number | null;
  calendar: number | null;
  /** Has content other than whitespace. */
  visible: boolean;
  /** Only text that may well be a file: it has a name or an unusual type. */
  weak: boolean;
}

const NOTHING: Offer = { text: null, html: null, calendar: null, visible: false, weak: true };

/** Text that is data for programs: an attachment unless it is an alternative of the body. */
const DATA_TYPES = new Set([
  'text/calendar',
  'text/vcard',
  'text/x-vcard',
  'text/directory',
  'text/csv',
  'text/css',
  'text/javascript',
  'text/xml',
  'text/rtf',
  'text/rfc822-headers',
]);

/** Renderings of the body that are not shown beside it (RFC 2046 5.1.4). */
const OTHER_RENDERINGS = new Set([
  'text/x-amp-html',
  'text/watch-html',
  'text/enriched',
  'text/richtext',
  'text/calendar',
]);

class BodyChooser {
  readonly #parts: PartIndex[];
  readonly #visible: boolean[];
  readonly #children: number[][];
  /** Parts that are a body or stand behind one. */
  readonly #used = new Set<number>();

  constructor(parts: PartIndex[], visible: boolean[]) {
    this.#parts = parts;
    this.#visible = visible;
    this.#children = parts.map(() => []);
    for (const [index, part] of parts.entries())
      if (part.parent !== null) this.#children[part.parent]?.push(index);
  }

  choose(): Bodies {
    const offer = this.#parts.length === 0 ? NOTHING : this.#offer(0);
    let { text, html } = offer;
    // An empty rendering beside a real one is no rendering.
    if (text !== null && html !== null && this.#isVisible(text) !== this.#isVisible(html)) {
      if (this.#isVisible(text)) html = null;
      else text = null;
    }
    for (const index of [offer.text, offer.html, offer.calendar]) if (index !== null) this.#used.add(index);
    const attachments = [...this.#parts.keys()].filter((index) => this.#isAttachment(index));
    return { bodyText: text, bodyHtml: html, bodyCalendar: offer.calendar, attachments };
  }

  #part(index: number): PartIndex {
    return this.#parts[index] as PartIndex;
  }

  #isVisible(index: number): boolean {
    return this.#visible[index] === true && this.#part(index).decodedSize > 0;
  }

  #isContainer(index: number): boolean {
    return (
      (this.#children[index] as number[]).length > 0 || this.#part(index).mediaType.startsWith('multipart/')
    );
  }

  #isAttachment(index: number): boolean {
    if (this.#isContainer(index) || this.#used.has(index)) return false;
    const { mediaType, disposition, name } = this.#part(index);
    const isText = mediaType === 'text/plain' || mediaType === 'text/html';
    // Clients put empty texts between and after attachments.
    return this.#visible[index] === true || !isText || disposition === 'attachment' || name !== null;
  }

  #offer(index: number): Offer {
    if (!this.#isContainer(index)) return this.#offerLeaf(index);
    const children = this.#children[index] as number[];
    switch (this.#part(index).mediaType) {
      case 'multipart/alternative':
        return this.#offerAlternative(children);
      case 'multipart/related':
        return this.#offerRelated(index, children);
      case 'multipart/signed':
        return children[0] === undefined ? NOTHING : this.#offer(children[0]);
      default:
        return this.#offerFirst(children);
    }
  }

  #offerLeaf(index: number): Offer {
    const { mediaType, disposition, name } = this.#part(index);
    if (disposition === 'attachment' || !mediaType.startsWith('text/') || DATA_TYPES.has(mediaType))
      return NOTHING;
    const visible = this.#isVisible(index);
    if (mediaType === 'text/html') return { ...NOTHING, html: index, visible, weak: name !== null };
    const usual = mediaType === 'text/plain';
    // RFC 2046 4.1.4: text of an unknown kind is shown as plain text.
    return usual || name === null
      ? { ...NOTHING, text: index, visible, weak: !usual || name !== null }
      : NOTHING;
  }

  /** The first plain text and the first HTML among the renderings; visible ones first. */
  #offerAlternative(children: number[]): Offer {
    const offer: Offer = { ...NOTHING };
    for (const child of children) {
      const { mediaType, disposition } = this.#part(child);
      if (mediaType === 'text/calendar' && disposition !== 'attachment') offer.calendar ??= child;
      if (OTHER_RENDERINGS.has(mediaType)) continue;
      const found = this.#offer(child);
      if (found.text !== null && (offer.text === null || (!this.#isVisible(offer.text) && found.visible))) {
        offer.text = found.text;
      }
      if (found.html !== null && (offer.html === null || (!this.#isVisible(offer.html) && found.visible))) {
        offer.html = found.html;
      }
      offer.calendar ??= found.calendar;
      offer.visible ||= found.visible;
      offer.weak &&= found.weak;
    }
    const others = children.filter((child) => {
      const { mediaType, disposition } = this.#part(child);
      return OTHER_RENDERINGS.has(mediaType) && disposition !== 'attachment';
    });
    if (offer.visible) for (const child of others) this.#used.add(child);
    // Nothing better: an unusual text rendering is the body after all.
    else if (offer.text === null && offer.html === null)
      return { ...this.#offerFirst(others), calendar: offer.calendar };
    return offer;
  }

  /** RFC 2387 3.2: the root is named by `start`, or is the first part. */
  #offerRelated(index: number, children: number[]): Offer {
    const start = this.#part(index).params['start']?.replace(/^<([^>]*)>$/, '$1');
    const named =
      start === undefined ? undefined : children.find((child) => this.#part(child).contentId === start);
    const root = named ?? children[0];
    const offer = root === undefined ? NOTHING : this.#offer(root);
    return offer.visible ? offer : this.#offerFirst(children);
  }

  /**
   * Parts that stand for themselves, one after the other: the first one with text is the body, the others are
   * attachments, so that nothing is hidden behind an HTML body that says something else.
   */
  #offerFirst(children: number[]): Offer {
    let weak: Offer | null = null;
    let empty: Offer | null = null;
    for (const child of children) {
      const offer = this.#offer(child);
      if (offer.text === null && offer.html === null) continue;
      if (offer.visible && !offer.weak) return offer;
      if (offer.visible) weak ??= offer;
      else empty ??= offer;
    }
    return weak ?? empty ?? NOTHING;
  }
}

/**
 * Chooses the bodies by RFC 2046 5.1 and RFC 2387; everything else that has content is an attachment.
 * `visible[i]`: part i holds bytes other than whitespace.
 */
export function chooseBodies(parts: PartIndex[], visible: boolean[]): Bodies {
  return new BodyChooser(parts, visible).choose();
}

/** Marks the parts that belong to an HTML body: named by id or location, and not sent as an attachment. */
export function markInline(parts: PartIndex[], attachments: number[]): void {
  for (const index of attachments) {
    const part = parts[index] as PartIndex;
    if (part.disposition === 'attachment' || part.mediaType === 'message/rfc822') continue;
    const related = part.parent !== null && parts[part.parent]?.mediaType === 'multipart/related';
    part.isInline =
      (part.contentId !== null && (related || part.disposition === 'inline')) ||
      (related && part.contentLocation !== null);
  }
}
