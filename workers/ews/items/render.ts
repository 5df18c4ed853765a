import type { XmlContent, XmlObject, XmlPair } from '../../../codecs/soap/write.ts';
import type { EwsContext } from '../context.ts';
import { changeKey, encodeId } from '../ids/id.ts';
import { extendedProperty } from './mapi.ts';
import type { PropertyPath } from './path.ts';
import type { ItemProperty, ItemShape } from './property.ts';
import { allProperties, defaultProperties, indexedProperty, propertyOf } from './tables/index.ts';
import type { ItemView } from './view.ts';

export interface RenderOptions {
  /** FindItem and SyncFolderItems answer what the rows say, and leave out what would need a read for each item. */
  cheapOnly?: boolean;
}

/** ItemId of a view, as a child named ItemId has it. */
export function itemIdOf(view: ItemView): XmlObject {
  const { itemId, modseq } = view.state;
  const { mailboxId } = view.box.ref;
  if (view.attachment !== undefined) {
    return { '@Id': encodeId({ kind: 'attachment', mailboxId, itemId, attachment: view.attachment }) };
  }
  if (view.removed === true) {
    return { '@Id': encodeId({ kind: 'removed', mailboxId, itemId }), '@ChangeKey': changeKey(modseq) };
  }
  const id =
    view.occurrence === null
      ? encodeId({ kind: 'item', mailboxId, itemId })
      : encodeId({ kind: 'occurrence', mailboxId, itemId, occurrence: view.occurrence });
  return { '@Id': id, '@ChangeKey': changeKey(modseq) };
}

/** An item in the shape asked for: its element and what is in it. What it does not have is left out. */
export async function renderItem(
  view: ItemView,
  shape: ItemShape,
  paths: readonly PropertyPath[],
  context: EwsContext,
  options: RenderOptions = {},
): Promise<XmlPair> {
  const cheapOnly = options.cheapOnly === true;
  const content: Record<string, XmlContent> = { ItemId: itemIdOf(view) };
  const pending: Promise<void>[] = [];
  for (const property of wanted(view, shape, paths)) {
    if (property.element in content) continue;
    const glance = cheapOnly && !property.cheap;
    const value = glance ? (property.glance?.(view) ?? null) : property.read(view, shape, context);
    if (value instanceof Promise) {
      content[property.element] = '';
      pending.push(
        value.then((read) => {
          if (read === null) delete content[property.element];
          else content[property.element] = read;
        }),
      );
    } else if (value !== null) content[property.element] = value;
  }
  // One after the other: what one read of the raw brings, the next one finds.
  for (const one of pending) await one;
  for (const [element, value] of await indexed(view, paths, context)) content[element] ??= value;
  const extended: XmlContent[] = [];
  for (const path of paths) {
    const value = path.kind === 'extended' ? extendedProperty(view, path.property, context) : null;
    const read = value instanceof Promise ? await value : value;
    if (read !== null) extended.push(read);
  }
  return [view.element, { ...content, ...(extended.length > 0 ? { ExtendedProperty: extended } : {}) }];
}

/** Properties of the base shape and those named beside it, each once. */
function wanted(view: ItemView, shape: ItemShape, paths: readonly PropertyPath[]): ReadonlySet<ItemProperty> {
  const list = new Set<ItemProperty>();
  if (shape.base === 'Default') for (const one of defaultProperties(view.element)) list.add(one);
  if (shape.base === 'AllProperties') for (const one of allProperties(view.element)) list.add(one);
  if (shape.includeMimeContent) add(list, propertyOf('item:MimeContent', view.element));
  for (const path of paths) if (path.kind === 'field') add(list, propertyOf(path.uri, view.element));
  return list;
}

function add(list: Set<ItemProperty>, property: ItemProperty | null): void {
  if (property !== null) list.add(property);
}

/** Entries of properties with many, those of one property in one element. */
async function indexed(
  view: ItemView,
  paths: readonly PropertyPath[],
  context: EwsContext,
): Promise<[string, XmlContent][]> {
  const byUri = new Map<string, string[]>();
  for (const path of paths) {
    if (path.kind === 'indexed') byUri.set(path.uri, [...(byUri.get(path.uri) ?? []), path.index]);
  }
  const found = new Map<string, XmlContent>();
  for (const [uri, indexes] of byUri) {
    const property = indexedProperty(uri, view.element);
    const value = (await property?.read(view, indexes, context)) ?? null;
    if (property === null || value === null) continue;
    const before = found.get(property.element);
    found.set(property.element, before === undefined ? value : together(before, value));
  }
  return [...found];
}

/** Parts of the entries of one dictionary (`contacts:PhysicalAddress:City`, `:Street`) as one. */
function together(one: XmlContent, other: XmlContent): XmlContent {
  const entries = new Map<unknown, XmlObject>();
  for (const entry of [...entriesOf(one), ...entriesOf(other)])
    entries.set(entry['@Key'], { ...entries.get(entry['@Key']), ...entry });
  return entries.size === 0 ? other : { Entry: [...entries.values()] };
}

function entriesOf(dictionary: XmlContent): XmlObject[] {
  const { Entry } = dictionary as { Entry?: XmlObject | XmlObject[] };
  return Entry === undefined ? [] : [Entry].flat();
}
