/** What clients say of contacts and of lists alike: the whole item, and how it is called and filed. */
import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { withOwnValue } from '../../../core/contacts/entries.ts';
import { contactText } from '../../../core/contacts/fields.ts';
import { notesBody, withNotesBody } from '../../../core/contacts/notes.ts';
import type { Card } from '../../../core/contacts/types.ts';
import { refused, storedValue } from '../calendar/edits.ts';
import type { EwsContext } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { booleanOf, enumOf, markupOf, stringsOf, timeOf } from '../items/editors/values.ts';
import type { ItemEdit, NewFile } from '../items/property.ts';
import type { ItemView, StoredProperty } from '../items/view.ts';
import { SENSITIVITIES } from '../items/words.ts';

/** One change of a card. */
export type CardChange = (card: Card) => Card;

/** A card that is being written: what the request says of it is put over what is there when it is saved. */
export interface CardDraft {
  /** null: it is new. */
  view: ItemView | null;
  isList: boolean;
  changes: CardChange[];
  /** A vCard that a client handed in as MimeContent. */
  mime: Uint8Array | null;
  files: NewFile[];
  /** Ids of files that go. */
  dropped: string[];
  kept: Record<string, StoredProperty | null>;
  /** The request says how it is filed. */
  filed: boolean;
  /** Changes for which something must be read first. */
  later: ((context: EwsContext) => Promise<CardChange>)[];
}

export function newCardDraft(view: ItemView | null, isList: boolean): CardDraft {
  return {
    ...{ view, isList, mime: null, filed: false },
    ...{ changes: [], files: [], dropped: [], kept: {}, later: [] },
  };
}

const MAX_CATEGORIES = 300;
const MAX_TEXT = 255;
/** UTF-16 units of a name, or another text of one line. */
const MAX_LINE = 4096;

/** Fields that say nothing to the server, and are given back as they came; what must be true of their value. */
const KEPT: Readonly<Record<string, (value: XmlElement) => unknown>> = {
  'item:Importance': (value) => enumOf(value, ['Low', 'Normal', 'High']),
  'item:Sensitivity': (value) => enumOf(value, SENSITIVITIES),
  'item:Subject': () => null,
  'item:Culture': () => null,
  'item:InReplyTo': () => null,
  'item:ReminderIsSet': booleanOf,
  'item:ReminderDueBy': timeOf,
  'item:ReminderMinutesBeforeStart': (value) => {
    if (!/^\d{1,9}$/.test(value.text.trim())) throw new SchemaError(`${value.name} is no number.`);
  },
};

/** A text of one line of an element; '' when it is taken away. */
export function lineOf(value: XmlElement | null): string {
  const line = (value?.text ?? '').toWellFormed();
  if (line.length > MAX_LINE)
    throw new EwsError('ErrorPropertyUpdate', 'The value of a property is too long.');
  return line;
}

/**
 * What every card can be told. False for a field that is not among these.
 * @throws EwsError, SchemaError
 */
export function editCard(
  draft: CardDraft,
  how: ItemEdit,
  uri: string,
  value: XmlElement | null,
  bytes: (value: XmlElement) => Uint8Array,
): boolean {
  const check = Object.hasOwn(KEPT, uri) ? KEPT[uri] : undefined;
  if (check !== undefined) {
    if (how === 'append') throw refused(how, uri);
    if (value !== null) check(value);
    const stored = storedValue(value);
    if (uri !== 'item:Subject') draft.kept[`ews:${uri}`] = stored;
    // It is called as the contact is, until somebody says something else, or nothing.
    else draft.kept[`ews:${uri}`] = { type: 'String', value: lineOf(value).slice(0, MAX_TEXT) };
    return true;
  }
  if (how === 'append' && uri !== 'item:Body' && uri !== 'item:Categories') return false;
  switch (uri) {
    case 'item:MimeContent':
      if (value === null) throw refused(how, uri);
      draft.mime = bytes(value);
      return true;
    case 'item:ItemClass': {
      const right = draft.isList ? /^IPM\.DistList(?:\.|$)/i : /^IPM\.Contact(?:\.|$)/i;
      if (!right.test(value?.text.trim() ?? ''))
        throw new EwsError('ErrorObjectTypeChanged', 'This is no class of this item.');
      return true;
    }
    case 'item:Flag':
      // That there is none is nothing new.
      if (value === null || /^\s*NotFlagged\s*$/.test(value.children[0]?.text ?? '')) return true;
      throw refused(how, uri);
    case 'item:Body':
      draft.changes.push(bodyChange(how, value));
      return true;
    case 'item:Categories':
      draft.changes.push(categoriesChange(how, value));
      return true;
    case 'contacts:DisplayName': {
      const full = lineOf(value);
      draft.changes.push((card) => withDisplayName(card, full));
      return true;
    }
    case 'contacts:FileAs': {
      const text = lineOf(value);
      draft.filed = true;
      draft.changes.push((card) => withFileAs(card, text));
      // Filed under nothing: not even as it would be by itself.
      if (text === '') draft.kept[`ews:${uri}`] = { type: 'String', value: '' };
      else if (draft.view?.extended[`ews:${uri}`] !== undefined) draft.kept[`ews:${uri}`] = null;
      return true;
    }
    default:
      return false;
  }
}

function bodyChange(how: ItemEdit, value: XmlElement | null): CardChange {
  const text = value === null ? '' : markupOf(value);
  const type = value?.attributes['BodyType'] ?? 'Text';
  if (type !== 'Text' && type !== 'HTML') throw new SchemaError('a body is Text or HTML.');
  const contentType = type === 'HTML' ? ('text/html' as const) : ('text/plain' as const);
  if (how !== 'append') return (card) => withNotesBody(card, { text, contentType });
  return (card) => {
    const before = notesBody(card);
    return withNotesBody(card, { ...before, text: `${before.text}${text}` });
  };
}

function categoriesChange(how: ItemEdit, value: XmlElement | null): CardChange {
  const added = value === null ? [] : stringsOf(value);
  return ({ keywords: before = {}, ...rest }) => {
    const names = [...(how === 'append' ? Object.keys(before) : []), ...added]
      .map((name) => name.toWellFormed().slice(0, MAX_TEXT))
      .filter((name) => name !== '')
      .slice(0, MAX_CATEGORIES);
    if (names.length === 0) return rest;
    return { ...rest, keywords: Object.fromEntries(names.map((name) => [name, true as const])) };
  };
}

function withDisplayName(card: Card, full: string): Card {
  const { full: _, ...name } = card.name ?? {};
  if (full !== '') return { ...card, name: { ...name, full } };
  const { name: __, ...rest } = card;
  return Object.keys(name).length === 0 ? rest : { ...rest, name };
}

/** Said so by itself, and no more by a mapping. */
function withFileAs(card: Card, text: string): Card {
  const mapping = card['waypost:eas']?.['FileAsMapping'] ?? '';
  return withOwnValue(contactText('FileAs').set(card, text) ?? card, 'FileAsMapping', mapping);
}
