import { EwsError } from '../errors.ts';
import { type BinaryId, INSTRUCTION, readBinaryId, STORAGE, writeBinaryId } from './binary.ts';
import { mailboxOf, monikerOf } from './moniker.ts';

/**
 * Ids of the edge (MS-OXWSCDATA 2.2.4.18): the mailbox, what it is, and the id inside the mailbox, so that an id is
 * enough to find a shared item. They are opaque to clients, stable over moves, and grant nothing: what they name is looked
 * up with the rights of who asks.
 */
export type EwsId =
  | { kind: 'folder'; mailboxId: string; folderId: string }
  | { kind: 'item'; mailboxId: string; itemId: string }
  /** What was removed for good and lies in Recoverable Items: there it has another id than it had. */
  | { kind: 'removed'; mailboxId: string; itemId: string }
  /** One occurrence of a recurring event; `occurrence` is its recurrence id, a local date-time (RFC 8984 4.3.1). */
  | { kind: 'occurrence'; mailboxId: string; itemId: string; occurrence: string }
  /** A file or message attached to an item: number of the part, or the name of an attachment. */
  | { kind: 'attachment'; mailboxId: string; itemId: string; attachment: string }
  | { kind: 'conversation'; mailboxId: string; threadId: string }
  /** A person of the directory or of an address book. */
  | { kind: 'persona'; mailboxId: string; personId: string };

const LETTERS = {
  folder: 'f',
  item: 'i',
  removed: 'r',
  occurrence: 'o',
  attachment: 'a',
  conversation: 'c',
  persona: 'p',
} as const;
/** Longest id that is looked at; none of ours comes near. */
const MAX_ID = 512;

function fieldsOf(id: EwsId): string[] {
  switch (id.kind) {
    case 'folder':
      return [id.mailboxId, id.folderId];
    case 'item':
    case 'removed':
      return [id.mailboxId, id.itemId];
    case 'occurrence':
      return [id.mailboxId, id.itemId, id.occurrence];
    case 'attachment':
      return [id.mailboxId, id.itemId, id.attachment];
    case 'conversation':
      return [id.mailboxId, id.threadId];
    case 'persona':
      return [id.mailboxId, id.personId];
  }
}

/** The payload inside of an id: what the formats of ConvertId have in common. */
export function idPayload(id: EwsId): string {
  return [LETTERS[id.kind], ...fieldsOf(id)].join('|');
}

/** An id as clients have it: in the binary form of Exchange, which programs take apart that were written for it. */
export function encodeId(id: EwsId): string {
  const [mailboxId = '', ...own] = fieldsOf(id);
  const attachment = id.kind === 'attachment' ? id.attachment : null;
  const storeId = `${LETTERS[id.kind]}${(attachment === null ? own : own.slice(0, -1)).join('|')}`;
  return writeBinaryId({
    storage: id.kind === 'conversation' ? STORAGE.conversation : STORAGE.mailboxItem,
    moniker: monikerOf(mailboxId),
    instruction: id.kind === 'occurrence' ? INSTRUCTION.recurrence : INSTRUCTION.normal,
    storeId,
    attachment,
  });
}

/** null for what is no payload of ours. */
export function readPayload(payload: string): EwsId | null {
  const [letter, mailboxId = '', one = '', two, ...more] = payload.split('|');
  const sound = (text: string) => /^[\x21-\x7b\x7d-\x7e]{1,128}$/.test(text);
  if (more.length > 0 || !sound(mailboxId) || !sound(one) || (two !== undefined && !sound(two))) return null;
  if (two !== undefined) {
    if (letter === 'o') return { kind: 'occurrence', mailboxId, itemId: one, occurrence: two };
    if (letter === 'a') return { kind: 'attachment', mailboxId, itemId: one, attachment: two };
    return null;
  }
  if (letter === 'f') return { kind: 'folder', mailboxId, folderId: one };
  if (letter === 'i') return { kind: 'item', mailboxId, itemId: one };
  if (letter === 'r') return { kind: 'removed', mailboxId, itemId: one };
  if (letter === 'c') return { kind: 'conversation', mailboxId, threadId: one };
  if (letter === 'p') return { kind: 'persona', mailboxId, personId: one };
  return null;
}

/** @throws EwsError ErrorInvalidIdMalformed, ErrorInvalidIdEmpty */
export function decodeId(text: string): EwsId {
  const given = text.trim();
  if (given === '') throw new EwsError('ErrorInvalidIdEmpty', 'The Id is empty.');
  const binary = given.length > MAX_ID ? null : readBinaryId(given);
  const id = binary === null ? null : idOf(binary);
  if (id === null) throw new EwsError('ErrorInvalidIdMalformed', 'The Id is malformed.');
  return id;
}

function idOf({ storage, moniker, instruction, storeId, attachment }: BinaryId): EwsId | null {
  const letter = storeId.slice(0, 1);
  const parts = [letter, mailboxOf(moniker), storeId.slice(1), ...(attachment === null ? [] : [attachment])];
  const id = readPayload(parts.join('|'));
  // What kind it is, is said twice; an id that contradicts itself is none of ours.
  const conversation = (storage === STORAGE.conversation) === (id?.kind === 'conversation');
  const occurrence = (instruction === INSTRUCTION.recurrence) === (id?.kind === 'occurrence');
  const known = storage === STORAGE.mailboxItem || storage === STORAGE.conversation;
  const sound = known && instruction <= INSTRUCTION.recurrence && conversation && occurrence;
  return sound && (attachment === null) === (id?.kind !== 'attachment') ? id : null;
}

/** ChangeKey of an item or folder at a version: clients compare it, and give it back for a guarded change. */
export function changeKey(modseq: number): string {
  return btoa(`v${modseq}`);
}

/** modseq of a ChangeKey, null when there is none. @throws EwsError ErrorInvalidChangeKey */
export function readChangeKey(text: string | null): number | null {
  if (text === null || text === '') return null;
  let plain = '';
  try {
    plain = atob(text);
  } catch {
    // Said below.
  }
  const modseq = /^v(\d{1,15})$/.exec(plain)?.[1];
  if (modseq === undefined) throw new EwsError('ErrorInvalidChangeKey', 'The change key is invalid.');
  return Number(modseq);
}
