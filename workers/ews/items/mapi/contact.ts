import { entryOf, ownValue } from '../../../../core/contacts/entries.ts';
import { displayName, fileAs } from '../../../../core/contacts/name.ts';
import type { Card } from '../../../../core/contacts/types.ts';
import {
  ADDRESS_PARTS,
  ADDRESSES,
  DAYS,
  EMAILS,
  MESSAGING,
  OTHER_TEXTS,
  PHONES,
  POSTAL_INDEXES,
  TEXTS,
} from '../../people/contact-fields.ts';
import { attachmentsOf } from '../attachments.ts';
import { cardOf, keptText } from '../tables/contact.ts';
import { SENSITIVITIES } from '../words.ts';
import type { MapiRead, MapiTable, MapiValue } from './types.ts';

const of =
  (read: (card: Card) => MapiValue): MapiRead =>
  (view) => {
    const card = cardOf(view);
    return card === null ? null : read(card);
  };

const texts = [
  ...TEXTS,
  ...OTHER_TEXTS,
  ...PHONES,
  ...MESSAGING,
  ...ADDRESSES.flatMap(({ parts, mapi }) =>
    ADDRESS_PARTS.map((part) => ({ mapi: mapi[part], text: parts[part] })),
  ),
].flatMap(({ mapi, text }): [string, MapiRead][] =>
  mapi === null ? [] : [[mapi, of((card) => text.get(card) || null)]],
);

const days = DAYS.map(({ mapi, text }): [string, MapiRead] => [
  mapi,
  of((card) => {
    const at = Date.parse(text.get(card));
    return Number.isNaN(at) ? null : at;
  }),
]);

/** Name, type, address and original name of an e-mail address (MS-OXOCNTC 2.2.1.2). */
const emails = EMAILS.flatMap(({ entry, mapi }): [string, MapiRead][] => {
  const one = (offset: number, read: (email: { address: string; 'waypost:name'?: string }) => string) =>
    [
      `Address/0x${(mapi + offset).toString(16)}`,
      of((card) => {
        const email = entryOf(card, 'emails', entry);
        return email === undefined || email.address === '' ? null : read(email);
      }),
    ] satisfies [string, MapiRead];
  return [
    one(0, (email) => email['waypost:name'] ?? email.address),
    one(2, () => 'SMTP'),
    one(3, ({ address }) => address),
    one(4, ({ address }) => address),
  ];
});

const WORDS: readonly string[] = SENSITIVITIES;
const PLACES: readonly string[] = POSTAL_INDEXES;
const shownName = of(displayName);

/** What cards have: contacts and lists. */
export const CARD_MAPI: MapiTable = {
  on: ['Contact', 'DistributionList'],
  values: {
    '0x0036': (view) => Math.max(0, WORDS.indexOf(keptText(view, 'item:Sensitivity') ?? '')),
    '0x0037': (view, context) => keptText(view, 'item:Subject') ?? shownName(view, context),
    '0x3001': of((card) => displayName(card) || null),
    'Address/0x8005': of(fileAs),
    'PublicStrings/Keywords': of((card) => Object.keys(card.keywords ?? {})),
  },
};

/** What contacts have (MS-OXOCNTC 2.2.1). */
export const CONTACT_MAPI: MapiTable = {
  on: ['Contact'],
  values: {
    ...Object.fromEntries([...texts, ...days, ...emails]),
    'Address/0x8015': (view) => attachmentsOf(view).some((one) => one.isContactPhoto),
    'Address/0x8022': of((card) => {
      return Math.max(0, PLACES.indexOf(ownValue(card, 'PostalAddressIndex')));
    }),
  },
};
