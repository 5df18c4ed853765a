import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { attributeOf, child } from '../../../codecs/soap/read.ts';
import type { XmlObject, XmlPair } from '../../../codecs/soap/write.ts';
import { known } from '../../../core/mail/item-condition.ts';
import { FAN_OUT, mapBounded } from '../../../platform/bounded.ts';
import { selfOf } from '../calendar/facts.ts';
import { calendarView } from '../calendar/view.ts';
import type { EwsContext, Operation } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { viewsAt } from '../find/candidates.ts';
import { type Grouping, readGrouping } from '../find/group.ts';
import { type Listing, listingOf, looksOfRequest, viewsOfEntries } from '../find/listing.ts';
import { maxEntries, type Pager, readPager } from '../find/page.ts';
import { isMoment, readSortOrder, type SortKey, storedOrder } from '../find/sort.ts';
import { countsOf } from '../folders/counts.ts';
import { REMOVED_FOLDER } from '../folders/removed.ts';
import { resolveFolder } from '../folders/resolve.ts';
import { timeOf } from '../items/editors/values.ts';
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
  looks: ReturnType<typeof looksOfRequest>;
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
    looks: looksOfRequest(),
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
  if (order !== null && isMoment(order) && plain && folderId !== REMOVED_FOLDER) {
    // What the store itself can page through.
    const folder = (await box.folders()).find((one) => one.folderId === folderId) ?? null;
    const total = (await countsOf([{ box, folderId, folder }])).get(folderId)?.total ?? 0;
    const { begin, end, attributes } = pager(total);
    const page = end > begin ? await box.store.fitting(folderId, known(true), order, begin, end - begin) : [];
    const views = await viewsAt(
      box,
      page.map(({ itemId }) => itemId),
    );
    return shown(context, views, search, attributes);
  }
  const list = await listingOf(context, box, folderId, search, search.looks);
  if (grouping !== null) return grouped(context, box, await list.entries(0, list.total), search, grouping);
  const { begin, end, attributes } = contacts === null ? pager(list.total) : upTo(contacts, list.total);
  const views = await viewsOfEntries(box, await list.entries(begin, end));
  return shown(context, views, search, attributes);
}

/** A ContactsView has no offset. */
function upTo(contacts: XmlElement, total: number): ReturnType<Pager> {
  const end = Math.min(total, maxEntries(contacts), MAX_PAGE);
  return {
    begin: 0,
    end,
    attributes: { '@TotalItemsInView': total, '@IncludesLastItemInRange': end === total },
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
  box: Box,
  entries: Awaited<ReturnType<Listing['entries']>>,
  { asked, pager }: Search,
  grouping: Grouping,
): Promise<XmlObject> {
  // The page counts items; a group whose members are on two pages is on both.
  const flat = grouping
    .arrange(entries)
    .flatMap(({ index, members }) => members.map((one) => ({ index, one })));
  const { begin, end, attributes } = pager(flat.length);
  const page = Map.groupBy(flat.slice(begin, end), ({ index }) => index);
  const Groups: XmlObject[] = [];
  for (const [index, members] of page) {
    const views = await viewsOfEntries(
      box,
      members.map(({ one }) => one),
    );
    Groups.push({ GroupIndex: index, Items: { $: await rendered(context, views, asked) } });
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
