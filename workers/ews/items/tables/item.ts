import type { XmlContent, XmlObject } from '../../../../codecs/soap/write.ts';
import type { FolderAccess } from '../../../../core/access/folder-access.ts';
import type { MessageFlag } from '../../../../core/mail/types.ts';
import type { BlobStore } from '../../../../core/ports/blobs.ts';
import { changeKey, encodeId, idPayload } from '../../ids/id.ts';
import { displayNames } from '../address.ts';
import { attachmentList, attachmentsOf } from '../attachments.ts';
import { asText, bodyElement, hasBlockedImages, pimBodies } from '../bodies.ts';
import { headerFields, headerOf, headerValue } from '../headers.ts';
import { itemClassOf } from '../item-class.ts';
import { mimeContent } from '../mime-content.ts';
import type { IndexedProperty, ItemProperty } from '../property.ts';
import { responseObjects } from '../response-objects.ts';
import { isoTime } from '../time.ts';
import { createdAt, modifiedAt, sentAt } from '../times.ts';
import type { ItemView } from '../view.ts';
import {
  iconIndex,
  importanceOf,
  SENSITIVITIES,
  type Sensitivity,
  sensitivityOf,
  subjectOf,
} from '../words.ts';

/** What all of them have that say nothing else. */
const COMMON = { on: null, inDefault: 'none', inAll: true, cheap: true } as const;
/** What needs a read of its own for each item. */
const LONG = { on: null, inDefault: 'none', inAll: false, cheap: false } as const;

function own(
  name: string,
  read: (view: ItemView) => XmlContent | null,
  more: Partial<Omit<ItemProperty, 'uri' | 'element' | 'read'>> = {},
): ItemProperty {
  return { ...COMMON, uri: `item:${name}`, element: name, read, ...more };
}

function own$(name: string, read: ItemProperty['read'], more: Partial<ItemProperty>): ItemProperty {
  return { ...LONG, uri: `item:${name}`, element: name, read, ...more };
}

const constant = (value: boolean) => ({ compare: () => value });

