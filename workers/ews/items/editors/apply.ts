import type { XmlElement } from '../../../../codecs/soap/parse.ts';
import { child, children, textOf } from '../../../../codecs/soap/read.ts';
import { schemaType } from '../../../../codecs/soap/schema.ts';
import type { EwsContext } from '../../context.ts';
import { EwsError, SchemaError } from '../../errors.ts';
import { withListsExpanded } from '../../people/expand-lists.ts';
import { extendedKey, isPath, type PropertyPath, readPath } from '../path.ts';
import type { ItemElement } from '../property.ts';
import { uriOfElement } from '../tables/index.ts';
import type { StoredProperty } from '../view.ts';
import type { Draft } from './bound.ts';
import { filesOf } from './files.ts';

/** MAPI properties that are to be stored as they came, by extendedKey; null takes one away. */
export type ExtendedChanges = Record<string, StoredProperty | null>;

/** Types of the schema whose elements tell what a class can have. */
const TYPES: Readonly<Record<ItemElement, string>> = {
  Item: 't:ItemType',
  Message: 't:MessageType',
  CalendarItem: 't:CalendarItemType',
  Contact: 't:ContactItemType',
  DistributionList: 't:DistributionListType',
  MeetingMessage: 't:MeetingMessageType',
  MeetingRequest: 't:MeetingRequestMessageType',
  MeetingResponse: 't:MeetingResponseMessageType',
  MeetingCancellation: 't:MeetingCancellationMessageType',
  Task: 't:TaskType',
  PostItem: 't:PostItemType',
};

/** Puts everything that an item of CreateItem says into a draft. `skip`: elements that the caller reads itself. */
export async function applyItem(
  draft: Draft,
  item: XmlElement,
  element: ItemElement,
  context: EwsContext,
  skip: readonly string[] = [],
): Promise<ExtendedChanges> {
  const changes: ExtendedChanges = {};
  for (const part of item.children) {
    // MS-OXWSCORE 2.2.4.24: the server makes it, whatever a new item says.
    if (part.name === 'StoreEntryId' || skip.includes(part.name)) continue;
    if (part.name === 'ExtendedProperty') applyExtended(draft, part, changes);
    else if (part.name === 'Attachments')
      for (const file of await filesOf(part, context, applyItem)) draft.attach(file);
    else draft.edit('set', uriOf(part.name, element), await withListsExpanded(context, part), null);
  }
  return changes;
}

/** Elements that later schemas have, none of which a client may set here (MS-OXWSCORE 2.2.4.24, MS-OXWSMSG 2.2.4.1). */
const OF_LATER_SCHEMAS: ReadonlySet<string> = new Set([
  ...[
    'ApprovalRequestData',
    'VotingInformation',
    'ReminderMessageData',
    'MessageSafety',
    'SenderSMTPAddress',
  ],
  ...[
    'MimeContentUTF8',
    'Mentions',
    'MentionedMe',
    'MentionsPreview',
    'Hashtags',
    'SortKey',
    'TailoredXmlContent',
  ],
  ...['AppliedHashtags', 'AppliedHashtagsPreview', 'Likes', 'LikesPreview', 'DocLinks', 'ItemHashtags'],
  ...['SearchKey', 'MailboxGuids', 'PublishedCalendarItemName', 'MentionsEx', 'ReceivedOrRenewTime'],
]);

function uriOf(name: string, element: ItemElement): string {
  const uri = uriOfElement(name, element);
  if (uri !== null) return uri;
  if (!schemaType(TYPES[element]).byName.has(name) && !OF_LATER_SCHEMAS.has(name))
    throw new SchemaError(`${element} has no element ${name}.`);
  throw new EwsError('ErrorInvalidPropertySet', `${name} cannot be set on this item.`);
}

/** The changes of UpdateItem, in their order (MS-OXWSCORE 3.1.4.9.2). */
export async function applyUpdates(
  draft: Draft,
  updates: XmlElement | null,
  element: ItemElement,
  context: EwsContext,
): Promise<ExtendedChanges> {
  const changes: ExtendedChanges = {};
  const list = updates?.children ?? [];
  if (list.length === 0) throw new SchemaError('Updates must hold a change.');
  for (const update of list) {
    const expanded = await Promise.all(update.children.map((one) => withListsExpanded(context, one)));
    applyUpdate(draft, { ...update, children: expanded }, element, changes);
  }
  return changes;
}

const EDITS = { SetItemField: 'set', AppendToItemField: 'append', DeleteItemField: 'delete' } as const;

