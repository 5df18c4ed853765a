/** Members of a list of the user's own: the card of a group (RFC 9553 2.1.6). */
import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { attributeOf, child, children, textOf } from '../../../codecs/soap/read.ts';
import type { XmlObject } from '../../../codecs/soap/write.ts';
import { displayName } from '../../../core/contacts/name.ts';
import type { Card } from '../../../core/contacts/types.ts';
import { canonicalAddress } from '../../../core/mail/recipients.ts';
import type { PimItem } from '../../../core/pim/types.ts';
import { refused } from '../calendar/edits.ts';
import type { EwsContext } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { changeKey, encodeId } from '../ids/id.ts';
import { loadViews } from '../items/load.ts';
import type { ItemEdit } from '../items/property.ts';
import type { ItemView } from '../items/view.ts';
import type { CardChange, CardDraft } from './card-edits.ts';

const MAX_MEMBERS = 1000;
const MAX_NAME = 255;

/** A member as a list has it. */
export interface Member {
  /** Names it inside of the list, in requests. */
  key: string;
  mailbox: XmlObject;
  /** False for a card that is not there any more. */
  known: boolean;
}

/** A member as a card names it: an address, or the UID of another card. */
function addressOf(member: string): string | null {
  const [, encoded] = /^mailto:([^?]+)/i.exec(member) ?? [];
  if (encoded === undefined) return null;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

function memberOf(address: string): string {
  return `mailto:${encodeURIComponent(address).replaceAll('%40', '@').replaceAll('%2B', '+')}`;
}

function keyOf(member: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(member)));
}

/** The members of a list in their order: what they are, and how to write to them. */
export async function membersOf(view: ItemView, context: EwsContext): Promise<Member[]> {
  if (view.pim?.kind !== 'contact') return [];
  const { members = {}, 'waypost:names': names = {} } = view.pim.document;
  const list = Object.keys(members).slice(0, MAX_MEMBERS);
  const addresses = list.flatMap((member) => addressOf(member) ?? []);
  const { tenantId } = context.principal.tenant;
  const canonical = addresses.flatMap((one) => canonicalAddress(one) ?? []);
  const people =
    canonical.length === 0 ? new Map() : await context.services.directory.peopleAt(tenantId, canonical);
  const found: Member[] = [];
  for (const member of list) {
    const key = keyOf(member);
    const name = Object.hasOwn(names, member) ? names[member] : undefined;
    const address = addressOf(member);
    if (address !== null) {
      const kind: string | undefined = people.get(canonicalAddress(address) ?? '')?.kind;
      const MailboxType = kind === 'user' ? 'Mailbox' : kind === 'group' ? 'PublicDL' : 'OneOff';
      const mailbox = { Name: name ?? address, EmailAddress: address, RoutingType: 'SMTP', MailboxType };
      found.push({ key, mailbox, known: true });
    } else found.push({ key, ...(await ofCard(view, member, name ?? member)) });
  }
  return found;
}

/** A member that is a card of the same mailbox, where it may be seen. */
async function ofCard({ box }: ItemView, uid: string, name: string): Promise<Omit<Member, 'key'>> {
  for (const one of [uid, uid.replace(/^urn:uuid:/i, '')]) {
    for (const item of await box.store.itemsByUid('contact', one)) {
      const { rights } = await box.access(item.folderId);
      if (item.kind === 'contact' && rights.has('read')) return { mailbox: mailboxOfCard(item), known: true };
    }
  }
  return { mailbox: { Name: name, MailboxType: 'Unknown' }, known: false };

  function mailboxOfCard(item: PimItem & { kind: 'contact' }): XmlObject {
    const { document, itemId, modseq } = item;
    const [email] = Object.values(document.emails ?? {});
    const { mailboxId } = box.ref;
    const ItemId = { '@Id': encodeId({ kind: 'item', mailboxId, itemId }), '@ChangeKey': changeKey(modseq) };
    const reached =
      email === undefined || email.address === '' ? {} : { EmailAddress: email.address, RoutingType: 'SMTP' };
    const isList = document.kind === 'group';
    return {
      Name: displayName(document) || name,
      ...(isList ? { RoutingType: 'MAPIPDL' } : reached),
      MailboxType: isList ? 'PrivateDL' : 'Contact',
      ItemId,
    };
  }
}

