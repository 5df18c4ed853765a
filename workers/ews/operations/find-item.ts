import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { attributeOf, child } from '../../../codecs/soap/read.ts';
import type { XmlObject, XmlPair } from '../../../codecs/soap/write.ts';
import { FAN_OUT, mapBounded } from '../../../platform/bounded.ts';
import { selfOf } from '../calendar/facts.ts';
import { calendarView } from '../calendar/view.ts';
import type { EwsContext, Operation } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { idsWithBody, itemNamed, itemsFound, itemsOfFolder } from '../find/candidates.ts';
import { type Grouping, readGrouping } from '../find/group.ts';
import { maxEntries, type Pager, readPager } from '../find/page.ts';
import { readProperty } from '../find/read-property.ts';
import { readRestriction, type Test } from '../find/restriction.ts';
import { compareKeys, readSortOrder, type SortKey, storedOrder } from '../find/sort.ts';
import { countsOf } from '../folders/counts.ts';
import { REMOVED_FOLDER } from '../folders/removed.ts';
import { resolveFolder } from '../folders/resolve.ts';
import { timeOf } from '../items/editors/values.ts';
import { viewsOf } from '../items/load.ts';
import { renderItem } from '../items/render.ts';
import { type AskedShape, readShape } from '../items/shape.ts';
import type { ItemView } from '../items/view.ts';
import type { Box } from '../mailboxes.ts';
import { eachMessage } from '../response-messages.ts';

const MAX_PARENTS = 100;
/** Items of one answer; a client asks for the next page. */
const MAX_PAGE = 1000;
const TRAVERSALS = ['Shallow', 'SoftDeleted', 'Associated'];

interface Search {
  asked: AskedShape;
  pager: Pager;
  sort: SortKey[];
  grouping: Grouping | null;
  restriction: XmlElement | null;
  query: string | null;
  calendar: XmlElement | null;
  contacts: XmlElement | null;
}

/** FindItem (MS-OXWSSRCH 3.1.4.2). */
export const findItem: Operation = async (request, context) => {
  const traversal = attributeOf(request, 'Traversal') ?? '';
  if (!TRAVERSALS.includes(traversal)) throw new SchemaError('Traversal is none of the schema.');
  const parents = child(request, 'ParentFolderIds')?.children ?? [];
  if (parents.length === 0 || parents.length > MAX_PARENTS) {
    throw new SchemaError('ParentFolderIds must hold 1 to 100 ids.');
  }
  const search = readSearch(request, context);
  return eachMessage(context, 'FindItemResponseMessage', parents, async (parent) => {
    const { box, folder, folderId: named } = await resolveFolder(context, parent);
    // What MAPI calls an event's own depends on its owner: comparing must not wait for that.
    if (folder?.itemClass === 'Calendar') await selfOf(box, context);
    // Of the roots only that of what was removed for good holds items; hidden items are not told.
    const holds = folder !== null || named === REMOVED_FOLDER;
    const folderId = holds && traversal === 'Shallow' ? named : null;
    return { RootFolder: await answer(context, box, folderId, search) };
  });
};

function readSearch(request: XmlElement, context: EwsContext): Search {
  const restriction = child(request, 'Restriction');
  const query = child(request, 'QueryString')?.text.trim() ?? null;
  const calendar = child(request, 'CalendarView');
  const sort = readSortOrder(request);
  if (calendar !== null && (restriction !== null || sort.length > 0)) {
    throw new EwsError(
      restriction === null ? 'ErrorUnsupportedPathForSortGroup' : 'ErrorInvalidOperation',
      'A CalendarView has neither a restriction nor an order.',
    );
  }
  return {
    ...{ restriction, query, calendar, sort },
    asked: readShape(child(request, 'ItemShape')),
    pager: readPager(request, 'Item', MAX_PAGE),
    grouping: readGrouping(request, context),
    contacts: child(request, 'ContactsView'),
  };
}

async function answer(
  context: EwsContext,
  box: Box,
  folderId: string | null,
  search: Search,
): Promise<XmlObject> {
  if (folderId === null) return shown(context, [], search, search.pager(0).attributes);
  if (search.calendar !== null) return inTime(context, box, folderId, search, search.calendar);
  const order = storedOrder(search.sort);
  const { restriction, query, grouping, contacts, pager } = search;
  const plain = restriction === null && query === null && grouping === null && contacts === null;
  if (order !== null && plain && folderId !== REMOVED_FOLDER) {
    // What the store itself can page through.
    const folder = (await box.folders()).find((one) => one.folderId === folderId) ?? null;
    const total = (await countsOf([{ box, folderId, folder }])).get(folderId)?.total ?? 0;
    const { begin, end, attributes } = pager(total);
    const states = end > begin ? await box.store.pageItems(folderId, order, begin, end - begin) : [];
    return shown(context, await viewsOf(box, states), search, attributes);
  }
  const found = await filtered(context, box, folderId, search);
  if (grouping !== null) return grouped(context, found, search, grouping);
  if (contacts !== null) {
    const page = found.slice(0, Math.min(maxEntries(contacts), MAX_PAGE));
    const attributes = {
      '@TotalItemsInView': found.length,
      '@IncludesLastItemInRange': page.length === found.length,
    };
    return shown(context, page, search, attributes);
  }
  const { begin, end, attributes } = pager(found.length);
  return shown(context, found.slice(begin, end), search, attributes);
}

