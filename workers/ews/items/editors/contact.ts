import { toBase64 } from '../../../../codecs/mime/edit/index.ts';
import type { XmlElement } from '../../../../codecs/soap/parse.ts';
import { fieldOfMapi, refused } from '../../calendar/edits.ts';
import { type CardDraft, editCard, newCardDraft } from '../../people/card-edits.ts';
import { editContact, pictureChange, settingText, withEmail } from '../../people/contact-edits.ts';
import {
  ADDRESS_PARTS,
  ADDRESSES,
  type CardText,
  DAYS,
  EMAILS,
  MESSAGING,
  OTHER_TEXTS,
  PHONES,
  POSTAL_INDEXES,
  TEXTS,
} from '../../people/contact-fields.ts';
import { newCard, saveCard } from '../../people/save-card.ts';
import { attachmentsOf } from '../attachments.ts';
import { extendedKey } from '../path.ts';
import type { ItemEditor } from '../property.ts';
import { SENSITIVITIES } from '../words.ts';

/** MAPI properties that a field of its own kind stands for (MS-OXPROPS). */
const MAPI: Readonly<Record<string, { uri: string; text?: (given: string) => string | null }>> = {
  '0x001a': { uri: 'item:ItemClass' },
  '0x0036': { uri: 'item:Sensitivity', text: (given) => SENSITIVITIES[Number(given)] ?? null },
  '0x0037': { uri: 'item:Subject' },
  '0x1000': { uri: 'item:Body' },
  '0x3001': { uri: 'contacts:DisplayName' },
  'Address/0x8005': { uri: 'contacts:FileAs' },
  'Address/0x8022': {
    uri: 'contacts:PostalAddressIndex',
    text: (given) => POSTAL_INDEXES[Number(given)] ?? null,
  },
  'PublicStrings/Keywords': { uri: 'item:Categories' },
  ...Object.fromEntries(DAYS.map(({ element, mapi }) => [mapi, { uri: `contacts:${element}` }])),
};

/** Those that are a text of the card. */
const MAPI_TEXTS: ReadonlyMap<string, CardText> = new Map(
  [
    ...TEXTS,
    ...OTHER_TEXTS,
    ...PHONES,
    ...MESSAGING,
    ...ADDRESSES.flatMap(({ parts, mapi }) =>
      ADDRESS_PARTS.map((part) => ({ mapi: mapi[part], text: parts[part] })),
    ),
  ].flatMap(({ mapi, text }) => (mapi === null ? [] : [[mapi, text] as const])),
);
const EMAIL_ADDRESS = 3;
const MAPI_EMAILS: ReadonlyMap<string, string> = new Map(
  EMAILS.map(({ mapi, entry }) => [`Address/0x${(mapi + EMAIL_ADDRESS).toString(16)}`, entry]),
);
/** Follows from the picture. */
const HAS_PICTURE = 'Address/0x8015';

function edit(
  draft: CardDraft,
  how: Parameters<ItemEditor<CardDraft>['edit']>[1],
  uri: string,
  value: XmlElement | null,
  index: string | null,
  bytes: (value: XmlElement) => Uint8Array,
): void {
  if (!editCard(draft, how, uri, value, bytes)) editContact(draft, how, uri, value, index);
}

/** Contacts (MS-OXWSCONT). */
export const contactEditor: ItemEditor<CardDraft> = {
  elements: ['Contact'],
  blank: () => newCardDraft(null, false),
  load: async (view) => newCardDraft(view, false),

  edit(draft, how, uri, value, index, context) {
    // Where a new contact is kept is known here, whatever its maker says of it.
    if (uri === 'contacts:ContactSource' && how === 'set' && draft.view === null) return;
    edit(draft, how, uri, value, index, (element) => context.bytesOf(element));
  },

  editExtended(draft, property, value) {
    const key = extendedKey(property);
    if (key === HAS_PICTURE) return true;
    const field = fieldOfMapi(property, value, MAPI);
    if (field !== null) {
      edit(draft, field.how, field.uri, field.value, null, () => {
        throw refused(field.how, field.uri);
      });
      return true;
    }
    if (value !== null && typeof value.value !== 'string') return false;
    const text = value === null ? '' : String(value.value);
    const email = MAPI_EMAILS.get(key);
    if (email !== undefined) {
      const said: XmlElement = { name: 'Entry', attributes: {}, children: [], text, content: [text] };
      draft.changes.push((card) => withEmail(card, email, said));
      return true;
    }
    const known = MAPI_TEXTS.get(key);
    if (known === undefined) return false;
    draft.changes.push((card) => settingText(card, known, text));
    return true;
  },

  attach(draft, file) {
    if (file.isContactPhoto) draft.changes.push(pictureChange(toBase64(file.content)));
    else draft.files.push(file);
  },

  detach(draft, attachment) {
    const found = draft.view === null ? [] : attachmentsOf(draft.view);
    if (found.some(({ id, isContactPhoto }) => id === attachment && isContactPhoto))
      draft.changes.push(pictureChange(''));
    else draft.dropped.push(attachment);
  },

  compose: async (draft, context) => ({ document: await newCard(draft, context), kept: draft.kept }),
  save: saveCard,
};
