import type { XmlElement } from '../../../../codecs/soap/parse.ts';
import { fieldOfMapi, refused } from '../../calendar/edits.ts';
import { type CardDraft, editCard, newCardDraft } from '../../people/card-edits.ts';
import { editMembers } from '../../people/members.ts';
import { saveCard } from '../../people/save-card.ts';
import type { ItemEditor } from '../property.ts';
import { SENSITIVITIES } from '../words.ts';

/** MAPI properties that a field stands for (MS-OXPROPS). */
const MAPI: Readonly<Record<string, { uri: string; text?: (given: string) => string | null }>> = {
  '0x001a': { uri: 'item:ItemClass' },
  '0x0036': { uri: 'item:Sensitivity', text: (given) => SENSITIVITIES[Number(given)] ?? null },
  '0x0037': { uri: 'item:Subject' },
  '0x1000': { uri: 'item:Body' },
  '0x3001': { uri: 'contacts:DisplayName' },
  'Address/0x8053': { uri: 'contacts:DisplayName' },
  'Address/0x8005': { uri: 'contacts:FileAs' },
  'PublicStrings/Keywords': { uri: 'item:Categories' },
};

/** Lists of the user's own (MS-OXWSDLIST). */
export const distributionListEditor: ItemEditor<CardDraft> = {
  elements: ['DistributionList'],
  blank: () => newCardDraft(null, true),
  load: async (view) => newCardDraft(view, true),

  edit(draft, how, uri, value, index, context) {
    const bytes = (element: XmlElement) => context.bytesOf(element);
    if (index !== null || !editCard(draft, how, uri, value, bytes))
      editMembers(draft, how, uri, value, index);
  },

  editExtended(draft, property, value) {
    const field = fieldOfMapi(property, value, MAPI);
    if (field === null) return false;
    const { how, uri } = field;
    const never = (): never => {
      throw refused(how, uri);
    };
    if (!editCard(draft, how, uri, field.value, never)) throw refused(how, uri);
    return true;
  },

  attach(draft, file) {
    draft.files.push(file);
  },

  detach(draft, attachment) {
    draft.dropped.push(attachment);
  },

  save: saveCard,
};
