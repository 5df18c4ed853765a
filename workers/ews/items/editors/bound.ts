import type { XmlElement } from '../../../../codecs/soap/parse.ts';
import type { EwsContext } from '../../context.ts';
import { EwsError } from '../../errors.ts';
import type { ExtendedName } from '../path.ts';
import type { ComposedItem, ItemEdit, ItemEditor, NewFile, SavedItem, SaveOrder } from '../property.ts';
import type { StoredProperty } from '../view.ts';

/** An item that is being written, whatever its class. */
export interface Draft {
  edit(how: ItemEdit, uri: string, value: XmlElement | null, index: string | null): void;
  editExtended(property: ExtendedName, value: StoredProperty | null): boolean;
  attach(file: NewFile): void;
  detach(attachment: string): void;
  compose(): Promise<ComposedItem>;
  save(order: SaveOrder, extended: Readonly<Record<string, StoredProperty | null>>): Promise<SavedItem>;
}

/** The editable form of an item with what its class can do to it. */
export function bound<T>(editor: ItemEditor<T>, item: T, context: EwsContext): Draft {
  return {
    edit: (how, uri, value, index) => editor.edit(item, how, uri, value, index, context),
    editExtended: (property, value) => editor.editExtended?.(item, property, value) ?? false,
    attach(file) {
      if (editor.attach === undefined) throw noAttachments();
      editor.attach(item, file);
    },
    detach(attachment) {
      if (editor.detach === undefined) throw noAttachments();
      editor.detach(item, attachment);
    },
    async compose() {
      if (editor.compose === undefined) throw notAttached();
      return editor.compose(item, context);
    },
    save: (order, extended) => editor.save(item, order, extended, context),
  };
}

function noAttachments(): EwsError {
  return new EwsError('ErrorInvalidOperation', 'Items of this class have no attachments.');
}

/** MS-OXWSATT 3.1.4.1: what cannot be put into another item. */
export function notAttached(): EwsError {
  return new EwsError(
    'ErrorInvalidItemForOperationCreateItemAttachment',
    'Items of this class cannot be attached to others.',
  );
}
