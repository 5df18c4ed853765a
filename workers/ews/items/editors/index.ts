import type { EwsContext } from '../../context.ts';
import type { ItemEditor, ItemElement } from '../property.ts';
import type { ItemView } from '../view.ts';
import { bound, type Draft } from './bound.ts';
import { calendarEditor } from './calendar.ts';
import { contactEditor } from './contact.ts';
import { distributionListEditor } from './distribution-list.ts';
import { messageEditor } from './message.ts';
import { taskEditor } from './task.ts';

/** How items of a class are opened for writing. */
export interface BoundEditor {
  blank(context: EwsContext, element: ItemElement): Promise<Draft>;
  load(view: ItemView, context: EwsContext): Promise<Draft>;
}

function entries<T>(editor: ItemEditor<T>): [ItemElement, BoundEditor][] {
  const opened: BoundEditor = {
    blank: async (context, element) => bound(editor, await editor.blank(context, element), context),
    load: async (view, context) => bound(editor, await editor.load(view, context), context),
  };
  return editor.elements.map((element) => [element, opened]);
}

const EDITORS: ReadonlyMap<string, BoundEditor> = new Map([
  ...entries(messageEditor),
  ...entries(calendarEditor),
  ...entries(taskEditor),
  ...entries(contactEditor),
  ...entries(distributionListEditor),
]);

/** The editor of a class of items, or null for what cannot be written. */
export function editorOf(element: string): BoundEditor | null {
  return EDITORS.get(element) ?? null;
}
