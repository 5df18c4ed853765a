import type { ItemEditor, ItemElement } from '../property.ts';

/** One class of items for writing, with its own editable form hidden. */
// biome-ignore lint/suspicious/noExplicitAny: each editor has a form of its own, which only it looks at
export type AnyEditor = ItemEditor<any>;

const EDITORS: readonly AnyEditor[] = [];

const byElement = new Map(
  EDITORS.flatMap((editor) => editor.elements.map((element) => [element, editor] as const)),
);

/** The editor of a class of items, or null for what cannot be written. */
export function editorOf(element: ItemElement | string): AnyEditor | null {
  return byElement.get(element as ItemElement) ?? null;
}
