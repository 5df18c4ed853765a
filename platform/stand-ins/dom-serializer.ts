/**
 * In the place of the package of this name (`alias` in wrangler.toml), which html-to-text uses for elements that are
 * to stay HTML inside a text. None are (codecs/text), and the tables of entities that it writes them with are larger
 * than all of html-to-text.
 */
export function render(): never {
  throw new Error('no element is written as HTML');
}

export { render as default };
