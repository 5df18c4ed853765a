import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { allOf, type ItemCondition, known, LOOK } from '../../../core/mail/item-condition.ts';
import type { EwsContext } from '../context.ts';
import { extendedKey } from '../items/path.ts';
import type { ItemView } from '../items/view.ts';
import type { Box } from '../mailboxes.ts';
import { idOfName, idsWithBody, URL_NAME } from './candidates.ts';
import { conditionOf } from './condition.ts';
import { readProperty } from './read-property.ts';
import { type Leaf, readRestriction, type Test } from './restriction.ts';

/** What is asked of each item: by looking at it, and as far as the rows of messages say it. */
export interface Fitness {
  test: Test<ItemView>;
  condition: ItemCondition;
}

/** @throws SchemaError, EwsError */
export async function fitnessOf(
  context: EwsContext,
  box: Box,
  folderId: string,
  { restriction, contacts }: { restriction: XmlElement | null; contacts: XmlElement | null },
): Promise<Fitness> {
  const between = contacts === null ? null : contactsBetween(contacts, context);
  if (restriction === null) {
    return between === null
      ? { test: () => true, condition: known(true) }
      : { test: between, condition: LOOK };
  }
  const bodies = new Map<string, Promise<Set<string>>>();
  const found = new Map<string, Set<string>>();
  const fits = readRestriction<ItemView>(restriction, {
    read: (path) => readProperty(path, context),
    contains(path, text) {
      // Bodies are in the index, not in the rows.
      if (path.kind !== 'field' || !/^item:(?:Body|TextBody)$/.test(path.uri)) return null;
      if (!bodies.has(text)) bodies.set(text, idsWithBody(context, box, folderId, text));
      return (view) => found.get(text)?.has(view.state.itemId) === true;
    },
  });
  for (const [text, ids] of bodies) found.set(text, await ids);
  const condition = conditionOf(restriction, (leaf) => withBody(leaf, found) ?? named(leaf));
  if (between === null) return { test: fits, condition };
  return { test: (view) => between(view) && fits(view), condition: allOf([condition, LOOK]) };
}

function withBody(
  { path, how }: Leaf,
  found: ReadonlyMap<string, ReadonlySet<string>>,
): ItemCondition | null {
  if (how.kind !== 'contains' || path.kind !== 'field' || !/^item:(?:Body|TextBody)$/.test(path.uri))
    return null;
  const ids = found.get(how.constant);
  return ids === undefined ? null : { kind: 'items', itemIds: [...ids] };
}

/** Of the name that a program takes for a key: it begins with the id, unless a client gave another. */
function named({ path, how }: Leaf): ItemCondition | null {
  if (path.kind !== 'extended' || extendedKey(path.property) !== URL_NAME) return null;
  if (how.kind !== 'compares' || how.operator !== 'IsEqualTo' || how.constant === null) return null;
  const itemId = idOfName(how.constant);
  const own: ItemCondition =
    itemId === null ? known(false) : { kind: 'maybe', of: { kind: 'items', itemIds: [itemId] } };
  return { kind: 'unlessKept', key: URL_NAME, of: own };
}

/** Contacts by their names, as a register shows them (MS-OXWSSRCH 2.2.4, ContactsView). */
function contactsBetween(view: XmlElement, context: EwsContext): Test<ItemView> {
  const { InitialName, FinalName } = view.attributes;
  const name = readProperty({ kind: 'field', uri: 'contacts:DisplayName' }, context);
  const fold = (text: string) => text.toLowerCase();
  return (item) => {
    const value = fold(String(name(item) ?? ''));
    if (InitialName !== undefined && value < fold(InitialName)) return false;
    // The last name stands for all that begin with it.
    return FinalName === undefined || value <= fold(FinalName) || value.startsWith(fold(FinalName));
  };
}
