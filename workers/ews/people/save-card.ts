import type { Link } from '../../../core/calendar/types.ts';
import { withOwnValue } from '../../../core/contacts/entries.ts';
import { FILE_AS_MAPPINGS, filedBy } from '../../../core/contacts/file-as.ts';
import { settle } from '../../../core/contacts/slots.ts';
import type { Card } from '../../../core/contacts/types.ts';
import { pimFacts } from '../../../core/pim/facts.ts';
import type { PimItem } from '../../../core/pim/types.ts';
import { newId } from '../../../platform/ids.ts';
import { keepFiles, putObject, repeated, withLinks } from '../calendar/store.ts';
import type { EwsContext } from '../context.ts';
import { EwsError } from '../errors.ts';
import { storeExtended } from '../items/editors/stored.ts';
import type { SavedItem, SaveOrder } from '../items/property.ts';
import { isoTime } from '../items/time.ts';
import type { StoredProperty } from '../items/view.ts';
import type { CardDraft } from './card-edits.ts';
import { readCard } from './vcard.ts';

type ContactItem = PimItem & { kind: 'contact' };

/** Writes the contact, or the list, that a request makes or changes. */
export async function saveCard(
  draft: CardDraft,
  order: SaveOrder,
  extended: Readonly<Record<string, StoredProperty | null>>,
  context: EwsContext,
): Promise<SavedItem> {
  const { services } = context;
  const { box, folder, expect } = order;
  const now = services.now();
  const itemId = draft.view?.state.itemId ?? newId(now);
  const changes = [...draft.changes];
  for (const one of draft.later) changes.push(await one(context));
  const files = await keepFiles(context, box, itemId, draft.files);
  const written = await repeated(expect !== null, async () => {
    const present = draft.view === null ? null : await presentCard(order, itemId);
    const base = await baseOf(draft, present, itemId, now);
    const changed = changes.reduce((card, change) => change(card), settle(base));
    const filed = withMapping(changed, draft.filed);
    const document: Card = { ...withFiles(filed, files, draft.dropped), updated: isoTime(now) };
    return putObject(
      context,
      box,
      {
        ...{ itemId, kind: 'contact', document, facts: pimFacts('contact', document) },
        folderId: present?.folderId ?? folder.folderId,
      },
      { before: present?.size ?? 0, expect: present === null ? null : (expect ?? present.modseq) },
    );
  });
  const kept: Record<string, StoredProperty | null> = { ...draft.kept, ...extended };
  const modseq =
    Object.keys(kept).length === 0 ? written.modseq : await storeExtended(box, itemId, kept, written.modseq);
  await box.tell([{ folderId: written.folderId, modseq, indexed: itemId }]);
  return { itemId, modseq };
}

/** A new contact, or list, that is not saved. */
export async function newCard(draft: CardDraft, context: EwsContext): Promise<Card> {
  const now = context.services.now();
  const changes = [...draft.changes];
  for (const one of draft.later) changes.push(await one(context));
  const base = await baseOf(draft, null, newId(now), now);
  return withMapping(
    changes.reduce((card, change) => change(card), settle(base)),
    draft.filed,
  );
}

async function presentCard({ box }: SaveOrder, itemId: string): Promise<ContactItem> {
  const [item] = await box.store.pimItems([itemId]);
  if (item?.kind !== 'contact')
    throw new EwsError('ErrorItemNotFound', 'The specified object was not found in the store.');
  return item;
}

async function baseOf(
  { mime, isList }: CardDraft,
  present: ContactItem | null,
  itemId: string,
  now: number,
): Promise<Card> {
  const stamp = isoTime(now);
  const read = mime === null ? null : await readCard(mime, { uid: itemId, now: stamp });
  const made: Card = { '@type': 'Card', version: '1.0', uid: itemId, created: stamp, updated: stamp };
  const before = present?.document ?? made;
  const { 'waypost:files': files, uid } = before;
  const base = read === null ? before : { ...read, ...(present === null ? {} : { uid }) };
  return {
    ...base,
    ...(files === undefined ? {} : { 'waypost:files': files }),
    ...(isList ? { kind: 'group' as const } : {}),
  };
}

/** Filed by what is known of it, unless somebody said how just now. */
function withMapping(card: Card, filed: boolean): Card {
  const mapping = FILE_AS_MAPPINGS.find((one) => one === card['waypost:eas']?.['FileAsMapping']);
  const text = filed || mapping === undefined ? null : filedBy(card, mapping);
  return text === null ? card : withOwnValue(card, 'FileAs', text);
}

function withFiles(card: Card, added: Record<string, Link>, dropped: readonly string[]): Card {
  const { 'waypost:files': before, ...rest } = card;
  const { links } = withLinks(before === undefined ? {} : { links: before }, added, dropped);
  return links === undefined ? rest : { ...rest, 'waypost:files': links };
}