/** Properties of all items (MS-OXWSCORE 2.2.4.24). */
export const ITEM_PROPERTIES: readonly ItemProperty[] = [
  own('ItemId', () => null),
  own$('ParentFolderId', parentFolder, {
    ...{ inDefault: 'all', inAll: true, cheap: true, compare: parentId },
  }),
  own('ItemClass', itemClassOf, { inDefault: 'all', compare: itemClassOf }),
  own('Subject', (view) => subjectOf(view), { inDefault: 'all', compare: subjectOf }),
  own$('Sensitivity', (view, _shape, { services }) => sensitivity(view, services.blobs), {
    ...{ inDefault: 'all', inAll: true, glance: sensitivityOf, compare: sensitivityOf },
  }),
  own('DateTimeReceived', (view) => isoTime(createdAt(view)), { inDefault: 'all', compare: createdAt }),
  own('Size', (view) => view.state.size, { inDefault: 'all', compare: (view) => view.state.size }),
  own('Categories', ({ state }) => (state.categories.length === 0 ? null : { String: state.categories }), {
    inDefault: 'all',
    compare: ({ state }) => state.categories,
  }),
  own('Importance', importanceOf, {
    inDefault: 'all',
    // By its weight, not by its name.
    compare: (view) => importanceOf(view),
  }),
  own$('InReplyTo', (view, _shape, { services }) => inReplyTo(view, services.blobs), {
    ...{ inAll: true, glance: keptInReplyTo, compare: keptInReplyTo },
  }),
  own('IsSubmitted', () => false, constant(false)),
  own('IsDraft', isDraft, { inDefault: 'all', compare: isDraft }),
  own('IsFromMe', isFromMe, { compare: isFromMe }),
  own('IsResend', () => false, constant(false)),
  own('IsUnmodified', (view) => !isDraft(view), { compare: (view) => !isDraft(view) }),
  own('DateTimeSent', (view) => isoTime(sentAt(view)), { inDefault: 'all', compare: sentAt }),
  own('DateTimeCreated', (view) => isoTime(createdAt(view)), { inDefault: 'all', compare: createdAt }),
  own('ReminderIsSet', reminderIsSet, { compare: reminderIsSet }),
  own('ReminderDueBy', (view) => timeOrNull(reminderDueBy(view)), { compare: reminderDueBy }),
  own('ReminderNextTime', reminderNextTime),
  own('ReminderMinutesBeforeStart', reminderMinutes, { compare: (view) => Number(reminderMinutes(view)) }),
  own('DisplayCc', (view) => displayNames(view.message?.cc ?? []), {
    compare: (view) => displayNames(view.message?.cc ?? []),
  }),
  own('DisplayTo', (view) => displayNames(view.message?.to ?? []), {
    compare: (view) => displayNames(view.message?.to ?? []),
  }),
  own('HasAttachments', hasAttachments, { inDefault: 'all', compare: hasAttachments }),
  own('Culture', cultureOf),
  own('LastModifiedName', ({ box }) => box.user.displayName, { compare: ({ box }) => box.user.displayName }),
  own('LastModifiedTime', (view) => isoTime(modifiedAt(view)), { compare: modifiedAt }),
  own('IsAssociated', () => false, constant(false)),
  own('ConversationId', conversationId, { inDefault: 'all', compare: ({ state }) => state.threadId }),
  own('Flag', ({ state }) => flagOf(state.flag), {
    inDefault: 'all',
    compare: ({ state }) => state.flag?.status ?? 0,
  }),
  own('StoreEntryId', (view) => storeEntryId(view), { inAll: false }),
  own('InstanceKey', (view) => btoa(view.state.itemId), { compare: (view) => view.state.itemId }),
  own('Preview', (view) => view.message?.preview ?? null, {
    compare: (view) => view.message?.preview ?? null,
  }),
  own('IsClutter', () => false, { inAll: false, ...constant(false) }),
  own$('BlockStatus', (view, shape, { services }) => hasBlockedImages(view, services.blobs, shape), {
    ...{ glance: () => false, ...constant(false) },
  }),
  own('RetentionDate', (view) => timeOrNull(givenTime(view, 'RetentionDate')), {
    compare: (view) => givenTime(view, 'RetentionDate'),
  }),
  own$('HasBlockedImages', (view, shape, { services }) => hasBlockedImages(view, services.blobs, shape), {}),
  own('IconIndex', iconIndex, { compare: iconIndex }),
  own$('ResponseObjects', (view, _shape, { services }) => responseObjects(view, services.blobs), {
    ...{ inDefault: 'all', inAll: true },
  }),
  own('Attachments', attachmentList, { inDefault: 'all', cheap: false }),
  own$('EffectiveRights', async ({ box, state }) => rightsOf(await box.access(state.folderId)), {
    ...{ inAll: true, cheap: true },
  }),
  own$('InternetMessageHeaders', headerFields, { inAll: true }),
  own$('MimeContent', (view, _shape, context) => mimeContent(view, context), {}),
  own$('Body', (view, shape, { services }) => bodyElement(view, services.blobs, shape.bodyType, shape), {
    ...{ inDefault: 'all', inAll: true, compare: bodyHead },
  }),
  own$(
    'UniqueBody',
    (view, shape, { services }) => bodyElement(view, services.blobs, shape.uniqueBodyType, shape, 'unique'),
    {},
  ),
  own$(
    'NormalizedBody',
    (view, shape, { services }) => bodyElement(view, services.blobs, shape.normalizedBodyType, shape),
    {},
  ),
  own$('TextBody', (view, shape, { services }) => bodyElement(view, services.blobs, 'Text', shape), {}),
];

export const INDEXED_OF_ITEMS: readonly IndexedProperty[] = [
  {
    uri: 'item:InternetMessageHeader',
    element: 'InternetMessageHeaders',
    on: null,
    async read(view, names, { services }) {
      const wanted = new Set(names.map((name) => name.toLowerCase()));
      const fields = await headerOf(services.blobs, view);
      const found = fields.filter(({ name }) => wanted.has(name.toLowerCase()));
      return found.length === 0
        ? null
        : { InternetMessageHeader: found.map(({ name, value }) => ({ '@HeaderName': name, '#': value })) };
    },
  },
];

function parentId({ box, state }: ItemView): string {
  return encodeId({ kind: 'folder', mailboxId: box.ref.mailboxId, folderId: state.folderId });
}

async function parentFolder(view: ItemView): Promise<XmlObject> {
  const folder = (await view.box.folders()).find((one) => one.folderId === view.state.folderId);
  return {
    '@Id': parentId(view),
    ...(folder === undefined ? {} : { '@ChangeKey': changeKey(folder.modseq) }),
  };
}

function storeEntryId({ box, state }: ItemView): string {
  return btoa(idPayload({ kind: 'item', mailboxId: box.ref.mailboxId, itemId: state.itemId }));
}

function isDraft({ message }: ItemView): boolean {
  return message?.isDraft === true;
}