/** Everything that fits, in order. Of what is not asked for, no row is kept. */
async function filtered(
  context: EwsContext,
  box: Box,
  folderId: string,
  search: Search,
): Promise<ItemView[]> {
  const test = await testOf(context, box, folderId, search);
  const reads = search.sort.map(({ path }) => readProperty(path, context));
  const kept: { view: ItemView; keys: ReturnType<(typeof reads)[number]>[] }[] = [];
  const take = (views: readonly ItemView[]) => {
    for (const view of views) if (test(view)) kept.push({ view, keys: reads.map((read) => read(view)) });
  };
  const named = search.query === null ? await itemNamed(box, folderId, search.restriction) : null;
  if (named !== null && test(named)) take([named]);
  else if (search.query !== null) take(await itemsFound(context, box, folderId, search.query));
  else for await (const views of itemsOfFolder(box, folderId)) take(views);
  if (search.sort.length > 0) kept.sort((a, b) => compareKeys(a.keys, b.keys, search.sort));
  return kept.map(({ view }) => view);
}

async function testOf(
  context: EwsContext,
  box: Box,
  folderId: string,
  { restriction, contacts }: Search,
): Promise<Test<ItemView>> {
  const between = contacts === null ? null : contactsBetween(contacts, context);
  if (restriction === null) return between ?? (() => true);
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
  return between === null ? fits : (view) => between(view) && fits(view);
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

async function inTime(
  context: EwsContext,
  box: Box,
  folderId: string,
  search: Search,
  view: XmlElement,
): Promise<XmlObject> {
  const time = (name: string) => {
    const text = attributeOf(view, name);
    if (text === null) throw new SchemaError(`CalendarView must have a ${name}.`);
    return timeOf({ name, attributes: {}, children: [], text, content: [text] });
  };
  const [from, to] = [time('StartDate'), time('EndDate')];
  if (to < from)
    throw new EwsError('ErrorCalendarEndDateIsEarlierThanStartDate', 'The view ends before it begins.');
  const folder = (await box.folders()).find((one) => one.folderId === folderId);
  if (folder?.itemClass !== 'Calendar') {
    throw new EwsError(
      'ErrorCalendarFolderIsInvalidForCalendarView',
      'Only calendars can be seen in this way.',
    );
  }
  const most = Math.min(maxEntries(view), MAX_PAGE);
  const found = await calendarView(context, box, folderId, from, to, most + 1);
  const attributes = {
    '@TotalItemsInView': Math.min(found.length, most),
    '@IncludesLastItemInRange': found.length <= most,
  };
  return shown(context, found.slice(0, most), search, attributes);
}

async function shown(
  context: EwsContext,
  views: readonly ItemView[],
  { asked, grouping }: Search,
  attributes: XmlObject,
): Promise<XmlObject> {
  if (grouping !== null) return { ...attributes, Groups: {} };
  return { ...attributes, Items: { $: await rendered(context, views, asked) } };
}

async function grouped(
  context: EwsContext,
  views: readonly ItemView[],
  { asked, pager }: Search,
  grouping: Grouping,
): Promise<XmlObject> {
  const groups = grouping(views);
  // The page counts items; a group whose members are on two pages is on both.
  const flat = groups.flatMap((group) => group.views.map((view) => ({ group, view })));
  const { begin, end, attributes } = pager(flat.length);
  const page = flat.slice(begin, end);
  const Groups: XmlObject[] = [];
  for (const group of groups) {
    const own = page.filter((one) => one.group === group).map((one) => one.view);
    if (own.length > 0)
      Groups.push({ GroupIndex: group.index, Items: { $: await rendered(context, own, asked) } });
  }
  return { ...attributes, Groups: { GroupedItems: Groups } };
}

async function rendered(
  context: EwsContext,
  views: readonly ItemView[],
  { shape, paths }: AskedShape,
): Promise<XmlPair[]> {
  // Properties that are named may have to be read from the messages.
  return mapBounded(views, FAN_OUT, (view) => renderItem(view, shape, paths, context, { cheapOnly: true }));
}
