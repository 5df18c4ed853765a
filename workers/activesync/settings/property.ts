import type { WbxmlElement, WbxmlNode } from '../../../codecs/wbxml/index.ts';
import type { EasContext } from '../context.ts';

/**
 * One property of a Settings request, in two steps: all are checked before any is acted on, since a malformed one
 * refuses the whole request (MS-ASCMD 2.2.1.18).
 */
export interface Property {
  /** Answers the property, or null when the element is malformed. */
  parse(element: WbxmlElement, context: EasContext): PropertyAction | null;
}

/** Does what was asked for and makes the property's element of the response. */
export type PropertyAction = () => Promise<WbxmlNode>;

/** The only child of an element, when it is the one named. */
export function onlyChild(element: WbxmlElement, tag: string): WbxmlElement | null {
  const [first, ...more] = element.children;
  return first?.tag === tag && more.length === 0 ? first : null;
}