/** Sent by the owner of the mailbox: a draft was not sent yet. */
function isFromMe({ message, box }: ItemView): boolean {
  if (message?.isDraft === true) return false;
  const mine = box.user.address.toLowerCase();
  return message?.from.some(({ address }) => address.toLowerCase() === mine) === true;
}

function hasAttachments(view: ItemView): boolean {
  return attachmentsOf(view).some((one) => !one.isInline);
}

function timeOrNull(at: number | null | undefined): string | null {
  return at === null || at === undefined ? null : isoTime(at);
}

/** A value that a client gave and that nothing of the item itself says. */
function given({ extended }: ItemView, name: string): string | null {
  const value = extended[`ews:item:${name}`]?.value;
  return typeof value === 'string' ? value : null;
}

/** As it is kept with messages that were written here. */
function keptInReplyTo({ extended }: ItemView): string | null {
  const value = extended['0x1042']?.value;
  return typeof value === 'string' ? value : null;
}

function inReplyTo(view: ItemView, blobs: BlobStore): string | null | Promise<string | null> {
  return keptInReplyTo(view) ?? headerValue(blobs, view, 'in-reply-to');
}

/** What rows have of a body: the beginning of a message, all of anything else. */
function bodyHead(view: ItemView): string {
  return view.message?.textHead ?? asText(pimBodies(view));
}

function cultureOf(view: ItemView): string {
  const culture = given(view, 'Culture') ?? '';
  return /^[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*$/.test(culture) ? culture : 'en-US';
}

function reminderIsSet(view: ItemView): boolean {
  const said = given(view, 'ReminderIsSet');
  return said === null ? view.state.flag?.reminderSet === true : said === 'true' || said === '1';
}

function givenTime(view: ItemView, name: string): number | null {
  const at = Date.parse(given(view, name) ?? '');
  return Number.isNaN(at) ? null : at;
}

function reminderDueBy(view: ItemView): number | null {
  return givenTime(view, 'ReminderDueBy') ?? view.state.flag?.reminderTime ?? null;
}

function reminderMinutes(view: ItemView): string {
  const said = given(view, 'ReminderMinutesBeforeStart') ?? '';
  return /^\d{1,9}$/.test(said) ? said : '0';
}

/** Of a message the header says it, unless it is about a meeting. */
async function sensitivity(view: ItemView, blobs: BlobStore): Promise<Sensitivity> {
  const { message } = view;
  const known = message === null || message.meeting !== null || view.extended['0x0036'] !== undefined;
  if (known) return sensitivityOf(view);
  const said = (await headerValue(blobs, view, 'sensitivity'))?.toLowerCase();
  return SENSITIVITIES.find((one) => said?.includes(one.toLowerCase())) ?? 'Normal';
}

function reminderNextTime(view: ItemView): string | null {
  const { pim, state } = view;
  const flagged = state.flag?.reminderSet === true ? state.flag.reminderTime : null;
  return timeOrNull(pim?.remindAt ?? givenTime(view, 'ReminderNextTime') ?? flagged);
}

function conversationId({ box, state }: ItemView): XmlObject | null {
  if (state.threadId === '') return null;
  return {
    '@Id': encodeId({ kind: 'conversation', mailboxId: box.ref.mailboxId, threadId: state.threadId }),
  };
}

const FLAG_STATUS = ['NotFlagged', 'Complete', 'Flagged'] as const;

/** item:Flag (MS-OXWSCDATA 2.2.4.35): dates only where there is something to be done or done. */
function flagOf(flag: MessageFlag | null): XmlObject {
  const status = FLAG_STATUS[flag?.status ?? 0];
  if (flag === null || status === 'NotFlagged') return { FlagStatus: status };
  if (status === 'Complete') {
    return { FlagStatus: status, CompleteDate: timeOrNull(flag.completeTime ?? flag.dateCompleted) };
  }
  return {
    FlagStatus: status,
    StartDate: timeOrNull(flag.utcStartDate ?? flag.startDate),
    DueDate: timeOrNull(flag.utcDueDate ?? flag.dueDate),
  };
}

/** EffectiveRights of an item: what may be created in it is nothing. */
function rightsOf({ own: isOwn, rights }: FolderAccess): XmlObject {
  return {
    CreateAssociated: false,
    CreateContents: false,
    CreateHierarchy: false,
    Delete: rights.has('delete'),
    Modify: rights.has('write'),
    Read: rights.has('read'),
    ViewPrivateItems: isOwn,
  };
}
