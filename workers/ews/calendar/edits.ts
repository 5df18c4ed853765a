import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { type ExtendedName, extendedKey } from '../items/path.ts';
import type { ItemEdit, NewFile } from '../items/property.ts';
import type { ItemView, StoredProperty } from '../items/view.ts';

/** One property that a request changes. */
export interface Edit {
  how: ItemEdit;
  uri: string;
  /** null: it is taken away. */
  value: XmlElement | null;
}

/**
 * An event or a task that is being written: what the request says of it is kept until it is saved, when it is put over
 * what is there then.
 */
export interface ObjectDraft {
  /** null: it is new. */
  view: ItemView | null;
  edits: Edit[];
  /** Documents that a client handed in as MimeContent. */
  mime: Uint8Array | null;
  files: NewFile[];
  /** Ids of files that go. */
  dropped: string[];
  /** What no field of the document says, to be given back as it came; null takes one away. */
  kept: Record<string, StoredProperty | null>;
}

export function newDraft(view: ItemView | null): ObjectDraft {
  return { view, edits: [], mime: null, files: [], dropped: [], kept: {} };
}

export function refused(how: ItemEdit, uri: string): EwsError {
  const codes = {
    set: 'ErrorInvalidPropertySet',
    append: 'ErrorInvalidPropertyAppend',
    delete: 'ErrorInvalidPropertyDelete',
  };
  return new EwsError(codes[how], `${uri} cannot be changed by a client.`);
}

/** The last word on a property; undefined where the request says nothing of it. */
export function lastOf(edits: readonly Edit[], uri: string): XmlElement | null | undefined {
  const edit = edits.findLast((one) => one.uri === uri);
  return edit === undefined ? undefined : edit.value;
}

/** Values of a property that is kept as the client gave it. */
export function storedValue(value: XmlElement | null): StoredProperty | null {
  if (value === null) return null;
  const strings = value.children.filter(({ name }) => name === 'String').map(({ text }) => text);
  return strings.length > 0
    ? { type: 'StringArray', value: strings }
    : { type: 'String', value: value.text.trim() };
}

/** A MAPI property as the element of the field that says the same, or null when none does. */
export function fieldOfMapi(
  property: ExtendedName,
  value: StoredProperty | null,
  table: Readonly<Record<string, { uri: string; text?: (given: string) => string | null }>>,
): Edit | null {
  const key = extendedKey(property);
  const field = Object.hasOwn(table, key) ? table[key] : undefined;
  if (field === undefined) return null;
  const { uri } = field;
  if (value === null) return { how: 'delete', uri, value: null };
  const name = uri.slice(uri.indexOf(':') + 1);
  const given = Array.isArray(value.value) ? value.value : null;
  if (given !== null) {
    const children = given.map((text) => textElement('String', text));
    return { how: 'set', uri, value: { ...textElement(name, ''), children, content: children } };
  }
  const said = value.value as string;
  const text = field.text === undefined ? said : field.text(said);
  if (text === null)
    throw new EwsError('ErrorInvalidExtendedPropertyValue', 'The value of a property does not fit its type.');
  return { how: 'set', uri, value: textElement(name, text) };
}

function textElement(name: string, text: string): XmlElement {
  return { name, attributes: {}, children: [], text, content: [text] };
}

/**
 * Fields that mean the same for every class of documents: the whole as MIME, and the class itself, which stays of its kind.
 * False for all others.
 */
export function takeWhole(
  draft: ObjectDraft,
  { how, uri, value }: Edit,
  of: { itemClass: RegExp; what: string },
  bytesOf: (element: XmlElement) => Uint8Array,
): boolean {
  if (uri === 'item:MimeContent') {
    if (value === null) throw refused(how, uri);
    draft.mime = bytesOf(value);
    return true;
  }
  if (uri !== 'item:ItemClass') return false;
  if (!of.itemClass.test(value?.text.trim() ?? ''))
    throw new EwsError('ErrorObjectTypeChanged', `This is no class of ${of.what}.`);
  return true;
}

/** A whole number of an element. @throws SchemaError */
export function numberOf(element: XmlElement, min: number, max: number): number {
  const text = element.text.trim();
  if (!/^[+-]?\d{1,10}$/.test(text)) throw new SchemaError(`${element.name} is no number.`);
  const value = Number(text);
  if (value < min || value > max) {
    throw new EwsError('ErrorInvalidArgument', `${element.name} must be between ${min} and ${max}.`);
  }
  return value;
}
