/** Small questions to a parsed element. Names are compared without namespace, since clients confuse the two. */
import type { XmlElement } from './parse.ts';

/** The first child of this name, or null. */
export function child(element: XmlElement | null, name: string): XmlElement | null {
  return element?.children.find((one) => one.name === name) ?? null;
}

/** The element at the end of a path of names, or null. */
export function at(element: XmlElement | null, ...path: string[]): XmlElement | null {
  let here = element;
  for (const name of path) here = child(here, name);
  return here;
}

/** Children of this name. */
export function children(element: XmlElement | null, name: string): XmlElement[] {
  return element?.children.filter((one) => one.name === name) ?? [];
}

/** Text of the first child of this name, without space around it; null when there is no such child. */
export function textOf(element: XmlElement | null, name: string): string | null {
  return child(element, name)?.text.trim() ?? null;
}

export function attributeOf(element: XmlElement | null, name: string): string | null {
  return element?.attributes[name] ?? null;
}
