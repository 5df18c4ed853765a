import { DataError } from '../../../shared/data/errors.ts';
import type { Handler } from '../context.ts';
import { changeItem, createItem, itemView, presentItem } from '../objects.ts';
import { openBox, readCursor } from '../scope.ts';
import { deleted } from './change-email.ts';

export const listContacts: Handler<'listContacts'> = async (context, input) => {
  const after = readCursor(input.cursor);
  const box = await openBox(context, input);
  const folder = await box.folder(input.folder);
  if (folder.itemClass !== 'Contacts' || folder.role === 'recipientCache') {
    throw new DataError('INVALID_ARGUMENT', 'folder: it holds no contacts');
  }
  const items = await box.store.pimPage(folder.folderId, after?.id ?? '', input.limit + 1);
  const shown = items.slice(0, input.limit);
  const last = shown.at(-1);
  return {
    items: shown.filter(({ kind }) => kind === 'contact').map(itemView),
    cursor: items.length > input.limit && last !== undefined ? `0/${last.itemId}` : null,
  };
};

export const getContact: Handler<'getContact'> = async (context, input) =>
  itemView(await presentItem(await openBox(context, input), input.id, 'contact'));

export const createContact: Handler<'createContact'> = async (context, input) => {
  const box = await openBox(context, input);
  const { key, folder: place, document } = input;
  return itemView(await createItem(context, box, { kind: 'contact', place, key, document }));
};

export const changeContact: Handler<'changeContact'> = async (context, input) => {
  const box = await openBox(context, input);
  const { id, patch, ifMatch } = input;
  return itemView(await changeItem(context, box, { id, patch, ifMatch, kind: 'contact' }));
};

export const deleteContact: Handler<'deleteContact'> = async (context, input) => {
  const box = await openBox(context, input);
  const state = await box.item(input.id, 'contact', input.ifMatch);
  await deleted(box, [state], input.permanent, context.services.now());
  return null;
};
