import { encodeId, idPayload } from '../../ids/id.ts';
import { attachmentsOf } from '../attachments.ts';
import { asHtml, asText, bodiesOf } from '../bodies.ts';
import { itemClassOf } from '../item-class.ts';
import { createdAt, modifiedAt } from '../times.ts';
import type { ItemView } from '../view.ts';
import { importanceOf, SENSITIVITIES, sensitivityOf, subjectOf } from '../words.ts';
import type { MapiTable } from './types.ts';

const IMPORTANCES = ['Low', 'Normal', 'High'];
/** MS-OXPROPS 2.1026: a message object. */
const OBJECT_TYPE = 5;
const UTF8 = 65_001;
const ENGLISH = 1033;
/** MS-OXOFLAG 2.2.1.2: red. */
const FOLLOW_UP_RED = 6;
const FILE_EXTENSIONS: Readonly<Partial<Record<ItemView['element'], string>>> = {
  CalendarItem: 'ics',
};
const CONTENT_CLASSES: Readonly<Partial<Record<ItemView['element'], string>>> = {
  CalendarItem: 'urn:content-classes:appointment',
  Contact: 'urn:content-classes:person',
  DistributionList: 'urn:content-classes:group',
  Task: 'urn:content-classes:task',
};

function base64(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return btoa(text);
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

/** Name inside of its folder: stable, and unlike any other (MS-OXPROPS 2.1079). */
function urlName({ state, element }: ItemView): string {
  return `${state.itemId}.${FILE_EXTENSIONS[element] ?? 'EML'}`;
}

function entryId({ box, state }: ItemView): string {
  return btoa(idPayload({ kind: 'item', mailboxId: box.ref.mailboxId, itemId: state.itemId }));
}

function parentEntryId({ box, state }: ItemView): string {
  return btoa(idPayload({ kind: 'folder', mailboxId: box.ref.mailboxId, folderId: state.folderId }));
}

function reminderSet({ state }: ItemView): boolean | null {
  return state.flag === null ? null : state.flag.reminderSet === true;
}

/** What all items have (MS-OXCMSG 2.2.1, MS-OXOFLAG 2.2). */
export const ITEM_MAPI: MapiTable = {
  on: null,
  values: {
    // Class, importance, sensitivity, subject
    '0x001a': itemClassOf,
    '0x0017': (view) => IMPORTANCES.indexOf(importanceOf(view)),
    '0x0026': (view) => IMPORTANCES.indexOf(importanceOf(view)) - 1,
    '0x0036': (view) => SENSITIVITIES.indexOf(sensitivityOf(view)),
    '0x0037': subjectOf,
    '0x0070': (view) => view.message?.baseSubject ?? subjectOf(view),
    '0x0e1d': (view) => view.message?.baseSubject ?? subjectOf(view),
    '0x3001': subjectOf,
    // Ids
    '0x0fff': entryId,
    '0x0ff9': ({ state }) => base64(state.itemId),
    '0x300b': ({ state }) => base64(state.itemId),
    '0x10f3': urlName,
    '0x670e': (view) =>
      `/${encodeId({ kind: 'item', mailboxId: view.box.ref.mailboxId, itemId: view.state.itemId })}/${urlName(view)}`,
    '0x0e09': parentEntryId,
    '0x65e0': ({ state }) => base64(state.itemId),
    '0x65e1': ({ state }) => base64(state.folderId),
    '0x65e2': ({ state }) => base64(`${state.modseq}`),
    '0x67a4': ({ state }) => state.modseq,
    // A number in its folder that only grows: what DavMail tells as the UID of IMAP (RFC 3501 2.3.1.1)
    '0x0e23': ({ state }) => state.createdModseq,
    '0x0ffe': () => OBJECT_TYPE,
    // Times and sizes
    '0x3007': createdAt,
    '0x3008': modifiedAt,
    '0x0e06': createdAt,
    '0x0e08': ({ state }) => state.size,
    '0x3ffa': ({ box }) => box.user.displayName,
    '0x3ff8': ({ box }) => box.user.displayName,
    // Flags
    '0x0e07': (view) => messageFlags(view),
    '0x0e17': () => 0,
    '0x0e69': ({ state }) => state.isRead,
    '0x0e1b': (view) => attachmentsOf(view).some((one) => !one.isInline),
    '0x10f4': () => false,
    '0x10f6': () => false,
    '0x1090': ({ state }) => (state.flag === null || state.flag.status === 0 ? null : state.flag.status),
    '0x1091': ({ state }) => state.flag?.completeTime ?? state.flag?.dateCompleted ?? null,
    '0x1095': ({ state }) => (state.flag?.status === 2 ? FOLLOW_UP_RED : null),
    'Common/0x8530': ({ state }) => (state.flag?.status === 2 ? (state.flag.type ?? 'Follow up') : null),
    'Common/0x8503': reminderSet,
    'Common/0x8502': ({ state }) => state.flag?.reminderTime ?? null,
    'Common/0x8560': ({ state }) => state.flag?.reminderTime ?? null,
    'Common/0x8516': ({ state }) => state.flag?.utcStartDate ?? null,
    'Common/0x8517': ({ state }) => state.flag?.utcDueDate ?? null,
    'Common/0x8506': (view) => SENSITIVITIES.indexOf(sensitivityOf(view)) >= 2,
    'Common/0x85a4': (view) => (view.state.flag?.status === 2 ? subjectOf(view) : null),
    'Task/0x8104': ({ state }) => state.flag?.startDate ?? state.flag?.utcStartDate ?? null,
    'Task/0x8105': ({ state }) => state.flag?.dueDate ?? state.flag?.utcDueDate ?? null,
    'Task/0x810f': ({ state }) => state.flag?.dateCompleted ?? null,
    'Task/0x811c': ({ state }) => (state.flag === null ? null : state.flag.status === 1),
    'PublicStrings/Keywords': ({ state }) => state.categories,
    // Bodies: read where they are kept
    '0x1000': async (view, { services }) => asText(await bodiesOf(view, services.blobs)),
    '0x1013': async (view, { services }) => {
      const bodies = await bodiesOf(view, services.blobs);
      return bodies.html === null ? null : base64(asHtml(bodies));
    },
    '0x3fde': () => UTF8,
    '0x3ff1': () => ENGLISH,
    'InternetHeaders/content-class': ({ element, message }) =>
      message?.contentClass ?? CONTENT_CLASSES[element] ?? null,
  },
};

// MS-OXCMSG 2.2.1.6
const READ = 0x1;
const UNMODIFIED = 0x2;
const UNSENT = 0x8;
const HAS_ATTACHMENTS = 0x10;
const FROM_ME = 0x20;

function messageFlags(view: ItemView): number {
  const { message, state, box } = view;
  let flags = state.isRead ? READ : 0;
  flags |= message?.isDraft === true ? UNSENT : UNMODIFIED;
  if (attachmentsOf(view).length > 0) flags |= HAS_ATTACHMENTS;
  const mine = box.user.address.toLowerCase();
  if (message?.from.some(({ address }) => address.toLowerCase() === mine) === true) flags |= FROM_ME;
  return flags;
}
