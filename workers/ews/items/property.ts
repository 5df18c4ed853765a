import type { XmlElement } from '../../../codecs/soap/parse.ts';
import type { XmlContent } from '../../../codecs/soap/write.ts';
import type { Folder } from '../../../core/mail/types.ts';
import type { PimDocument } from '../../../core/pim/types.ts';
import type { EwsContext } from '../context.ts';
import type { Box } from '../mailboxes.ts';
import type { ExtendedName } from './path.ts';
import type { ItemView, StoredProperty } from './view.ts';

/** Elements of items (MS-OXWSCORE 2.2.4.3). */
export type ItemElement =
  | 'Message'
  | 'CalendarItem'
  | 'Contact'
  | 'DistributionList'
  | 'MeetingMessage'
  | 'MeetingRequest'
  | 'MeetingResponse'
  | 'MeetingCancellation'
  | 'Task'
  | 'PostItem'
  | 'Item';

/** How much of an item is asked for. */
export interface ItemShape {
  base: 'IdOnly' | 'Default' | 'AllProperties';
  bodyType: 'Text' | 'HTML' | 'Best';
  uniqueBodyType: 'Text' | 'HTML' | 'Best';
  normalizedBodyType: 'Text' | 'HTML' | 'Best';
  includeMimeContent: boolean;
  /** Characters; null for all. */
  maxBodySize: number | null;
  filterHtml: boolean;
  /** Links of bodies open in a window of their own. */
  blankTargets: boolean;
  /** Pictures from elsewhere are not loaded. */
  blockImages: boolean;
  convertHtmlCodePageToUtf8: boolean;
}

/** What restrictions and sorting compare. Times are milliseconds since the epoch; of a list any entry counts. */
export type Scalar = string | number | boolean;
export type Comparable = Scalar | readonly Scalar[] | null;

/**
 * A property of an item under its field URI. The tables of properties (one for what all items have, one for each class)
 * are the one place that knows them: GetItem, FindItem, SyncFolderItems, restrictions and sorting all ask them.
 */
export interface ItemProperty {
  /** `item:Subject`, `message:IsRead`, `calendar:Start` … */
  uri: string;
  /** Element in the answer, e.g. `Subject`. */
  element: string;
  /** Classes that have it; null: every class. */
  on: readonly ItemElement[] | null;
  /** Classes in whose Default shape it is. */
  inDefault: readonly ItemElement[] | 'all' | 'none';
  /** Whether AllProperties has it. The long ones must be asked for by name (MimeContent, NormalizedBody …). */
  inAll: boolean;
  /** Known from the row of the item alone, so that FindItem may answer it for hundreds of rows. */
  cheap: boolean;
  /** null: the item has no such property now, and no element is written. */
  read(view: ItemView, shape: ItemShape, context: EwsContext): XmlContent | null | Promise<XmlContent | null>;
  /** What the row alone says where `read` looks further: for lists, if the property is not `cheap`. */
  glance?(view: ItemView): XmlContent | null;
  /** What is compared; without it the property can be neither sorted by nor searched for. */
  compare?(view: ItemView): Comparable;
}

/**
 * A property with many entries, of which some are named by their index: `contacts:EmailAddress` and `EmailAddress1`. Named
 * whole (`contacts:EmailAddresses`) it is an ItemProperty.
 */
export interface IndexedProperty {
  /** As in IndexedFieldURI, e.g. `contacts:PhysicalAddress:City`. */
  uri: string;
  /** Element in the answer, e.g. `PhysicalAddresses`. */
  element: string;
  on: readonly ItemElement[] | null;
  /** Element with those entries that are asked for; null when the item has none of them. */
  read(
    view: ItemView,
    indexes: readonly string[],
    context: EwsContext,
  ): XmlContent | null | Promise<XmlContent | null>;
  compare?(view: ItemView, index: string): Comparable;
}

/** One change that UpdateItem or CreateItem makes to what is being written. */
export type ItemEdit = 'set' | 'append' | 'delete';

/** A file that is attached: bytes, or a whole message. */
export interface NewFile {
  name: string;
  mediaType: string;
  contentId: string | null;
  isInline: boolean;
  isContactPhoto: boolean;
  contentLocation?: string | null;
  /** Name in ids of attachments that it takes over from the file in whose place it comes. */
  id?: string;
  content: Uint8Array;
}

/** An item that is no message, for another to which it is attached. */
export interface ComposedItem {
  document: PimDocument;
  kept: Readonly<Record<string, StoredProperty | null>>;
}

/** Where and how something is saved. */
export interface SaveOrder {
  box: Box;
  /** Of a new item. */
  folder: Folder;
  /** modseq that the item must still have, or null. */
  expect: number | null;
  /** MessageDisposition: what is to become of a message. */
  disposition: 'SaveOnly' | 'SendOnly' | 'SendAndSaveCopy';
  /** SendMeetingInvitations, SendMeetingInvitationsOrCancellations; null where the request has none. */
  sendMeetings: string | null;
}

/** null: it was sent, and nothing is kept that has an id. */
export type SavedItem = { itemId: string; modseq: number; occurrence?: string } | null;

/**
 * How a class of items is written: CreateItem starts with `blank`, UpdateItem with `load`; each property that the request
 * names goes through `edit`; then `save` writes once and tells (Box.tell). T is the editable form of the item. Registered
 * in editors/index.ts.
 */
export interface ItemEditor<T> {
  elements: readonly ItemElement[];
  blank(context: EwsContext, element: ItemElement): Promise<T> | T;
  load(view: ItemView, context: EwsContext): Promise<T>;
  /**
   * @param uri field URI of the property, as in the tables
   * @param value its element (`Subject`, `Body` …); null when it is deleted
   * @param index of an indexed field
   * @throws EwsError ErrorInvalidPropertySet, ErrorInvalidPropertyDelete, ErrorInvalidPropertyAppend …
   */
  edit(
    item: T,
    how: ItemEdit,
    uri: string,
    value: XmlElement | null,
    index: string | null,
    context: EwsContext,
  ): void;
  /**
   * A MAPI property; null deletes it. True when the class knows what it means (it is then not stored as a client's own).
   */
  editExtended?(item: T, property: ExtendedName, value: StoredProperty | null): boolean;
  attach?(item: T, file: NewFile): void;
  /** `attachment` as in an id of an attachment. @throws EwsError ErrorInvalidAttachmentId */
  detach?(item: T, attachment: string): void;
  /** What a new item would be saved as. @throws EwsError */
  compose?(item: T, context: EwsContext): Promise<ComposedItem>;
  /** `extended`: MAPI properties that are to be stored with it, by extendedKey; null takes one away. */
  save(
    item: T,
    order: SaveOrder,
    extended: Readonly<Record<string, StoredProperty | null>>,
    context: EwsContext,
  ): Promise<SavedItem>;
}
