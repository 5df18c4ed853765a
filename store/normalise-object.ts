import type { Folder } from '../core/mail/types.ts';
import { sizeOfItem } from '../core/pim/size.ts';
import {
  CLASS_OF_KIND,
  MAX_DOCUMENT_BYTES,
  type NewPimItem,
  type PimDocument,
  type PimFacts,
  type PimKind,
} from '../core/pim/types.ts';
import { PUT_AT_ONCE, PUT_BYTES } from '../core/ports/pim.ts';
import { categoriesOf, LIMITS } from './normalise.ts';
import { askedId, fitText } from './text.ts';

/** An object as the stores keep it. */
export interface StoredObject {
  itemId: string;
  folderId: string;
  kind: PimKind;
  /** JSON; text within it is as it came, which JSON can say of any text. */
  document: string;
  facts: PimFacts;
  /** Bytes of the document, and of the files that it names. */
  size: number;
  filesSize: number;
  isRead: boolean;
  categories: string[];
}

/** null: its document is longer than MAX_DOCUMENT_BYTES. */
export function normaliseObject({
  itemId,
  folderId,
  kind,
  document,
  facts,
}: NewPimItem): StoredObject | null {
  const json = JSON.stringify(document);
  if (json.length > MAX_DOCUMENT_BYTES) return null;
  const bytes = sizeOfItem(document, json);
  if (bytes.document > MAX_DOCUMENT_BYTES) return null;
  return {
    itemId: askedId(itemId),
    folderId: askedId(folderId),
    kind,
    document: json,
    facts: normaliseFacts(facts),
    size: bytes.total,
    filesSize: bytes.files,
    // Nothing but what came to its owner can be unread.
    isRead: document['@type'] === 'TextMessage' ? document.isRead : true,
    categories: categoriesOf(keywordsOf(document)),
  };
}

function keywordsOf({ keywords }: PimDocument): string[] {
  return Object.keys(keywords ?? {});
}

/** The range of a folder's events is read by `sortAt`, which is therefore never before their end. */
function normaliseFacts({ uid, sortAt, startsAt, endsAt, remindAt, title }: PimFacts): PimFacts {
  return {
    uid: fitText(uid, LIMITS.uid),
    sortAt: Math.trunc(Math.max(sortAt, endsAt ?? sortAt)),
    startsAt: whole(startsAt),
    endsAt: whole(endsAt),
    remindAt: whole(remindAt),
    title: fitText(title, LIMITS.title),
  };
}

function whole(time: number | null): number | null {
  return time === null ? null : Math.trunc(time);
}

/** The folder that every mailbox has for what is of this kind. */
export function homeOf(kind: PimKind, folders: Iterable<Pick<Folder, 'folderId' | 'role'>>): string {
  const itemClass = CLASS_OF_KIND[kind];
  const role = itemClass === 'Email' ? 'inbox' : itemClass.toLowerCase();
  return [...folders].find((folder) => folder.role === role)?.folderId ?? '';
}

/** What the unique key of items has for an object: nothing else has its id. */
export function objectKey(itemId: string): string {
  return `object:${itemId}`;
}

/** The lists that one write each takes. */
export function putBatches(objects: readonly StoredObject[]): StoredObject[][] {
  const batches: StoredObject[][] = [];
  let batch: StoredObject[] = [];
  let bytes = 0;
  for (const object of objects) {
    if (
      batch.length > 0 &&
      (batch.length >= PUT_AT_ONCE || bytes + object.size - object.filesSize > PUT_BYTES)
    ) {
      batches.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(object);
    bytes += object.size - object.filesSize;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
