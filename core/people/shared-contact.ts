import { displayName, namePart } from '../contacts/name.ts';
import { settle } from '../contacts/slots.ts';
import type { Card } from '../contacts/types.ts';
import { canonicalAddress } from '../mail/recipients.ts';
import { submissionIdOf } from '../mail/sending/ids.ts';
import { NO_ATTRIBUTES, type SharedContact } from './types.ts';

/** The id of the contact that a tenant has of an address: adding it again finds it. */
export async function sharedContactId(tenantId: string, address: string): Promise<string> {
  return (await submissionIdOf('shared-contact', tenantId, address)).slice(0, 40);
}

/** What the address list shows of a card; null for one without an address to write to. */
export function sharedContactOf(card: Card): Omit<SharedContact, 'tenantId' | 'contactId'> | null {
  const { emails = {}, phones = {}, organizations = {}, titles = {}, ...rest } = settle(card);
  const first = ['email1', 'email2', 'email3'].map((key) => emails[key]?.address ?? '');
  const address = first.map((text) => canonicalAddress(text)).find((text) => text !== null);
  if (address === undefined) return null;
  const shown = displayName(card);
  const number = (key: string) => phones[key]?.number ?? '';
  return {
    ...NO_ATTRIBUTES,
    address,
    displayName: shown === address ? '' : shown,
    firstName: namePart(card, 'given'),
    lastName: namePart(card, 'surname', 'surname2'),
    title: titles['title']?.name ?? '',
    office: rest['waypost:eas']?.['OfficeLocation'] ?? '',
    company: organizations['org']?.name ?? '',
    phone: number('work'),
    homePhone: number('home'),
    mobilePhone: number('mobile'),
  };
}

/** Bytes of the photo inside of a card; null without one. */
export function photoOf(card: Card): Uint8Array | null {
  const { picture } = settle(card).media ?? {};
  const data = /^data:[^,]{0,200};base64,/i.exec(picture?.uri.slice(0, 300) ?? '');
  if (picture === undefined || data === null) return null;
  try {
    return Uint8Array.from(atob(picture.uri.slice(data[0].length)), (c) => c.charCodeAt(0));
  } catch {
    return null;
  }
}