function applyUpdate(draft: Draft, update: XmlElement, element: ItemElement, changes: ExtendedChanges): void {
  const how = EDITS[update.name as keyof typeof EDITS];
  const named = update.children.find(isPath);
  if (how === undefined || named === undefined)
    throw new SchemaError(`${update.name} is no change of an item.`);
  const path = readPath(named);
  const item = update.children.find((one) => !isPath(one)) ?? null;
  if (how === 'delete') {
    if (path.kind !== 'extended')
      draft.edit('delete', path.uri, null, path.kind === 'indexed' ? path.index : null);
    else if (!draft.editExtended(path.property, null)) changes[extendedKey(path.property)] = null;
    return;
  }
  const [value, ...more] = item?.children ?? [];
  if (value === undefined || more.length > 0) {
    throw new EwsError('ErrorIncorrectUpdatePropertyCount', 'A change must hold one property and its value.');
  }
  if (path.kind === 'extended') {
    if (how === 'append')
      throw new EwsError('ErrorInvalidPropertyAppend', 'This property has no end to append to.');
    const given = child(value, 'ExtendedFieldURI');
    const other = value.name !== 'ExtendedProperty' || given === null ? null : readPath(given);
    if (other?.kind !== 'extended' || extendedKey(other.property) !== extendedKey(path.property))
      throw mismatch();
    applyExtended(draft, value, changes);
    return;
  }
  if (!fits(path, value, element)) throw mismatch();
  draft.edit(how, path.uri, value, path.kind === 'indexed' ? path.index : null);
}

function mismatch(): EwsError {
  return new EwsError(
    'ErrorUpdatePropertyMismatch',
    'The property that is named and the one with a value differ.',
  );
}

/** Whether the element is the one of the field. An index stands inside of a list (`EmailAddresses`). */
function fits(
  path: Exclude<PropertyPath, { kind: 'extended' }>,
  value: XmlElement,
  element: ItemElement,
): boolean {
  if (path.kind === 'indexed') return true;
  const uri = uriOfElement(value.name, element);
  return uri === null || uri === path.uri || path.uri.endsWith(`:${value.name}`);
}

function applyExtended(draft: Draft, part: XmlElement, changes: ExtendedChanges): void {
  const named = child(part, 'ExtendedFieldURI');
  const path = named === null ? null : readPath(named);
  if (path?.kind !== 'extended') throw new SchemaError('an ExtendedProperty must have an ExtendedFieldURI.');
  const { property } = path;
  const value = { type: property.type, value: extendedValue(part, property.type) };
  if (!draft.editExtended(property, value)) changes[extendedKey(property)] = value;
}

/** Longest value that is kept of one property, in characters. */
const MAX_VALUE = 64 * 1024;
const NEVER = new Set(['Object', 'ObjectArray', 'Error', 'Null']);
const SOUND: Readonly<Record<string, RegExp>> = {
  Boolean: /^(?:true|false|0|1)$/,
  Short: /^-?\d{1,5}$/,
  Integer: /^-?\d{1,10}$/,
  Long: /^-?\d{1,19}$/,
  SystemTime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/,
  CLSID: /^[{]?[0-9a-fA-F-]{36}[}]?$/,
  Binary: /^[A-Za-z0-9+/=\s]*$/,
};

export function extendedValue(part: XmlElement, type: string): string | string[] {
  if (NEVER.has(type))
    throw new EwsError('ErrorUnsupportedMapiPropertyType', `Properties of type ${type} cannot be set.`);
  const many = type.endsWith('Array');
  const values = child(part, 'Values');
  const list = many
    ? children(values, 'Value').map((one) => one.text)
    : [textOf(part, 'Value') === null ? null : (child(part, 'Value')?.text ?? '')];
  const sound = SOUND[type.replace(/Array$/, '')];
  const texts = list.map((text) => {
    if (text === null || (sound !== undefined && !sound.test(text.trim())) || text.length > MAX_VALUE) {
      throw new EwsError(
        'ErrorInvalidExtendedPropertyValue',
        'The value of a property does not fit its type.',
      );
    }
    return type.startsWith('Boolean') ? booleanText(text) : text;
  });
  return many ? texts : (texts[0] ?? '');
}

/** One of the two ways in which XML writes it: what is read again must not depend on who wrote it. */
function booleanText(text: string): string {
  const given = text.trim();
  return given === '1' ? 'true' : given === '0' ? 'false' : given;
}