/** distributionlist:Members as an element; null when there are none. */
export async function membersElement(view: ItemView, context: EwsContext): Promise<XmlObject | null> {
  const members = await membersOf(view, context);
  if (members.length === 0) return null;
  return {
    Member: members.map(({ key, mailbox, known }) => ({
      '@Key': key,
      Mailbox: mailbox,
      Status: known ? 'Normal' : 'Unrecognized',
    })),
  };
}

/**
 * What a request says of the members of a list.
 * @throws EwsError, SchemaError
 */
export function editMembers(
  draft: CardDraft,
  how: ItemEdit,
  uri: string,
  value: XmlElement | null,
  index: string | null,
): void {
  if (index !== null) {
    if (how !== 'delete' || uri !== 'distributionlist:Members:Member') throw refused(how, uri);
    draft.changes.push((card) => without(card, index));
    return;
  }
  if (uri !== 'distributionlist:Members') throw refused(how, uri);
  const said = children(value, 'Member');
  if (said.length > MAX_MEMBERS) throw tooMany();
  draft.later.push(async (context) => {
    const added: Named[] = [];
    for (const one of said) added.push(await named(one, context));
    return changeOf(how, added);
  });
}

interface Named {
  member: string;
  name: string;
}

function changeOf(how: ItemEdit, added: readonly Named[]): CardChange {
  return ({ members: before = {}, 'waypost:names': known = {}, ...rest }) => {
    const members = new Map<string, true>(how === 'append' ? Object.entries(before) : []);
    const names = new Map<string, string>(how === 'append' ? Object.entries(known) : []);
    for (const { member, name } of added) {
      members.set(member, true);
      if (name !== '') names.set(member, name);
    }
    if (members.size > MAX_MEMBERS) throw tooMany();
    return {
      ...rest,
      ...(members.size === 0 ? {} : { members: Object.fromEntries(members) }),
      ...(names.size === 0 ? {} : { 'waypost:names': Object.fromEntries(names) }),
    };
  };
}

function without(card: Card, key: string): Card {
  const { members = {}, 'waypost:names': names = {}, ...rest } = card;
  const stays = ([member]: [string, unknown]) => keyOf(member) !== key;
  const left = Object.entries(members).filter(stays);
  const called = Object.entries(names).filter(stays);
  return {
    ...rest,
    ...(left.length === 0 ? {} : { members: Object.fromEntries(left) }),
    ...(called.length === 0 ? {} : { 'waypost:names': Object.fromEntries(called) }),
  };
}

/** A member as a request names it: by its address, or as an item of the mailbox. */
async function named(element: XmlElement, context: EwsContext): Promise<Named> {
  const mailbox = child(element, 'Mailbox');
  if (mailbox === null) throw new SchemaError('a Member must have a Mailbox.');
  const name = (textOf(mailbox, 'Name') ?? '').toWellFormed().slice(0, MAX_NAME);
  const address = (textOf(mailbox, 'EmailAddress') ?? '').trim().toWellFormed();
  const itemId = child(mailbox, 'ItemId');
  if (itemId !== null && attributeOf(itemId, 'Id') !== null) {
    const [view] = await loadViews(context, [itemId]);
    if (view instanceof EwsError) throw view;
    if (view?.pim?.kind !== 'contact')
      throw new EwsError('ErrorInvalidOperation', 'Only contacts and lists can be members.');
    const { uid, emails = {} } = view.pim.document;
    const [first] = Object.values(emails);
    // Another address than that which the card gives first is meant by itself.
    const isMeant = address === '' || first?.address.toLowerCase() === address.toLowerCase();
    if (isMeant && view.box.own) return { member: uid, name };
  }
  if (address === '') throw new EwsError('ErrorMissingInformationEmailAddress', 'A member has no address.');
  const type = textOf(mailbox, 'RoutingType') ?? '';
  if (type !== '' && type.toUpperCase() !== 'SMTP')
    throw new EwsError('ErrorInvalidRoutingType', 'Only addresses of the type SMTP can be members.');
  return { member: memberOf(address), name: name === address ? '' : name };
}

function tooMany(): EwsError {
  return new EwsError('ErrorDataSizeLimitExceeded', `A list has at most ${MAX_MEMBERS} members.`);
}
