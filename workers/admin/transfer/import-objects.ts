import type { CalendarDocument } from '../../../core/calendar/anchor.ts';
import { checkRecurrence } from '../../../core/calendar/check.ts';
import { isSoundField } from '../../../core/contacts/check.ts';
import { attachmentSizes, attachmentsNamed, withSizes } from '../../../core/pim/attachments.ts';
import { pimFacts } from '../../../core/pim/facts.ts';
import { sizeOfItem } from '../../../core/pim/size.ts';
import { CLASS_OF_KIND, type NewPimItem, type PimDocument, type PimKind } from '../../../core/pim/types.ts';
import type { PutResult } from '../../../core/ports/pim.ts';
import { FAN_OUT, mapBounded } from '../../../platform/bounded.ts';
import type { ImportOutcome } from '../../../shared/admin-api.ts';
import type { ImportObject } from './header.ts';
import { importedId } from './ids.ts';
import type { Intake } from './intake.ts';

export interface PendingObject {
  n: number;
  header: ImportObject;
}

const TYPE_OF_KIND: Record<PimKind, string> = {
  event: 'Event',
  contact: 'Card',
  task: 'Task',
  note: 'Note',
  sms: 'TextMessage',
};

const OUTCOMES: Record<PutResult['outcome'], ImportOutcome> = {
  inserted: 'imported',
  changed: 'imported',
  present: 'present',
  conflict: 'failed',
  noFolder: 'no-folder',
  tooLarge: 'too-large',
};

/** Places events, contacts, tasks, notes and text messages out of a file. What is there already stays as it is. */
export async function importObjects(intake: Intake, pending: readonly PendingObject[]): Promise<void> {
  const items: { n: number; item: NewPimItem }[] = [];
  for (const one of pending) {
    const item = await itemOf(intake, one);
    if (typeof item === 'string') intake.outcomes[one.n] = item;
    else items.push({ n: one.n, item });
  }
  const headers = new Map(pending.map(({ n, header }) => [n, header]));
  const ids = pending.flatMap(({ header }) => header.itemId ?? []);
  const states = await intake.mailbox.itemStates([...items.map(({ item }) => item.itemId), ...ids]);
  const known = new Set(states.map(({ itemId }) => itemId));
  const strangers = items.filter(({ item }) => !known.has(item.itemId));
  const doubles = await withDoubles(intake, strangers, headers);
  const fresh: typeof items = [];
  for (const one of items) {
    const first = headers.get(one.n)?.itemId;
    const isKnown = known.has(one.item.itemId) || (first !== undefined && known.has(first));
    // A file may say the same twice.
    known.add(one.item.itemId);
    if (isKnown || doubles.has(one.n)) intake.outcomes[one.n] = 'present';
    // All of it or nothing: an item without its files would be there already when it comes again.
    else if (intake.room.take(sizeOfItem(one.item.document).total)) fresh.push(one);
    else intake.outcomes[one.n] = 'over-quota';
  }
  if (fresh.length === 0) return;
  const results = await intake.mailbox.putItems(fresh.map(({ item }) => item));
  for (const [i, { n }] of fresh.entries()) {
    const result = results[i];
    intake.outcomes[n] = result === undefined ? 'failed' : OUTCOMES[result.outcome];
    if (result?.outcome === 'inserted') intake.changed(result.folderId, result.modseq, result.itemId);
  }
}

async function itemOf(intake: Intake, { header }: PendingObject): Promise<NewPimItem | ImportOutcome> {
  const { kind, document, folderId, key } = header;
  const folder = intake.folders.get(folderId);
  const holds = folder?.role === 'deleted' || folder?.itemClass === CLASS_OF_KIND[kind];
  if (folder === undefined || !holds || folder.role === 'recipientCache') return 'no-folder';
  if (document['@type'] !== TYPE_OF_KIND[kind] || !isSound(kind, document)) return 'invalid';
  const itemId = await importedId(intake.ref.mailboxId, key);
  const said = { ...document, ...required(kind, document) } as unknown as PimDocument;
  const whole = await withFiles(intake, itemId, said);
  // The kind and the type of the document agree: that was looked at.
  const facts = pimFacts(kind, whole as never, intake.services.now());
  return { itemId, folderId, kind, document: whole, facts } as NewPimItem;
}

/** What a file weighs is what came in of it, whatever its link says. */
async function withFiles<T>({ services, ref }: Intake, itemId: string, document: T): Promise<T> {
  if (attachmentsNamed(document).size === 0) return document;
  return withSizes(document, await attachmentSizes(services.objects, { ...ref, itemId }));
}

/** What would harm those who look at it is kept out (A12, A13). */
function isSound(kind: PimKind, document: Record<string, unknown>): boolean {
  if (kind === 'contact') return Object.entries(document).every(([name, value]) => isSoundField(name, value));
  if (kind !== 'event' && kind !== 'task') return true;
  try {
    checkRecurrence(document as unknown as CalendarDocument);
    return true;
  } catch {
    return false;
  }
}

/** What every document of its kind has, where the file says nothing or something else. */
function required(kind: PimKind, document: Record<string, unknown>): Record<string, unknown> {
  const text = (name: string, other = '') => (typeof document[name] === 'string' ? document[name] : other);
  const now = new Date(0).toISOString();
  const made: Record<string, unknown> = { uid: document['uid'] };
  if (kind !== 'sms') made['updated'] = text('updated', now);
  if (kind === 'contact') made['version'] = '1.0';
  if (kind === 'event') made['start'] = text('start', '1970-01-01T00:00:00');
  if (kind === 'note' || kind === 'sms') {
    const keywords = document['keywords'];
    made['body'] = text('body');
    made['keywords'] = typeof keywords === 'object' && keywords !== null ? keywords : {};
  }
  if (kind === 'note') {
    const type = document['bodyContentType'] === 'text/html' ? 'text/html' : 'text/plain';
    Object.assign(made, { title: text('title'), created: text('created', now), bodyContentType: type });
  }
  if (kind === 'sms') {
    const importance = [0, 1, 2].find((one) => one === document['importance']) ?? 1;
    Object.assign(made, { from: text('from'), to: text('to'), subject: text('subject'), importance });
    Object.assign(made, { date: text('date', now), isRead: document['isRead'] === true });
  }
  return made;
}

/** Those that the folder has already under the same UID, from a device perhaps. */
async function withDoubles(
  { mailbox }: Intake,
  items: readonly { n: number; item: NewPimItem }[],
  headers: ReadonlyMap<number, ImportObject>,
): Promise<Set<number>> {
  const asked = items.filter(({ n }) => headers.get(n)?.unlessKnown === true);
  const found = await mapBounded(asked, FAN_OUT, async ({ item: { kind, folderId, facts, itemId } }) =>
    (await mailbox.itemsByUid(kind, facts.uid)).some(
      (one) => one.folderId === folderId && one.itemId !== itemId,
    ),
  );
  return new Set(asked.flatMap(({ n }, i) => (found[i] === true ? [n] : [])));
}
