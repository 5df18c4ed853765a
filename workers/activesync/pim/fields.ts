import { child, children, textOf, type WbxmlElement } from '../../../codecs/wbxml/index.ts';
import type { Incoming } from './codec.ts';
import { parseTime } from './times.ts';

/** What a Change says of a field: nothing, so that it stays; that it goes; or its value. */
export type Said<T> = { kind: 'stays' } | { kind: 'gone' } | { kind: 'value'; value: T };

/** Most categories that an item of these classes has (MS-ASTASK 2.2.2.4). */
const MAX_CATEGORIES = 300;
const MAX_CATEGORY = 255;

/** Reads the fields of one item, and remembers whether one of them was none: then the item is refused. */
export class Fields {
  readonly data: WbxmlElement;
  readonly #incoming: Incoming;
  failed = false;

  constructor(incoming: Incoming) {
    this.data = incoming.data;
    this.#incoming = incoming;
  }

  /**
   * `ghosted`: what is left out of a Change stays, whatever the device said. Else it is gone, unless the device named the
   * fields that it manages and this is none of them (MS-ASCMD 2.2.3.179).
   */
  text(tag: string, ghosted: boolean): Said<string> {
    const text = textOf(this.data, tag);
    if (text !== undefined) return text.trim() === '' ? { kind: 'gone' } : { kind: 'value', value: text };
    return this.absent(tag, ghosted);
  }

  /** A field that is not in the request. */
  absent(tag: string, ghosted: boolean): { kind: 'stays' } | { kind: 'gone' } {
    const { present, supported } = this.#incoming;
    const stays = present !== null && (ghosted || (supported !== null && !supported.has(tag)));
    return { kind: stays ? 'stays' : 'gone' };
  }

  number(tag: string, min: number, max: number): Said<number> {
    const said = this.text(tag, true);
    if (said.kind !== 'value') return said;
    const text = said.value.trim();
    const value = /^\d{1,5}$/.test(text) ? Number(text) : -1;
    if (value < min || value > max) this.failed = true;
    return { kind: 'value', value };
  }

  /** Milliseconds since the epoch. */
  time(tag: string, ghosted: boolean): Said<number> {
    const said = this.text(tag, ghosted);
    if (said.kind !== 'value') return said;
    const value = parseTime(said.value);
    if (value === null) this.failed = true;
    return { kind: 'value', value: value ?? 0 };
  }

  /** The texts of a list of categories, as the keywords of a document. */
  categories(list: string, one: string, ghosted: boolean): Said<Record<string, true>> {
    const element = child(this.data, list);
    if (element === undefined) return this.absent(list, ghosted);
    const names = children(element, one)
      .map((c) => c.text.trim())
      .filter((name) => name !== '');
    if (names.length === 0) return { kind: 'gone' };
    if (names.length > MAX_CATEGORIES || names.some((name) => name.length > MAX_CATEGORY)) this.failed = true;
    // Of pairs: a category may be called `__proto__`.
    return { kind: 'value', value: Object.fromEntries(names.map((name) => [name, true as const])) };
  }
}
