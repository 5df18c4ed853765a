/**
 * The message in which an event, a task or a contact is attached to another item: its document as other programs know it,
 * and a field that says that the message is nothing else.
 */
import type { RawField } from '../../../codecs/mime/index.ts';
import type { ItemState } from '../../../core/mail/types.ts';
import { pimFacts } from '../../../core/pim/facts.ts';
import type { PimDocument, PimItem } from '../../../core/pim/types.ts';
import type { DraftAttachment } from '../../../core/ports/outbound.ts';
import { readEvent, readTask } from '../calendar/mime.ts';
import { EwsError } from '../errors.ts';
import { readCard } from '../people/vcard.ts';
import { isoTime } from './time.ts';

const FIELD = 'X-Waypost-Item';
const KINDS = ['event', 'task', 'contact'] as const;
type Kind = (typeof KINDS)[number];
const MEDIA_TYPES: Readonly<Record<Kind, string>> = {
  event: 'text/calendar',
  task: 'text/calendar',
  contact: 'text/vcard',
};

export interface Carrier {
  subject: string;
  file: DraftAttachment;
  fields: [string, string][];
}

export async function carrierOf(document: PimDocument): Promise<Carrier> {
  const { kind, subject, text } = await written(document);
  const name = kind === 'contact' ? 'contact.vcf' : `${kind}.ics`;
  return {
    subject,
    file: {
      ...{ name, mediaType: MEDIA_TYPES[kind], contentId: null, isInline: false },
      content: new TextEncoder().encode(text),
    },
    fields: [[FIELD, kind]],
  };
}

async function written(document: PimDocument): Promise<{ kind: Kind; subject: string; text: string }> {
  if ('@type' in document && document['@type'] === 'Card') {
    const { cardToVCard } = await import('../../../core/contacts/vcard/index.ts');
    const { displayName } = await import('../../../core/contacts/name.ts');
    return { kind: 'contact', subject: displayName(document), text: cardToVCard(document, '3.0') };
  }
  if ('@type' in document && (document['@type'] === 'Event' || document['@type'] === 'Task')) {
    const { writeICal } = await import('../../../core/calendar/ical/write.ts');
    const kind = document['@type'] === 'Event' ? 'event' : 'task';
    return { kind, subject: document.title ?? '', text: writeICal([document]) };
  }
  throw new Error('an item that is never attached');
}

/** What a message carries by its header; null when it is one of its own. */
export function carriedKind(header: readonly RawField[]): Kind | null {
  const said = header.find(({ name }) => name.toLowerCase() === FIELD.toLowerCase())?.value.trim();
  return KINDS.find((kind) => kind === said) ?? null;
}

export function carriesAs(kind: Kind, mediaType: string): boolean {
  return MEDIA_TYPES[kind] === mediaType;
}

/** The item of the document that was carried; null when nothing can be made of it. */
export async function carriedItem(
  kind: Kind,
  bytes: Uint8Array,
  state: ItemState,
  now: number,
): Promise<PimItem | null> {
  try {
    const document =
      kind === 'event'
        ? await readEvent(bytes, now)
        : kind === 'task'
          ? await readTask(bytes, now)
          : await readCard(bytes, { uid: state.itemId, now: isoTime(now) });
    return { ...state, ...pimFacts(kind, document, now), kind, document } as PimItem;
  } catch (error) {
    // Anybody may have written it.
    if (error instanceof EwsError) return null;
    throw error;
  }
}
