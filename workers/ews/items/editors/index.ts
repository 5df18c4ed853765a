import type { XmlElement } from '../../../../codecs/soap/parse.ts';
import type { EwsContext } from '../../context.ts';
import type { ItemEditor, ItemElement } from '../property.ts';
import type { ItemView } from '../view.ts';
import { bound, type Draft } from './bound.ts';
import { calendarEditor } from './calendar.ts';
import { contactEditor } from './contact.ts';
import { distributionListEditor } from './distribution-list.ts';
import { messageEditor } from './message.ts';
import { isNote, noteEditor } from './note.ts';
import { taskEditor } from './task.ts';

/** How items of a class are opened for writing. */
export interface BoundEditor {
  blank(context: EwsContext, element: ItemElement): Promise<Draft>;
  load(view: ItemView, context: EwsContext): Promise<Draft>;
}

function opened<T>(editor: ItemEditor<T>): BoundEditor {
  return {
    blank: async (context, element) => bound(editor, await editor.blank(context, element), context),
    load: async (view, context) => bound(editor, await editor.load(view, context), context),
  };
}

function entries<T>(editor: ItemEditor<T>): [ItemElement, BoundEditor][] {
  const one = opened(editor);
  return editor.elements.map((element) => [element, one]);
}

const EDITORS: ReadonlyMap<string, BoundEditor> = new Map([
  ...entries(messageEditor),
  ...entries(calendarEditor),
  ...entries(taskEditor),
  ...entries(contactEditor),
  ...entries(distributionListEditor),
]);

const NOTES = opened(noteEditor);

/** The editor of an item that is to be made, or null for what cannot be; notes are messages to the schema. */
export function editorOfNew(item: XmlElement): BoundEditor | null {
  return isNote(item) ? NOTES : editorOf(item.name);
}

/** The editor of an item that is there, or null for what cannot be changed. */
export function editorOfView(view: ItemView): BoundEditor | null {
  return view.pim?.kind === 'note' ? NOTES : editorOf(view.element);
}

/** The editor of a class of items, or null for what cannot be written. */
export function editorOf(element: string): BoundEditor | null {
  return EDITORS.get(element) ?? null;
}
