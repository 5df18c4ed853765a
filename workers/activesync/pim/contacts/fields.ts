import { CONTACT_TEXTS, type ContactText } from '../../../../core/contacts/fields.ts';

export interface TextField extends Pick<ContactText, 'get' | 'set'> {
  tag: string;
}

/** Fields of the second namespace (MS-ASCNTC 2.2.2). */
const SECOND = new Set([
  ...['CustomerId', 'GovernmentId', 'IMAddress', 'IMAddress2', 'IMAddress3'],
  ...['ManagerName', 'CompanyMainPhone', 'AccountName', 'NickName', 'MMS'],
]);

/** Every text of a contact on the wire. */
export const TEXT_FIELDS: readonly TextField[] = CONTACT_TEXTS.map(({ name, get, set }) => ({
  tag: `${SECOND.has(name) ? 'Contacts2' : 'Contacts'}:${name}`,
  get,
  set,
}));
